// Finds the inventory that -i names, and the inventory files of a directory.

import { existsSync, readdirSync } from 'node:fs'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { PlaybookError } from '../../model/errors/error.ts'
import { didYouMean } from '../../model/errors/suggest.ts'
import { isFolder } from './fileLoader.ts'

// What Ansible's inventory manager skips in a directory (INVENTORY_IGNORE_EXTS and its fixed names, 2.19).
const ignored =
  /^\.|^(?:host_vars|group_vars|vars_plugins)$|(?:\.pyc|\.pyo|\.swp|\.bak|~|\.rpm|\.md|\.txt|\.rst|\.orig|\.cfg|\.retry)$/

/**
 * The file or folder of `-i name`, in the working folder or else in its `inventory/`. A list of hosts
 * (`web-01,web-02,`) is returned as it is.
 *
 * @throws PlaybookError E_NO_INVENTORY with the paths tried
 * @example findInventory('lab.yaml', '/repo') // '/repo/inventory/lab.yaml'
 */
export function findInventory(name: string, cwd: string): string {
  const candidates = isAbsolute(name) ? [name] : [resolve(cwd, name), resolve(cwd, 'inventory', name)]
  const found = candidates.find((candidate) => existsSync(candidate))
  if (found !== undefined) return found
  if (isHostList(name)) return name
  const entries = [cwd, resolve(cwd, 'inventory')].flatMap((folder) =>
    isFolder(folder) ? readdirSync(folder) : [],
  )
  const sameName = entries.find((file) => file.replace(/\.\w+$/, '') === name)
  const hint = sameName ? `Did you mean ${sameName}?` : didYouMean(name, entries)
  throw new PlaybookError('E_NO_INVENTORY', `No inventory "${name}".`, {
    details: candidates.map(
      (candidate) =>
        `Looked at ${relative(cwd, candidate).startsWith('..') ? candidate : `.${sep}${relative(cwd, candidate)}`}`,
    ),
    hint: hint ?? `A list of hosts ends with a comma: -i ${name},`,
  })
}

/** The inventory files of a directory and the directories in it, sorted, without those that Ansible skips. */
export function inventoryFiles(folder: string): string[] {
  return readdirSync(folder)
    .sort()
    .filter((name) => !ignored.test(name))
    .map((name) => join(folder, name))
    .flatMap((path) => (isFolder(path) ? inventoryFiles(path) : [path]))
}

/** Whether a source is a list of hosts: `web-01,web-02,`. */
export function isHostList(source: string): boolean {
  return source.includes(',') && !isAbsolute(source)
}
