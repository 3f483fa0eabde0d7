// Tests whether the result of a call is found to be thrown away, from source text.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { isCallDropped } from '../../../src/model/errors/droppedCall.ts'

/** The call is in the line with `make(`, or the one marked by `// here`. */
const dropped = [
  'make({})',
  'const a = 1\nmake({ a })',
  'f()\n  make({\n  a: 1 })',
  'f();\nmake()',
  'if (a) make()',
  'if (a(b) || c) {\n  make()\n}',
  'for (const a of b) make()',
  'if (a) {\n} else make()',
  "case 'x':\n  make()",
  'default: make()',
  'await make()',
  'void make()',
  'tasks.files.make()',
  'list.forEach((each) => make(each))',
  'list.forEach(each => make(each))',
  'a && make()',
  '{\n  a.b || make()\n}',
  'return\nmake()',
  'const text = `a`\nmake()',
  "// it's here\nmake()",
  'make<string>()',
  'const never = make()',
  'let never: Task = make() // never',
] as const

const used = [
  'return make()',
  'return [\n  a,\n  make(),\n]',
  'const list = [make()]\nf(list)',
  'f(make())',
  'f(\n  a,\n  make(),\n)',
  'const a = make()\nf(a)',
  'const a = b ? make() : undefined\nf(a)',
  'list.map((each) => make(each))',
  'const f = () => make()',
  '[\n  a && make(),\n]',
  'return a && make()',
  'const { a = make() } = b',
  '({ a: make() })',
  'list.push(make())',
  'a\n  .b(make())',
  'remake()',
  '// make()',
  "f('make()')",
  'throw make()',
  'export default make()',
  'export const a = make()',
  'const a =\n  make()\nf(a)',
] as const

const lineOf = (source: string) =>
  source.split('\n').findIndex((line) => /\bmake</.test(line) || line.includes('make(')) + 1

for (const source of dropped)
  test(`thrown away: ${source}`, () => assert.ok(isCallDropped(source, lineOf(source), 'make')))
for (const source of used)
  test(`used, or not certain: ${source}`, () => assert.not(isCallDropped(source, lineOf(source), 'make')))

test('only calls of the name and the line count', () => {
  assert.not(isCallDropped('make()\nother()', 2, 'make'))
  assert.not(isCallDropped('make()', 7, 'make'))
  assert.not(isCallDropped('', 1, 'make'))
})

test.run()
