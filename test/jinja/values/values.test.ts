// Values of templates print, compare and compute as Python's do.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { library } from '../../../src/jinja/library.ts'
import { contains, dictKey, equal, order, truth } from '../../../src/jinja/values/compare.ts'
import { fromJs, toJs } from '../../../src/jinja/values/convert.ts'
import { floatText } from '../../../src/jinja/values/floatText.ts'
import {
  bindArguments,
  type CallContext,
  doesTakeUndefined,
  type Lookup,
} from '../../../src/jinja/values/library.ts'
import {
  type ArithmeticOperator,
  arithmetic,
  indexOf,
  int,
  signed,
} from '../../../src/jinja/values/numbers.ts'
import { joined, withSecrets } from '../../../src/jinja/values/secrets.ts'
import { codePoints, quoted, repr, str } from '../../../src/jinja/values/text.ts'
import {
  type Dict,
  Float,
  isDict,
  isList,
  type Kwargs,
  PyError,
  PyFunction,
  PyObject,
  tuple,
  Undefined,
  UndefinedUsed,
  type Value,
} from '../../../src/jinja/values/value.ts'
import { Secret } from '../../../src/model/secrets/secret.ts'

const float = (value: number) => new Float(value)
const noKwargs: Kwargs = new Map()

const printed: [value: unknown, expected: string][] = [
  [null, 'None'],
  [true, 'True'],
  [1, '1'],
  [float(1), '1.0'],
  [float(1e16), '1e+16'],
  [float(0.00001), '1e-05'],
  [float(0.1), '0.1'],
  [float(-0), '-0.0'],
  [float(Number.NaN), 'nan'],
  [float(Number.NEGATIVE_INFINITY), '-inf'],
  [12345678901234567890n, '12345678901234567890'],
  [1.5, '1.5'],
  ["it's", '"it\'s"'],
  ['a\n\x01\xe9', "'a\\n\\x01é'"],
  [['a', 1, null, [float(2)]], "['a', 1, None, [2.0]]"],
  [tuple('a'), "('a',)"],
  [tuple('a', 2), "('a', 2)"],
  [{ a: { b: [] } }, "{'a': {'b': []}}"],
  [new Map([[1, 'x']]), "{1: 'x'}"],
  [new PyFunction('f', () => null), '<function f>'],
]
for (const [value, expected] of printed)
  test(`repr gives ${expected}`, () => assert.is(repr(fromJs(value)), expected))

test('text is itself, quoted by repr alone', () => {
  assert.is(str("it's"), "it's")
  assert.is(quoted('a"b\'c'), "'a\"b\\'c'")
  assert.is(floatText(2), '2.0')
  assert.equal(codePoints('a😀b'), ['a', '😀', 'b'])
})

const sums: [left: Value, operator: ArithmeticOperator, right: Value, expected: string][] = [
  [10, '/', 2, '5.0'],
  [7, '//', 2, '3'],
  [-7, '//', 2, '-4'],
  [-7, '%', 3, '2'],
  [7, '%', -3, '-2'],
  [float(7.5), '//', 2, '3.0'],
  [float(-7.5), '%', 2, '0.5'],
  [2, '**', 10, '1024'],
  [2, '**', 64, '18446744073709551616'],
  [2, '**', -1, '0.5'],
  [9007199254740991, '+', 1, '9007199254740992'],
  [9007199254740993n, '-', 2, '9007199254740991'],
  [true, '+', 1, '2'],
  [3, '*', float(0.5), '1.5'],
]
for (const [left, operator, right, expected] of sums)
  test(`${String(left)} ${operator} ${String(right)} is ${expected}`, () => {
    assert.is(repr(arithmetic(operator, left as number, right as number)), expected)
  })

test('what cannot be computed is an error', () => {
  assert.throws(() => arithmetic('/', 1, 0), /division by zero/)
  assert.throws(() => arithmetic('%', 1, 0), /division by zero/)
  assert.throws(() => arithmetic('**', 10, 10 ** 9), /too large/)
  assert.throws(() => signed('-', 'a'), /bad operand type/)
  assert.throws(() => indexOf('a'), /has to be an int/)
  assert.is(repr(signed('-', float(2))), '-2.0')
  assert.is(indexOf(true), 1)
  assert.is(int(2n ** 53n - 1n), 2 ** 53 - 1)
})

test('only zero, None and what is empty are false', () => {
  const empty: Value[] = [null, false, 0, 0n, '', [], new Map(), float(0), tuple(), new Secret('')]
  assert.equal(
    empty.map(truth),
    empty.map(() => false),
  )
  const full: Value[] = [true, 1, 'a', [null], float(0.1), new Map([['a', 1]]), new Secret('x')]
  assert.equal(
    full.map(truth),
    full.map(() => true),
  )
})

