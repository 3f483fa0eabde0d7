// Every object inside the parameters of a task refuses keys that it does not have.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { PlaybookError, z } from '../../src/index.ts'
import type { AnyTaskFunction } from '../../src/model/task.ts'
import * as httpdTasks from '../../tasks/httpd/index.ts'
import * as tasks from '../../tasks/index.ts'
import * as tomcatTasks from '../../tasks/tomcat/index.ts'

const exported = Object.values({ ...tasks, ...httpdTasks, ...tomcatTasks })
const all = exported.filter((each): each is AnyTaskFunction => 'spec' in each)

const functions = ['params.changed is checked by a function', 'params.failed is checked by a function']
/** Functions of an output, variables of a template, and what Ansible gets. */
const free: { readonly [task: string]: readonly string[] } = {
  command: functions,
  shell: functions,
  uri: ['params.changed is checked by a function'],
  debug: [
    'params.msg is checked by a function',
    'params.msg is checked by a function',
    'params.value takes anything',
  ],
  template: ['params.vars[…] takes anything'],
  ansibleModule: ['params.args[…] takes anything'],
  ansiblePlaybook: ['params.vars[…] takes anything'],
}

for (const { spec } of all) {
  test(`${spec.name} checks all that is nested in its parameters`, () => {
    assert.equal(loose(spec.params, 'params'), free[spec.name] ?? [])
  })
}

test('a loose object, an untyped value and a custom check are found', () => {
  const schema = z.strictObject({
    list: z.array(z.object({ a: z.string() })),
    map: z.record(z.string(), z.unknown()).optional(),
    made: z.custom<object>((value) => typeof value === 'object'),
    class: z.instanceof(RegExp),
  })
  assert.equal(
    loose(schema, 'params').map((each) => each.split(' ')[0]),
    ['params.list[]', 'params.map[…]', 'params.made'],
  )
})

/** The places in a schema that take keys or values of any kind. */
function loose(schema: z.core.$ZodType, path: string, seen = new Set<z.core.$ZodType>()): string[] {
  if (seen.has(schema)) return []
  seen.add(schema)
  const inside = (inner: z.core.$ZodType, at = path) => loose(inner, at, seen)
  const { def } = (schema as z.core.$ZodTypes)._zod
  switch (def.type) {
    case 'object': {
      const isStrict = def.catchall?._zod.def.type === 'never'
      const members = Object.entries(def.shape).flatMap(([key, member]) => inside(member, `${path}.${key}`))
      return isStrict ? members : [`${path} takes unknown keys`, ...members]
    }
    case 'array':
      return inside(def.element, `${path}[]`)
    case 'record':
    case 'map':
      return inside(def.valueType, `${path}[…]`)
    case 'tuple':
      return def.items.flatMap((each, index) => inside(each, `${path}[${index}]`))
    case 'union':
      return def.options.flatMap((each) => inside(each))
    case 'intersection':
      return [...inside(def.left), ...inside(def.right)]
    case 'pipe':
      // What comes out of a transformation is not checked again.
      return inside(def.in._zod.def.type === 'transform' ? def.out : def.in)
    case 'lazy':
      return inside(def.getter())
    case 'any':
    case 'unknown':
      return [`${path} takes anything`]
    case 'custom':
      return (schema._zod.bag as { Class?: unknown }).Class ? [] : [`${path} is checked by a function`]
    default:
      return 'innerType' in def ? inside(def.innerType as z.core.$ZodType) : []
  }
}

const { editXml, editHttpdConf, httpdConfiguration, properties } = {
  ...tasks,
  ...httpdTasks,
} as unknown as Record<string, AnyTaskFunction>

const refused: [title: string, make: () => unknown, expected: RegExp][] = [
  ['a text edit with val', xml({ text: '/a/b', val: 'x' }), /edits\[0\]: unknown key "val".*value/],
  ['a set with arg', httpd({ set: 'Listen', arg: ['81'] }), /edits\[0\]: unknown key "arg".*args/],
  ['a comment with arg', httpd({ comment: 'Listen', arg: ['81'] }), /edits\[0\]: unknown key "arg".*args/],
  ['no edit', xml({ foo: '/Server' }), /edits\[0\]: expected an edit: an object with set, uncomment,/],
  ['set with an object', xml({ at: '/a', set: { b: 1 } }), /edits\[0\]: /],
  ['two edits in one', httpd({ set: 'Listen', args: ['81'], remove: 'Listen' }), /unknown key "remove"/],
  [
    'a key inside an element',
    xml({ ensure: '/a', element: { name: 'b', attrs: { c: 1 } } }),
    /edits\[0\]\.element: unknown key "attrs"/,
  ],
  [
    'a key inside a section',
    httpd({ section: 'Directory', content: [{ name: 'Require', arg: ['all'] }] }),
    /content\[0\]: unknown key "arg"/,
  ],
  [
    'a key inside a place',
    httpd({ set: 'Listen', args: [81], place: { after: { name: 'Listen', arg: [80] } } }),
    /edits\[0\]\.place\.after: unknown key "arg"/,
  ],
  ['an undefined attribute', xml({ set: '/a', attributes: { b: undefined } }), /attributes\.b/],
  [
    'an edit of httpdConfiguration',
    () => httpdConfiguration!({ prefix: '/h', files: [{ path: 'f', edits: [{ set: 'Listen', arg: [] }] }] }),
    /unknown key "arg"/,
  ],
  [
    'a property without a value',
    () => properties!({ path: '/p', set: { a: undefined } }),
    /set\.a: expected a text, a number/,
  ],
]

for (const [title, make, expected] of refused) {
  test(`${title} is refused`, () => {
    try {
      make()
    } catch (thrown) {
      assert.instance(thrown, PlaybookError)
      const { message, details } = thrown as PlaybookError
      assert.match([message, ...details].join('\n'), expected)
      return
    }
    assert.unreachable()
  })
}

function xml(edit: object) {
  return () => editXml!({ path: '/f', edits: [edit] })
}

function httpd(edit: object) {
  return () => editHttpdConf!({ path: '/f', edits: [edit] })
}

test.run()
