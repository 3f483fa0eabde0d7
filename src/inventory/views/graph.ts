// Draws the tree of groups and hosts as `ansible-inventory --graph` does.

import { maskRevealed } from '../../model/secrets/masker.ts'
import type { Inventory, InventoryGroup } from '../inventory.ts'
import { pythonStr } from '../parsing/pythonText.ts'
import { isMagicVar } from './magicVars.ts'

/**
 * The lines of the tree below a group: `@name:` for groups, `|--` for each level. With `hasVars` they include each
 * host's merged variables and each group's own, as Python writes them. Unlike in Ansible, vault values are masked.
 *
 * @example inventoryGraph(inventory, inventory.groups.get('all')!, { hasVars: false })
 */
export function inventoryGraph(
  inventory: Inventory,
  group: InventoryGroup,
  { hasVars }: { readonly hasVars: boolean },
): string[] {
  return groupLines(group, 0)

  function groupLines({ name, children, hosts, vars }: InventoryGroup, depth: number): string[] {
    return [
      branch(`@${name}:`, depth),
      ...children.flatMap((child) => groupLines(inventory.groups.get(child)!, depth + 1)),
      ...(name === 'all' ? [] : hosts.flatMap((host) => hostLines(host, depth + 1))),
      ...(hasVars ? varLines(vars, depth + 1) : []),
    ]
  }

  function hostLines(name: string, depth: number): string[] {
    const vars = hasVars ? varLines(inventory.host(name)!.rawVars, depth + 1) : []
    return [branch(name, depth), ...vars]
  }
}

function varLines(vars: { readonly [name: string]: unknown }, depth: number): string[] {
  const names = Object.keys(vars)
    .filter((name) => !isMagicVar(name))
    .sort()
  return names.map((name) => branch(`{${name} = ${maskRevealed(pythonStr(vars[name]))}}`, depth))
}

function branch(text: string, depth: number): string {
  return depth === 0 ? text : `${'  |'.repeat(depth)}--${text}`
}
