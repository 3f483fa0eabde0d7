// Tests how docstrings of tasks appear in the reference.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { parseDocstring } from '../../../src/cli/docs/docstring.ts'

const source = `// The task motd.

/** What is kept. */
const kept = 1

/**
 * Sets the message
 * of the day.
 *
 * - \`text\`: what it says.
 *   And more.
 * @throws PlaybookError E_TEXT where it is wrong,
 *   E_MORE
 * @example motd({ text: 'x' })
 * @example
 * motd({
 *   text: 'y',
 * })
 *
 * Sources: motd(5).
 */
export const motd = defineTask({})

/** Another. */
export const motd2 = defineTask({})
`

test('Prose, errors and examples are told apart', () => {
  assert.equal(parseDocstring(source, 'motd'), {
    prose:
      'Sets the message\nof the day.\n\n- `text`: what it says.\n  And more.\n\nErrors: E_TEXT where it is wrong,\n  E_MORE\n\nSources: motd(5).',
    examples: ["motd({ text: 'x' })", "motd({\n  text: 'y',\n})"],
  })
})

const others: readonly [title: string, source: string, prose: string][] = [
  ['Only the docstring right before the task is its own', `${source}`, 'Another.'],
  ['A default export', '/** Mine. */\nexport default defineTask({})', 'Mine.'],
  ['No docstring', 'export const motd2 = defineTask({})', ''],
  ['A docstring of something else', '/** Else. */\nconst a = 1\nexport const motd2 = defineTask({})', ''],
]

for (const [title, text, prose] of others) {
  test(title, () => assert.equal(parseDocstring(text, 'motd2'), { prose, examples: [] }))
}

test.run()
