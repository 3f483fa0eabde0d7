// Completes names of hosts, groups and variables of the inventory.

import { existsSync, statSync } from 'node:fs'
import type { Command } from 'commander'
import { expandHome } from '../../files/home.ts'
import type { Inventory } from '../../inventory/inventory.ts'
import { parseVaultId } from '../../secrets/vaultPasswords.ts'
import { applySettings, loadSettings } from '../flags/settings.ts'
import { inventoryFromFlags } from '../inventory/inventoryFromFlags.ts'
import type { Cursor } from './parseWords.ts'

/** The inventory of `-i`, or of the settings. @throws errors of loading it */
export async function inventoryAt({ command, values }: Cursor, playbookDir?: string): Promise<Inventory> {
  const settings = await settingsOf(command)
  const listed = (name: string) => values.get(name) ?? settings[name] ?? []
  const [folder = playbookDir] = values.get('playbookDir') ?? []
  const flags = {
    inventory: listed('inventory'),
    extraVars: listed('extraVars'),
    vaultPasswordFile: listed('vaultPasswordFile').filter(isQuiet),
    vaultId: listed('vaultId').filter((id) => isQuiet(parseVaultId(id).source)),
  }
  return inventoryFromFlags(flags, folder)
}

/** Whether a source needs no prompt and no program, which completion must not start. */
function isQuiet(source: string): boolean {
  const path = expandHome(source)
  return existsSync(path) && (statSync(path).mode & 0o111) === 0
}

export async function hostsAndGroups(
  cursor: Cursor,
): Promise<{ readonly hosts: string[]; readonly groups: string[] }> {
  const { hosts, groups } = await inventoryAt(cursor)
  return { hosts: hosts.map(({ name }) => name), groups: [...groups.keys()] }
}

/** For a pattern: completes the name after the last `:` or `,`. */
export async function patternCandidates(cursor: Cursor): Promise<string[]> {
  const before = /^.*[:,](?:[&!])?|^[&!]/s.exec(cursor.current)?.[0] ?? ''
  const { hosts, groups } = await inventoryAt(cursor)
  const names = [
    ...[...groups.values()].map(({ name, members }) => `${name}\tgroup of ${members.length}`),
    ...hosts.map(({ name }) => `${name}\thost`),
  ]
  const words = [
    '@failed\thosts that did not finish the last run',
    '@unreachable\thosts that the last run could not reach',
  ]
  return [...words, ...names].map((name) => before + name)
}

/** For --where: completes hosts and groups with a dot, then their variables. */
export async function whereCandidates(cursor: Cursor): Promise<string[]> {
  const inventory = await inventoryAt(cursor)
  const owners = [...inventory.hosts, ...inventory.groups.values()]
  const whole = owners.filter(({ name }) => cursor.current.startsWith(`${name}.`))
  if (whole.length === 0) return owners.map(({ name }) => `${name}.`)
  return whole.flatMap(({ name, vars }) => Object.keys(vars).map((variable) => `${name}.${variable}`))
}

async function settingsOf(command: Command): Promise<{ readonly [name: string]: readonly string[] }> {
  const loaded = await loadSettings().catch(() => undefined)
  if (loaded) applySettings(command, loaded)
  return command.opts()
}
