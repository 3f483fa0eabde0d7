// The address at which the other hosts of the site reach a host.

import { isIP } from 'node:net'
import { type OtherHost, PlaybookError } from 'run-playbook'

/** The host's variable `site_address`, for one that is logged in to by another address or by a name; else that one. */
export function siteAddress({ address, vars }: Pick<OtherHost, 'address' | 'vars'>): string {
  const { site_address: own } = vars
  return typeof own === 'string' ? own : address
}

/**
 * The same where a name will not do: rules of a firewall, and what a program binds.
 *
 * @throws PlaybookError E_SITE_ADDRESS
 */
export function numericAddress(host: Pick<OtherHost, 'name' | 'address' | 'vars'>): string {
  const address = siteAddress(host)
  if (isIP(address) > 0) return address
  throw new PlaybookError('E_SITE_ADDRESS', `${host.name} is known as ${address}, and a number is needed.`, {
    hint: `Give it the variable site_address, at which the site's hosts reach it: site_address: 192.0.2.11`,
  })
}
