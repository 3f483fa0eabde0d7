// docs/templates.md names every filter and test.

import { readFileSync } from 'node:fs'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { library } from '../../src/jinja/library.ts'

const page = readFileSync(new URL('../../../docs/templates.md', import.meta.url), 'utf8')
const named = new Set(
  [...page.replace(/^```[\s\S]*?^```/gm, '').matchAll(/`([^`]+)`/g)].map(([, name]) => name),
)

for (const kind of ['filters', 'tests'] as const) {
  test(`docs/templates.md names all ${kind}`, () => {
    assert.equal(
      Object.keys(library[kind]).filter((name) => !named.has(name)),
      [],
    )
  })
}

test.run()
