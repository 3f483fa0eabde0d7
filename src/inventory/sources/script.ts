// Runs inventory scripts, which print the JSON of Ansible's dynamic inventories.

import { execFile } from 'node:child_process'
import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { promisify } from 'node:util'
import { PlaybookError } from '../../model/errors/error.ts'
import { sourceText } from '../../model/errors/sourceText.ts'
import { decodeAnsibleTypes, mayHaveAnsibleTypes } from '../parsing/ansibleJson.ts'
import { describeValue, locationOf, type SourceNode, toSourceNode } from '../parsing/sourceNode.ts'
import type { FileLoader } from './fileLoader.ts'
import type { GroupData, InventoryBuilder } from './inventoryBuilder.ts'

/** Whether to run a file rather than read it: it is executable, and a script (`#!`) or a binary. */
export function isScript(path: string): boolean {
  if (((statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & 0o111) === 0) return false
  const start = firstBytes(path)
  return start.startsWith('#!') || start === '\x7fELF'
}

/**
 * Runs `path --list`, and `path --host NAME` for each host if the list has no `_meta.hostvars`, and adds their output
 * to the builder
 * (https://docs.ansible.com/ansible/latest/dev_guide/developing_inventory.html#inventory-script-conventions).
 */
export async function readScript(path: string, files: FileLoader, builder: InventoryBuilder): Promise<void> {
  const where = { file: files.displayPath(path), line: 1 }
  try {
    const listing = await runScript(path, ['--list'], files)
    if (!listing.entries) throw unexpectedOutput('--list', 'a mapping of groups', listing)
    const meta = listing.entries.get('_meta')?.node.entries?.get('hostvars')?.node
    if (meta && !meta.entries) throw unexpectedOutput('_meta.hostvars', 'a mapping of hosts', meta)
    const hosts = new Set<string>()
    for (const { key, node } of listing.entries.values()) {
      if (key !== '_meta') readGroup(builder.addGroup(key, where), node, builder, hosts)
    }
    for (const name of hosts) {
      const vars = meta ? meta.entries!.get(name)?.node : await runScript(path, ['--host', name], files)
      if (vars && !vars.entries) throw unexpectedOutput(`variables of ${name}`, 'a mapping', vars)
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
  if (vars && !vars.entries) throw unexpectedOutput(`${group.name}.vars`, 'a mapping of variables', vars)
  for (const entry of vars?.entries?.values() ?? []) builder.setGroupVar(group, entry)
  for (const child of namesIn(`${group.name}.children`, entries?.get('children')?.node)) {
    builder.addChild(group, builder.addGroup(child, locationOf(node)), locationOf(node))
  }
}

function namesIn(what: string, node: SourceNode | undefined): string[] {
  if (!node) return []
  if (!node.items || node.items.some((item) => typeof item.value !== 'string')) {
    throw unexpectedOutput(what, 'a list of names', node)
  }
  return node.items.map((item) => item.value as string)
}

async function runScript(path: string, options: readonly string[], files: FileLoader): Promise<SourceNode> {
  const file = files.displayPath(path)
  try {
    const { stdout } = await promisify(execFile)(path, options, { maxBuffer: 1024 ** 3 })
    const output = toSourceNode(
      JSON.parse(stdout.trim() === '' ? '{}' : files.noted(stdout)),
      sourceText(file, ''),
    )
    return mayHaveAnsibleTypes(stdout) ? decodeAnsibleTypes(output, files.openVault) : output
  } catch (error) {
    const { code, stderr = '' } = error as { code?: unknown; stderr?: string }
    const problem =
      error instanceof SyntaxError
        ? 'did not print JSON'
        : typeof code === 'number'
          ? `exited with code ${code}`
          : `could not be started: ${(error as Error).message}`
    const details = stderr.trimEnd().split('\n').filter(Boolean).slice(-10)
    const message = `${[file, ...options].join(' ')} ${problem}`
    const where = { file, line: 1 }
    throw new PlaybookError('E_INVENTORY_SCRIPT', message, { where, details, cause: error })
  }
}

function unexpectedOutput(what: string, expected: string, node: SourceNode): PlaybookError {
  const message = `${what}: expected ${expected}, got ${describeValue(node.value)}`
  return new PlaybookError('E_INVENTORY_SCRIPT', message, { where: locationOf(node) })
}

/** '' for a file that may be executed but not read: an interpreter could not read it either. */
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
