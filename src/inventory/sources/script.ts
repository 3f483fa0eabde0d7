// Reads an executable inventory: a program that prints the JSON of Ansible's dynamic inventories.

import { execFile } from 'node:child_process'
import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { promisify } from 'node:util'
import { PlaybookError } from '../../model/errors/error.ts'
import { decodeAnsibleTypes, mayHaveAnsibleTypes } from '../parsing/ansibleJson.ts'
import {
  describeValue,
  locationOf,
  type SourceNode,
  sourceText,
  toSourceNode,
} from '../parsing/sourceNode.ts'
import type { FileLoader } from './fileLoader.ts'
import type { GroupData, InventoryBuilder } from './inventoryBuilder.ts'

/** Whether a file is to be run, not read: executable, and a script (`#!`) or a binary. */
export function isScript(path: string): boolean {
  if (((statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & 0o111) === 0) return false
  const start = firstBytes(path)
  return start.startsWith('#!') || start === '\x7fELF'
}

/**
 * Runs `path --list`, and `path --host NAME` for each host where the first answer has no `_meta.hostvars`, and adds
 * what they say to the draft
 * (https://docs.ansible.com/ansible/latest/dev_guide/developing_inventory.html#inventory-script-conventions).
 */
export async function readScript(path: string, files: FileLoader, builder: InventoryBuilder): Promise<void> {
  const where = { file: files.displayPath(path), line: 1 }
  try {
    const listing = await runScript(path, ['--list'], files)
    if (!listing.entries) throw wrongShape('--list', 'a mapping of groups', listing)
    const meta = listing.entries.get('_meta')?.node.entries?.get('hostvars')?.node
    if (meta && !meta.entries) throw wrongShape('_meta.hostvars', 'a mapping of hosts', meta)
    const hosts = new Set<string>()
    for (const { key, node } of listing.entries.values()) {
      if (key !== '_meta') readGroup(builder.addGroup(key, where), node, builder, hosts)
    }
    for (const name of hosts) {
      const vars = meta ? meta.entries!.get(name)?.node : await runScript(path, ['--host', name], files)
      if (vars && !vars.entries) throw wrongShape(`variables of ${name}`, 'a mapping', vars)
      for (const entry of vars?.entries?.values() ?? []) builder.hosts.get(name)!.vars.set(entry.key, entry)
    }
  } catch (error) {
    if (!(error instanceof PlaybookError)) throw error
    builder.errors.push(error)
  }
}

function readGroup(group: GroupData, node: SourceNode, builder: InventoryBuilder, hosts: Set<string>): void {
  const { entries } = node
  const isBareHost = entries && !['hosts', 'vars', 'children'].some((key) => entries.has(key))
  const names = isBareHost
    ? [group.name]
    : namesIn(`${group.name}.hosts`, entries ? entries.get('hosts')?.node : node)
  const vars = isBareHost ? node : entries?.get('vars')?.node
  for (const name of names) {
    hosts.add(name)
    builder.addHost(name, group, undefined, locationOf(node))
  }
  if (vars && !vars.entries) throw wrongShape(`${group.name}.vars`, 'a mapping of variables', vars)
  for (const entry of vars?.entries?.values() ?? []) builder.setGroupVar(group, entry)
  for (const child of namesIn(`${group.name}.children`, entries?.get('children')?.node)) {
    builder.addChild(group, builder.addGroup(child, locationOf(node)), locationOf(node))
  }
}

function namesIn(what: string, node: SourceNode | undefined): string[] {
  if (!node) return []
  if (!node.items || node.items.some((item) => typeof item.value !== 'string')) {
    throw wrongShape(what, 'a list of names', node)
  }
  return node.items.map((item) => item.value as string)
}

async function runScript(path: string, options: readonly string[], files: FileLoader): Promise<SourceNode> {
  const file = files.displayPath(path)
  const shown = [file, ...options].join(' ')
  const where = { file, line: 1 }
  try {
    const { stdout } = await promisify(execFile)(path, options, { maxBuffer: 1024 ** 3 })
    const answer = toSourceNode(JSON.parse(stdout.trim() === '' ? '{}' : stdout), sourceText(file, ''))
    return mayHaveAnsibleTypes(stdout) ? decodeAnsibleTypes(answer, files.openVault) : answer
  } catch (error) {
    const { code, stderr = '' } = error as { code?: unknown; stderr?: string }
    const what =
      error instanceof SyntaxError
        ? 'did not print JSON'
        : typeof code === 'number'
          ? `ended with exit code ${code}`
          : `could not be run: ${(error as Error).message}`
    const details = stderr.trimEnd().split('\n').filter(Boolean).slice(-10)
    throw new PlaybookError('E_INVENTORY_SCRIPT', `${shown} ${what}`, { where, details, cause: error })
  }
}

function wrongShape(what: string, expected: string, node: SourceNode): PlaybookError {
  const where = locationOf(node)
  const message = `${what}: expected ${expected}, got ${describeValue(node.value)}`
  return new PlaybookError('E_INVENTORY_SCRIPT', message, { ...(where ? { where } : {}) })
}

/** Nothing where the file may be run and not read: then it is not a script either. */
function firstBytes(path: string): string {
  try {
    const file = openSync(path, 'r')
    const start = Buffer.alloc(4)
    readSync(file, start, 0, 4, 0)
    closeSync(file)
    return start.toString('latin1')
  } catch {
    return ''
  }
}
