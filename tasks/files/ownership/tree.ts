// Finds entries of a tree that differ, and changes only those.

import { posix } from 'node:path'
import {
  type Command,
  lastLines,
  type Output,
  output,
  PlaybookError,
  type Probe,
  sh,
  shellText,
  splitLines,
  text,
} from '../../../src/index.ts'

type OwnershipParams = {
  path: string
  owner?: string
  group?: string
  mode?: string
  dirMode?: string
  recursive: boolean
  exclude: string[]
}

/** How many entries differ, and the first of them. */
type Mismatches = { count: number; first: string[] }

const shownEntries = 3

/** Counts what passes a test of `find`; without a test, nothing does. */
export function mismatches(params: OwnershipParams, test: string): Probe<Mismatches> {
  const count = sh`${find(params, test, sh`-print`)} | awk ${`NR <= ${shownEntries} { print } END { print NR }`}`
  return output(test === '' ? sh`echo 0` : count, parseDiffering, {
    // The files of accounts are taken for folders of entries, as the tasks user and group do.
    reads: test === '' ? [] : [params.path, ...accountEntries(params)],
    attributesOnly: true,
    holds: ({ count, first }, isPending) =>
      count > 0 && first.some((name) => !isPending(posix.join(params.path, name))),
  })
}

function accountEntries({ owner, group }: OwnershipParams): string[] {
  return [
    ...(owner === undefined ? [] : [`/etc/passwd/${owner}`]),
    ...(group === undefined ? [] : [`/etc/group/${group}`]),
  ]
}

/** @throws PlaybookError E_NO_ACCOUNT, E_FIND */
function parseDiffering(result: Output): Mismatches {
  const messages = lastLines({ ...result, stdout: Buffer.alloc(0) }).filter((line) => !isGone(line))
  const unknown = messages.find((line) => /known (?:user|group)/.test(line))
  if (unknown) {
    throw new PlaybookError('E_NO_ACCOUNT', `The host does not know it: ${unknown}`, {
      hint: 'The tasks user and group make accounts.',
    })
  }
  if (messages.length > 0)
    throw new PlaybookError('E_FIND', 'The tree cannot be read whole.', { details: messages })
  const lines = splitLines(text(result))
  return { count: Number(lines.at(-1)), first: lines.slice(0, -1) }
}

function isGone(line: string): boolean {
  return line.includes('No such file or directory')
}

/** Runs a command on what passes a test; what went meanwhile is no error. */
export function changeMatches(params: OwnershipParams, test: string, command: Command): Command {
  return sh`output=$( { ${find(params, test, sh`-exec ${command} -- {} +`)}; } 2>&1) || {
  output=$(printf '%s\\n' "$output" | grep -v 'No such file or directory')
  [ -z "$output" ] || { printf '%s\\n' "$output" >&2; exit 1; }
}`
}

function find({ path, recursive, exclude }: OwnershipParams, test: string, action: Command): Command {
  const depth = shellText(recursive ? '' : '-maxdepth 0 ')
  const pruned = exclude.map((each) => sh`-path ${`./${each}`}`.script).join(' -o ')
  const prune = shellText(pruned === '' ? '' : `\\( ${pruned} \\) -prune -o `)
  return sh`if [ -d ${path} ]; then cd -- ${path} && set -- .; else set -- ${path}; fi && find "$@" ${depth}-xdev ${prune}\\( ${shellText(test)} \\) ${action}`
}

export function ownerTest({ owner, group }: OwnershipParams): string {
  const tests = [
    owner === undefined ? '' : sh`! -user ${owner}`.script,
    group === undefined ? '' : sh`! -group ${group}`.script,
  ]
  return tests.filter((test) => test !== '').join(' -o ')
}

/** `12 others: conf/a, conf/b, conf/c, …` */
export function describeMismatches({ count, first }: Mismatches): string {
  const names = first.map((name) => name.replace(/^\.\//, '')).join(', ')
  return `${count} ${count === 1 ? 'differs' : 'differ'}: ${names}${count > first.length ? ', …' : ''}`
}
