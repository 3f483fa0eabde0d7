// Intended differences from Ansible stay as they are, and docs/inventory.md names each.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { loadInventory } from '../../src/inventory/inventory.ts'
import { listInventory, listVars } from '../../src/inventory/views/listing.ts'
import { PlaybookError } from '../../src/model/errors/error.ts'
import { shownLines } from '../shownLines.ts'
import { inventoryFixtures } from './fixtures.ts'

type Case = {
  readonly why: string
  readonly sources: readonly string[]
  readonly extraVars?: readonly string[]
  readonly hosts?: readonly string[]
  readonly patterns?: readonly string[]
  readonly limits?: readonly (readonly [pattern: string, limit: string])[]
}

/** The listing of a case or its errors, and what the case queries beyond that. */
type Result = {
  readonly errors?: readonly string[]
  readonly list?: object
  readonly hosts?: { readonly [name: string]: object }
  readonly patterns?: { readonly [pattern: string]: readonly string[] | string }
  readonly limits?: readonly (readonly [string, string, readonly string[] | string])[]
}

const folder = join(inventoryFixtures, 'differences')
const documented = readFileSync(new URL('../../../docs/inventory.md', import.meta.url), 'utf8')

for (const name of readdirSync(folder).sort()) {
  const expected = json(name, 'case.json') as Case
  test(expected.why, async () => {
    const result = await resultOf(expected, join(folder, name))
    if (process.env.WRITE_ANSWERS)
      writeFileSync(join(folder, name, 'ours.json'), `${JSON.stringify(result, undefined, 1)}\n`)
    const ours = json(name, 'ours.json') as Result
    assert.equal(result, ours)
    assert.ok(differs(ours, json(name, 'golden.json') as Result), 'Ansible does the same')
    assert.ok(documented.includes(expected.why), 'docs/inventory.md does not say it')
  })
}

async function resultOf({ sources, extraVars = [], ...queries }: Case, cwd: string): Promise<Result> {
  try {
    const inventory = await loadInventory(sources, { cwd, extraVars })
    const select = (pattern: string, limit?: string) =>
      messageOr(() => inventory.select(pattern, limit).map((host) => host.name))
    const patterns = queries.patterns?.map((pattern) => [pattern, select(pattern)] as const)
    return plain({
      list: listInventory(inventory),
      hosts:
        queries.hosts &&
        Object.fromEntries(queries.hosts.map((name) => [name, listVars(inventory.host(name)!)])),
      patterns: patterns && Object.fromEntries(patterns),
      limits: queries.limits?.map(([pattern, limit]) => [pattern, limit, select(pattern, limit)]),
    })
  } catch (error) {
    if (error instanceof PlaybookError) return { errors: await shownLines(error, cwd) }
    throw error
  }
}

function messageOr<T>(work: () => T): T | string {
  try {
    return work()
  } catch (error) {
    return (error as Error).message
  }
}

/** Whether a part that both have differs, or only one of them is refused. */
function differs(ours: Result, theirs: Result): boolean {
  const parts = ['list', 'hosts', 'patterns', 'limits'] as const
  if (!ours.list || !theirs.list) return ours.list !== theirs.list
  return parts.some((part) => ours[part] && sortedJson(ours[part]) !== sortedJson(theirs[part]))
}

function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}

function plain(result: Result): Result {
  return JSON.parse(JSON.stringify(result)) as Result
}

/** Python writes NaN and Infinity into JSON. */
function json(name: string, file: string): unknown {
  const text = readFileSync(join(folder, name, file), 'utf8')
  return JSON.parse(text.replace(/: (-?)(NaN|Infinity)/g, ': "$1$2"'))
}

test.run()
