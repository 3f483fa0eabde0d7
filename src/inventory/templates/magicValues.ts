// The variables that Ansible sets itself: inventory_hostname, groups, hostvars and others.

import { dirname, resolve } from 'node:path'
import { fromJs } from '../../jinja/values/convert.ts'
import { LazyDict } from '../../jinja/values/lazy.ts'
import type { Value } from '../../jinja/values/value.ts'
import type { LoadedHost } from '../vars/hostVars.ts'

/** What magic variables are made of. */
export type MagicSource = {
  readonly hosts: readonly LoadedHost[]
  /** The hosts of each group, those of its children included. */
  readonly groups: ReadonlyMap<string, { readonly members: readonly string[] }>
  /** The folder of the playbook, if there is one. */
  readonly playbookDir: string | undefined
  readonly cwd: string
  /** The folders in which the lookup `file` searches. */
  readonly searchPath: readonly string[]
}

type Variables = {
  readonly variable: (host: LoadedHost, name: string) => Value | undefined
  /** A fact by its name with `ansible_`. */
  readonly fact: (host: LoadedHost, name: string) => Value | undefined
}

type Magic = (host: LoadedHost, source: MagicSource, variables: Variables) => Value | undefined

export const magicValues: { readonly [name: string]: Magic } = Object.assign(Object.create(null), {
  inventory_hostname: ({ name }) => name,
  inventory_hostname_short: ({ name }) => name.split('.')[0]!,
  group_names: (host) => fromJs(groupNames(host)),
  groups: (_host, source) =>
    shared(source, 'groups', () => {
      return fromJs(new Map([...source.groups].map(([name, { members }]) => [name, members])))
    }),
  hostvars: (_host, source, variables) =>
    shared(variables, 'hostvars', () => {
      return LazyDict.of(source.hosts.map((each) => [each.name, () => varsOf(each, variables)] as const))
    }),
  vars: (host, _source, variables) => varsOf(host, variables),
  inventory_file: ({ declaredAt }, { cwd }) => (declaredAt ? resolve(cwd, declaredAt.file) : undefined),
  inventory_dir: ({ declaredAt }, { cwd }) =>
    declaredAt ? dirname(resolve(cwd, declaredAt.file)) : undefined,
  playbook_dir: (_host, { playbookDir }) => playbookDir,
} satisfies { readonly [name: string]: Magic })

const made = new WeakMap<object, Map<string, Value>>()

/** A value that is the same for all hosts is made once, by what it is made of. */
function shared(of: object, name: string, make: () => Value): Value {
  const known = made.get(of) ?? new Map<string, Value>()
  made.set(of, known)
  if (!known.has(name)) known.set(name, make())
  return known.get(name)!
}

/** The names of those above that a host in `hostvars` has too. */
const own = [
  'inventory_hostname',
  'inventory_hostname_short',
  'group_names',
  'groups',
  'inventory_file',
  'inventory_dir',
]

function groupNames({ groups }: LoadedHost): string[] {
  return groups.length === 0 ? ['ungrouped'] : [...groups].sort()
}

/** All variables of a host, each evaluated when it is read; facts are there too, but are not listed. */
function varsOf(host: LoadedHost, variables: Variables): Value {
  const names = new Set([...Object.keys(host.vars), ...own])
  return LazyDict.of(
    [...names].map((name) => [name, () => variables.variable(host, name) ?? null] as const),
    (name) => (typeof name === 'string' ? variables.fact(host, name) : undefined),
  )
}
