// The tag text: indentation, lists, lines that are left out, secrets.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { Secret, secret, text } from '../../src/index.ts'

test('the indentation of the source is left out, and that of the text stays', () => {
  assert.is(
    text`
      a {
        b

        c
      }
    `,
    'a {\n  b\n\n  c\n}\n',
  )
  assert.is(text`one line`, 'one line')
  assert.is(text``, '')
  assert.is(
    text`a
    b
  c`,
    'a\n  b\nc',
  )
})

test('a list is one line for each item, indented like the line', () => {
  assert.is(
    text`
      servers:
        - ${['a', ['b', 2]]}
      end ${['x', 'y']}
    `,
    'servers:\n  - a\n  b\n  2\nend x\ny\n',
  )
  assert.is(
    text`
      {
        ${['a', 'b'].map((name) => `${name};`)}
      }
    `,
    '{\n  a;\n  b;\n}\n',
  )
})

test('a text in a text keeps its lines and gets the indentation', () => {
  const inner = text`
    if (x) {
      y
    }
  `
  assert.is(
    text`
      start
        ${inner}
      end
    `,
    'start\n  if (x) {\n    y\n  }\nend\n',
  )
})

test('a line of nothing but false, null, undefined and empty lists is left out', () => {
  assert.is(
    text`
      a
      ${false}
      ${null}${undefined}
      ${[]}
      ${''}
      b${false}${0}
    `,
    'a\n\nb0\n',
  )
})

test('with a secret the result is one, and only what is secret in it is masked', () => {
  const password = secret('hunter2')
  const result = text`
    [app]
    password = ${password}
    ${[secret('second'), 'third']}
  `
  assert.instance(result, Secret)
  assert.is((result as Secret).reveal(), '[app]\npassword = hunter2\nsecond\nthird\n')
  assert.equal(
    (result as Secret).all.map((each) => each.reveal()),
    ['hunter2', 'second'],
  )
  assert.throws(() => `${result}`, /cannot be part of a plain text/)
})

test('as a function it gives the output of a command', () => {
  assert.is(text({ code: 0, stdout: Buffer.from('out\n'), stderr: Buffer.alloc(0) }), 'out\n')
})

test.run()
