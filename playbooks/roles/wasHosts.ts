// The WAS hosts as other hosts see them, their variables checked.

import { type OtherHost, PlaybookError, type PlayHost, type z } from 'run-playbook'
import { siteAddress } from './siteAddress.ts'

/** A WAS host with the variables of `schema`. */
export type WasHost<V> = { readonly name: string; readonly address: string; readonly vars: V }

/**
 * The hosts of a group or pattern, in inventory order.
 *
 * @throws PlaybookError E_NO_WAS where there are none, E_WAS_VARS where a variable of one is not as `schema` wants it
 */
export function wasHosts<S extends z.ZodType>(
  { hosts }: Pick<PlayHost, 'hosts'>,
  pattern: string,
  schema: S,
): readonly WasHost<z.output<S>>[] {
  const found = hostsOf(pattern, hosts)
  if (found.length > 0) return found.map((host) => checked(host, schema))
  throw new PlaybookError('E_NO_WAS', `"${pattern}" has no hosts, so there is nothing to balance.`, {
    hint: 'Put the WAS hosts into the inventory, or name their group: was_hosts.',
  })
}

/** An inventory without the group is one without WAS hosts. */
function hostsOf(pattern: string, hosts: PlayHost['hosts']): readonly OtherHost[] {
  try {
    return hosts(pattern)
  } catch (thrown) {
    if (thrown instanceof PlaybookError && thrown.code === 'E_UNKNOWN_GROUP') return []
    throw thrown
  }
}

function checked<S extends z.ZodType>({ name, address, vars }: OtherHost, schema: S): WasHost<z.output<S>> {
  const result = schema.safeParse(vars)
  if (result.success) return { name, address: siteAddress({ address, vars }), vars: result.data }
  const issues = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  throw new PlaybookError('E_WAS_VARS', `${name}: ${issues[0]}`, {
    details: issues.slice(1),
    hint: 'The WEB hosts are configured for the WAS hosts of the inventory, whose variables must be complete.',
  })
}
