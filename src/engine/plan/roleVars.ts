// Validates the variables of roles on the hosts of a play that use them.

import { AggregatePlaybookError, type PlaybookError } from '../../model/errors/error.ts'
import type { InventoryHost } from '../../model/host.ts'
import { foldersOfRole } from '../../model/roles/roleFolders.ts'
import type { AnyRole } from '../../model/task.ts'
import type { HostSelector } from './playHost.ts'

/** Thrown where the variables of a role are wrong on a host; `RoleVars` has the errors. */
export class InvalidRoleVars extends Error {}

type Users = { readonly vars: Map<InventoryHost, { readonly value: unknown } | undefined> }

export class RoleVars {
  readonly #inventory: HostSelector
  readonly #roles = new Map<AnyRole, Users>()

  constructor(inventory: HostSelector) {
    this.#inventory = inventory
  }

  /** The role's variables on a host. @throws InvalidRoleVars */
  of(role: AnyRole, host: InventoryHost): unknown {
    const users = this.#roles.get(role) ?? { vars: new Map() }
    this.#roles.set(role, users)
    if (!users.vars.has(host)) users.vars.set(host, this.#checked(role, host))
    const vars = users.vars.get(host)
    if (!vars) throw new InvalidRoleVars(`Variables of ${role.spec.name} are wrong.`)
    return vars.value
  }

  /** All errors, those that hosts share once; of one host, if it is given. */
  errors(only?: InventoryHost): PlaybookError[] {
    return [...this.#roles].flatMap(([role, { vars }]) => {
      const hosts = [...vars.keys()].filter((host) => only === undefined || host === only)
      return hosts.some((host) => !vars.get(host)) ? this.#errorsOf(role, hosts) : []
    })
  }

  #checked(role: AnyRole, host: InventoryHost): { readonly value: unknown } | undefined {
    try {
      return { value: this.#varsOf(role, [host]).get(host) }
    } catch (thrown) {
      if (!(thrown instanceof AggregatePlaybookError)) throw thrown
      return undefined
    }
  }

  #errorsOf(role: AnyRole, hosts: readonly InventoryHost[]): readonly PlaybookError[] {
    try {
      this.#varsOf(role, hosts)
      return []
    } catch (thrown) {
      if (!(thrown instanceof AggregatePlaybookError)) throw thrown
      return thrown.errors
    }
  }

  #varsOf(role: AnyRole, hosts: readonly InventoryHost[]) {
    const { spec, where } = role
    return this.#inventory.varsOf(spec.vars, hosts, {
      name: spec.name,
      where: where(),
      folders: foldersOfRole(role),
    })
  }
}
