// Reads an executable inventory: a program that prints the JSON of Ansible's dynamic inventories.

import { execFile } from 'node:child_process'
import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { promisify } from 'node:util'
import { PlaybookError } from '../model/errors/error.ts'
import type { Draft, DraftGroup } from './draft.ts'
import type { Files } from './files.ts'
import { mayHoldMarks, withMarks } from './jsonMarks.ts'
import { describeValue, fromPlain, type Located, placeOf, textSource } from './located.ts'

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
export async function readScript(path: string, files: Files, draft: Draft): Promise<void> {
  const where = { file: files.shown(path), line: 1 }
  try {
    const listing = await answerOf(path, ['--list'], files)
    if (!listing.entries) throw wrongShape('--list', 'a mapping of groups', listing)
    const meta = listing.entries.get('_meta')?.node.entries?.get('hostvars')?.node
    if (meta && !meta.entries) throw wrongShape('_meta.hostvars', 'a mapping of hosts', meta)
    const hosts = new Set<string>()
    for (const { key, node } of listing.entries.values()) {
      if (key !== '_meta') readGroup(draft.addGroup(key, where), node, draft, hosts)
    }
    for (const name of hosts) {
      const vars = meta ? meta.entries!.get(name)?.node : await answerOf(path, ['--host', name], files)
      if (vars && !vars.entries) throw wrongShape(`variables of ${name}`, 'a mapping', vars)
      for (const entry of vars?.entries?.values() ?? []) draft.hosts.get(name)!.vars.set(entry.key, entry)
    }
  } catch (error) {
    if (!(error instanceof PlaybookError)) throw error
    draft.faults.push(error)
  }
}

function readGroup(group: DraftGroup, node: Located, draft: Draft, hosts: Set<string>): void {
  const { entries } = node
  const isBareHost = entries && !['hosts', 'vars', 'children'].some((key) => entries.has(key))
  const names = isBareHost
    ? [group.name]
    : namesIn(`${group.name}.hosts`, entries ? entries.get('hosts')?.node : node)
  const vars = isBareHost ? node : entries?.get('vars')?.node
  for (const name of names) {
    hosts.add(name)
    draft.addHost(name, group, undefined, placeOf(node))
  }
  if (vars && !vars.entries) throw wrongShape(`${group.name}.vars`, 'a mapping of variables', vars)
  for (const entry of vars?.entries?.values() ?? []) draft.setGroupVar(group, entry)
  for (const child of namesIn(`${group.name}.children`, entries?.get('children')?.node)) {
    draft.addChild(group, draft.addGroup(child, placeOf(node)), placeOf(node))
  }
}

function namesIn(what: string, node: Located | undefined): string[] {
  if (!node) return []
  if (!node.items || node.items.some((item) => typeof item.value !== 'string')) {
    throw wrongShape(what, 'a list of names', node)
  }
  return node.items.map((item) => item.value as string)
}

async function answerOf(path: string, options: readonly string[], files: Files): Promise<Located> {
  const file = files.shown(path)
  const shown = [file, ...options].join(' ')
  const where = { file, line: 1 }
  try {
    const { stdout } = await promisify(execFile)(path, options, { maxBuffer: 1024 ** 3 })
    const answer = fromPlain(JSON.parse(stdout.trim() === '' ? '{}' : stdout), textSource(file, ''))
    return mayHoldMarks(stdout) ? withMarks(answer, files.openVault) : answer
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

function wrongShape(what: string, expected: string, node: Located): PlaybookError {
  const where = placeOf(node)
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
