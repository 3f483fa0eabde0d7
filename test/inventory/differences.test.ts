// Where we differ from Ansible on purpose: its stored answer, ours, and the sentence in docs/inventory.md that says so.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { loadInventory } from '../../src/inventory/inventory.ts'
import { listInventory, listVars } from '../../src/inventory/views/listing.ts'
import { PlaybookError } from '../../src/model/errors/error.ts'
import { shownLines } from '../shownLines.ts'

type Case = {
  readonly why: string
  readonly sources: readonly string[]
  readonly extraVars?: readonly string[]
  readonly hosts?: readonly string[]
  readonly patterns?: readonly string[]
  readonly limits?: readonly (readonly [pattern: string, limit: string])[]
}

/** What we make of a case: its listing, or what is wrong with it; and what it asks for beyond that. */
type Answer = {
  readonly errors?: readonly string[]
  readonly list?: object
  readonly hosts?: { readonly [name: string]: object }
  readonly patterns?: { readonly [pattern: string]: readonly string[] | string }
  readonly limits?: readonly (readonly [string, string, readonly string[] | string])[]
}

const root = fileURLToPath(new URL('../../..', import.meta.url))
const folder = join(root, 'test/fixtures/inventory/differences')
const documented = readFileSync(join(root, 'docs/inventory.md'), 'utf8')

for (const name of readdirSync(folder).sort()) {
  const wanted = json(name, 'case.json') as Case
  test(wanted.why, async () => {
    const answer = await answerTo(wanted, join(folder, name))
    if (process.env.WRITE_ANSWERS)
      writeFileSync(join(folder, name, 'ours.json'), `${JSON.stringify(answer, undefined, 1)}\n`)
    const ours = json(name, 'ours.json') as Answer
    assert.equal(answer, ours)
    assert.ok(differs(ours, json(name, 'golden.json') as Answer), 'Ansible does the same')
    assert.ok(documented.includes(wanted.why), 'docs/inventory.md does not say it')
  })
}

async function answerTo({ sources, extraVars = [], ...asked }: Case, cwd: string): Promise<Answer> {
  try {
    const inventory = await loadInventory(sources, { cwd, extraVars })
    const select = (pattern: string, limit?: string) =>
      messageOr(() => inventory.select(pattern, limit).map((host) => host.name))
    const patterns = asked.patterns?.map((pattern) => [pattern, select(pattern)] as const)
    return plain({
      list: listInventory(inventory),
      hosts:
        asked.hosts && Object.fromEntries(asked.hosts.map((name) => [name, listVars(inventory.host(name)!)])),
      patterns: patterns && Object.fromEntries(patterns),
      limits: asked.limits?.map(([pattern, limit]) => [pattern, limit, select(pattern, limit)]),
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

/** Some part that both have is not the same, or one refuses what the other takes. */
function differs(ours: Answer, theirs: Answer): boolean {
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

function plain(answer: Answer): Answer {
  return JSON.parse(JSON.stringify(answer)) as Answer
}

/** Python writes NaN and Infinity into JSON. */
function json(name: string, file: string): unknown {
  const text = readFileSync(join(folder, name, file), 'utf8')
  return JSON.parse(text.replace(/: (-?)(NaN|Infinity)/g, ': "$1$2"'))
}

test.run()