test('equality is by value, and of numbers by their size', () => {
  assert.ok(equal(1, float(1)))
  assert.ok(equal(true, 1))
  assert.not(equal('1', 1))
  assert.ok(equal(fromJs({ a: [1], b: 2 }), fromJs({ b: 2, a: [1] })))
  assert.not(equal([1], tuple(1)))
  assert.ok(equal(new Secret('a'), 'a'))
})

test('numbers, texts and lists have an order, and others none', () => {
  assert.ok(order(1, float(1.5)) < 0)
  assert.ok(order('a', 'b') < 0)
  assert.ok(order([1, 2], [1, 1]) > 0)
  assert.ok(order([1], [1, 0]) < 0)
  assert.ok(order(2n ** 70n, 1) > 0)
  assert.throws(() => order('1', 1), /does not work between str and int/)
})

test('membership is that of lists, keys and texts', () => {
  assert.ok(contains([1, 2], float(2)))
  assert.ok(contains(fromJs({ a: 1 }), 'a'))
  assert.ok(contains('abc', 'bc'))
  assert.throws(() => contains('abc', 1), /requires a text/)
  assert.throws(() => contains(1, 1), /nothing can be in it/)
  assert.is(dictKey(float(1)), 1)
  assert.is(dictKey(tuple(1, 'a')), dictKey(tuple(1, 'a')))
  assert.throws(() => dictKey([]), /cannot be a key/)
})

test('an undefined value is an error where it is used, and only there', () => {
  const missing = new Undefined('"x" is undefined')
  for (const use of [
    () => str(missing),
    () => truth(missing),
    () => equal(missing, 1),
    () => toJs([missing]),
  ])
    assert.throws(
      use,
      (error: Error) => error instanceof UndefinedUsed && error.message === '"x" is undefined',
    )
  assert.is(library.filters.default!(missing, ['y'], noKwargs, {} as CallContext), 'y')
  assert.ok(doesTakeUndefined(library.filters.default!))
  assert.not(library.tests.defined!(missing, [], noKwargs, {} as CallContext))
})

test('values come from JavaScript and go back', () => {
  const value = { a: [1, 1.5, 'x', null], b: { c: true } }
  assert.equal(toJs(fromJs(value)), value)
  assert.is(repr(fromJs(undefined)), 'None')
  assert.equal(toJs(tuple(1, float(2))), [1, 2])
  assert.is(toJs(2n ** 64n), '18446744073709551616')
  assert.ok(isDict(fromJs({})) && isList(fromJs(new Set())))
  assert.throws(() => fromJs(() => 1), /cannot be a value/)
  assert.throws(() => fromJs(/x/), /instance of RegExp/)
  class Loop extends PyObject {
    readonly repr = '<loop>'
  }
  assert.is(new Loop().attribute('index'), undefined)
  assert.throws(
    () => toJs(new Loop()),
    (error: Error) => error instanceof PyError,
  )
})

test('what is made of a secret is a secret', () => {
  const password = new Secret('hunter2')
  const upper = withSecrets([password], noKwargs, ([text]) => str(text!).toUpperCase())
  assert.ok(upper instanceof Secret && upper.reveal() === 'HUNTER2')
  const parts = withSecrets([new Secret('a:b')], noKwargs, ([text]) => str(text!).split(':'))
  assert.ok((parts as Value[]).every((part) => part instanceof Secret))
  const listed = withSecrets([[password, 'root']], noKwargs, ([list]) => str(list!))
  assert.ok(listed instanceof Secret && listed.reveal() === "['hunter2', 'root']")
  const users: Dict[] = [
    new Map<Value, Value>([
      ['name', 'root'],
      ['password', password],
    ]),
  ]
  const kept = withSecrets([users], noKwargs, ([list]) =>
    (list as Dict[]).filter((user) => truth(user.get('password')!)),
  )
  assert.equal((kept as Dict[])[0]!.get('name'), 'root')
  assert.is(
    withSecrets([password], noKwargs, ([text]) => text!),
    password,
  )
  assert.is(joined(['a', 'b']), 'ab')
  const text = joined(['password=', password])
  assert.ok(text instanceof Secret && text.reveal() === 'password=hunter2')
})

test('arguments are bound by place and by name', () => {
  const lookup: Lookup = (terms, kwargs) => [...terms, ...kwargs.values()]
  assert.equal(lookup([1], new Map([['b', 2]]), {} as CallContext), [1, 2])
  assert.equal(bindArguments([1], new Map([['b', 2]]), ['a', 'b', 'c']), [1, 2, undefined])
  assert.throws(() => bindArguments([1, 2], noKwargs, ['a']), /at most 1 \(a\), got 2/)
  assert.throws(
    () => bindArguments([], new Map([['atribute', 1]]), ['attribute']),
    (error: PyError) =>
      /no argument "atribute"/.test(error.message) && error.hint === 'Did you mean attribute?',
  )
  assert.throws(() => bindArguments([1], new Map([['a', 1]]), ['a']), /twice/)
  assert.throws(() => bindArguments([], noKwargs, ['a'], 1), /lacks its argument "a"/)
})

test.run()
