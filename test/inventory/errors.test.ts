// All errors in an inventory are shown at once, each with its location.

import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { suite } from '#test'
import * as assert from 'uvu/assert'
import { loadInventory } from '../../src/inventory/inventory.ts'
import { AggregatePlaybookError, PlaybookError } from '../../src/model/errors/error.ts'
import { shownLines } from '../shownLines.ts'

const test = suite<{ folder: string }>()

test.before((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'inventory-'))
})

test.after(({ folder }) => rmSync(folder, { recursive: true, force: true }))

type Row = {
  readonly title: string
  readonly files: { readonly [path: string]: string }
  readonly sources?: readonly string[]
  readonly extraVars?: readonly string[]
  readonly lines: readonly string[]
  /** Files that are executable. */
  readonly executable?: readonly string[]
}

const rows: readonly Row[] = [
  {
    title: 'a tab is named with its line',
    files: { 'a.yml': 'all:\n  hosts:\n    h1:\n\t\tx: 1\n' },
    lines: ['a.yml:4:1  a tab in the indentation; YAML allows only spaces  E_YAML'],
  },
  {
    title: 'two tabs are two errors',
    files: { 'a.yml': 'all:\n  vars:\n\tx: 1\n\ty: 1\n' },
    lines: [
      'a.yml:3:1  a tab in the indentation; YAML allows only spaces  E_YAML',
      'a.yml:4:1  a tab in the indentation; YAML allows only spaces  E_YAML',
    ],
  },
  {
    title: 'a second colon in a line',
    files: { 'a.yml': 'all:\n  vars:\n    x: a: b\n' },
    lines: [
      'a.yml:3:8  a second ": " in one line  E_YAML',
      '        x: a: b',
      '    Quote a value that contains ": ".',
    ],
  },
  {
    title: 'Jinja without quotes',
    files: { 'a.yml': 'all:\n  vars:\n    x: {{ y }}\n' },
    lines: [
      'a.yml:3:9  a key must be text, got a mapping or a list  E_YAML',
      '    Quote a value that starts with {{.',
    ],
  },
  {
    title: 'an anchor that is not there',
    files: { 'a.yml': 'all:\n  vars: {x: *nowhere}\n' },
    lines: ['a.yml:2:13  *nowhere has no anchor &nowhere before it  E_YAML'],
  },
  {
    title: 'an anchor inside itself',
    files: { 'a.yml': 'all:\n  vars:\n    x: &x [1, *x]\n' },
    lines: ['a.yml:3:15  *x refers to an anchor that contains it  E_YAML'],
  },
  {
    title: 'an unknown tag',
    files: { 'a.yml': 'all:\n  vars:\n    x: !money 5\n' },
    lines: ['a.yml:3:15  unknown tag !money  E_YAML'],
  },
  {
    title: 'a date that does not exist',
    files: { 'a.yml': 'all:\n  vars:\n    x: 2024-02-30\n' },
    lines: ['a.yml:3:8  2024-02-30 is not a valid date  E_YAML', '    Quote it if it is text.'],
  },
  {
    title: 'a time that does not exist',
    files: { 'a.yml': 'all:\n  vars: {x: 2024-01-02T24:00:00Z, y: 0000-01-01}\n' },
    lines: [
      'a.yml:2:13  2024-01-02T24:00:00Z is not a valid date  E_YAML',
      '    Quote it if it is text.',
      'a.yml:2:38  0000-01-01 is not a valid date  E_YAML',
      '    Quote it if it is text.',
    ],
  },
  {
    title: 'a merge key in the place of a value',
    files: { 'a.yml': 'all:\n  vars: {x: <<, y: "<<", z: =}\n' },
    lines: [
      'a.yml:2:13  << is not allowed as a value  E_YAML',
      '    Quote it if it is text.',
      'a.yml:2:29  = is not allowed as a value  E_YAML',
      '    Quote it if it is text.',
    ],
  },
  {
    title: 'an invisible character',
    files: { 'a.yml': 'all:\n  vars: {x: "a\x07b"}\n' },
    lines: [
      'a.yml:2:15  invisible character U+0007  E_YAML',
      '    Remove it, or write it as "\\x07" in double quotes.',
    ],
  },
  {
    title: 'names that YAML does not read as text',
    files: { 'a.yml': 'no:\n  hosts: {1: , ~: , h: , "2": }\nyes: {children: {3.0: }}\n' },
    lines: [
      'a.yml:1:1  the name of a group must be text, but no means false in YAML  E_INVENTORY',
      '    Quote it: "no":',
      'a.yml:3:1  the name of a group must be text, but yes means true in YAML  E_INVENTORY',
      '    Quote it: "yes":',
    ],
  },
  {
    title: 'numbers as names of hosts',
    files: { 'a.yml': 'g:\n  hosts: {1: , ~: , h: , "2": }\n' },
    lines: [
      'a.yml:2:11  the name of a host must be text, but 1 means a number in YAML  E_INVENTORY',
      '    Quote it: "1":',
      'a.yml:2:16  the name of a host must be text, but ~ means nothing in YAML  E_INVENTORY',
      '    Quote it: "~":',
    ],
  },
  {
    title: 'a folder without an inventory',
    files: { 'inv/notes.txt': 'x\n', 'inv/group_vars/all.yml': 'x: 1\n' },
    sources: ['inv'],
    lines: [
      'The folder inv has no inventory file.  E_INVENTORY',
      '    Files that begin with "." or end in .cfg, .md, .txt, .rst, .orig, .bak, .retry, .swp or ~ are not read.',
    ],
  },
  {
    title: 'hosts as a list',
    files: { 'a.yml': 'web:\n  hosts:\n    - web-01\n    - web-02\n' },
    lines: [
      'a.yml:3:5  web.hosts: expected a mapping of hosts, got a list  E_INVENTORY',
      '    Write "web-01:" instead of "- web-01".',
    ],
  },
  {
    title: 'vars as a list',
    files: { 'a.yml': 'web:\n  vars:\n    - x: 1\n' },
    lines: [
      'a.yml:3:5  web.vars: expected a mapping of variables, got a list  E_INVENTORY',
      '    Write "name: value" instead of "- name: value".',
    ],
  },
  {
    title: 'children as a list',
    files: { 'a.yml': 'web:\n  children: [a, b]\n' },
    lines: [
      'a.yml:2:13  web.children: expected a mapping of groups, got a list  E_INVENTORY',
      '    Write "a:" instead of "- a".',
    ],
  },
  {
    title: 'a mistyped key of a group',
    files: { 'a.yml': 'web:\n  host: {h1: }\n' },
    lines: [
      'a.yml:2:3  web.host: a group has only hosts, children and vars  E_INVENTORY',
      '    Did you mean hosts?',
    ],
  },
  {
    title: 'a group that is not under children',
    files: { 'a.yml': 'all:\n  web:\n    hosts: {h1: }\n' },
    lines: [
      'a.yml:2:3  all.web: a group has only hosts, children and vars  E_INVENTORY',
      '    Put a group inside all under "children:", a host under "hosts:", a variable under "vars:".',
    ],
  },
  {
    title: 'hosts at the top',
    files: { 'a.yml': 'hosts: [a]\n' },
    lines: [
      'a.yml:1:8  hosts: expected a mapping with hosts, children or vars, got a list  E_INVENTORY',
      '    The top level holds groups: put "hosts" under one, such as "all:".',
    ],
  },
  {
    title: 'an inventory that is a list',
    files: { 'a.yml': '- web-01\n' },
    lines: ['a.yml:1:1  expected a mapping of groups, got a list  E_INVENTORY'],
  },
  {
    title: 'a host whose variables are text',
    files: { 'a.yml': 'web:\n  hosts:\n    h1: 10.0.0.1\n' },
    lines: ['a.yml:3:9  h1: expected a mapping of variables, got "10.0.0.1"  E_INVENTORY'],
  },
  {
    title: 'wrong ranges',
    files: { 'a.yml': 'web:\n  hosts:\n    w[10:5]:\n    x[1-3]:\n    y[01:100]:\n' },
    lines: [
      'a.yml:3:5  "w[10:5]" is not a host or a range: [10:5] runs backwards  E_HOST_RANGE',
      '    A range looks like web[01:10] or db[a:f].',
      'a.yml:4:5  "x[1-3]" is not a host or a range: [1-3] is not [from:to] or [from:to:step]  E_HOST_RANGE',
      '    A range looks like web[01:10] or db[a:f].',
      'a.yml:5:5  "y[01:100]" is not a host or a range: [01:100] has a leading zero, so both ends need the same number of digits  E_HOST_RANGE',
      '    A range looks like web[01:10] or db[a:f].',
    ],
  },
  {
    title: 'a cycle of groups',
    files: { 'a.yml': 'a:\n  children:\n    b:\n      children:\n        a:\n' },
    lines: ['a.yml:3:5  group b is a child of a, which is itself inside b  E_INVENTORY_CYCLE'],
  },
  {
    title: 'a group that is its own child',
    files: { 'a.yml': 'a:\n  children:\n    a:\n' },
    lines: ['a.yml:3:5  group a is its own child  E_INVENTORY_CYCLE'],
  },
  {
    title: 'a priority that is not a number',
    files: { 'a.yml': 'a:\n  vars:\n    ansible_group_priority: high\n' },
    lines: ['a.yml:3:29  ansible_group_priority must be an integer  E_INVENTORY'],
  },
  {
    title: 'an inventory plugin',
    files: { 'a.yml': 'plugin: amazon.aws.aws_ec2\n' },
    lines: [
      'a.yml:1:9  this is the configuration of an Ansible inventory plugin  E_INVENTORY',
      '    Plugins are not run: export the hosts from a .ts module, or save the output of ansible-inventory --list --yaml.',
    ],
  },
  {
    title: 'variable files of the wrong shape, beside a wrong inventory',
    files: {
      'a.yml': 'web:\n  hosts: {h1: }\n  var: {x: 1}\n',
      'group_vars/web.yml': '- x: 1\n',
      'group_vars/all.yml': 'a: "open\n',
      'host_vars/h1.yml': 'just text\n',
    },
    lines: [
      'a.yml:3:3  web.var: a group has only hosts, children and vars  E_INVENTORY',
      '    Did you mean vars?',
      'group_vars/all.yml:2:1  a quote opened above is not closed  E_YAML',
      'group_vars/web.yml:1:1  expected a mapping of variables, got a list  E_INVENTORY',
      '    Write "name: value" instead of "- name: value".',
      'host_vars/h1.yml:1:1  expected a mapping of variables, got "just text"  E_INVENTORY',
    ],
  },
  {
    title: 'all files of a directory, the good ones among them',
    files: {
      'inv/1.yml': 'a: {hosts: [x]}\n',
      'inv/2.yml': 'b: {hosts: {y: }}\n',
      'inv/3.ini': '[c:host]\n',
    },
    sources: ['inv'],
    lines: [
      'inv/1.yml:1:12  a.hosts: expected a mapping of hosts, got a list  E_INVENTORY',
      '    Write "x:" instead of "- x".',
      'inv/3.ini:1:1  [c:host] is not a section  E_INVENTORY',
      '    Did you mean hosts?',
    ],
  },
  {
    title: 'an INI file, line by line',
    files: {
      'a.ini':
        '[web]\nh1 x\nh2 "x=1\nh3:\n[web vars]\n[web:vars]\nlonely\n[web:children]\ntwo words\nwbe\n[db:vars]\nx=1\n',
    },
    lines: [
      'a.ini:2:1  "x" is not key=value  E_INVENTORY',
      'a.ini:3:1  a " is not closed  E_INVENTORY',
      'a.ini:4:1  "h3:" ends in ":"  E_INVENTORY',
      '    A port must follow it; if this is YAML, name the file .yml.',
      'a.ini:5:1  [web vars] is not a section  E_INVENTORY',
      '    A section is [group], [group:vars] or [group:children], without spaces.',
      'a.ini:7:1  expected key=value, got "lonely"  E_INVENTORY',
      'a.ini:9:1  expected the name of a group, got "two words"  E_INVENTORY',
      'a.ini:10:1  [web:children] names the group wbe, which no section declares  E_INVENTORY',
      '    Did you mean web?',
      'a.ini:11:1  [db:vars] names the group db, which no section declares  E_INVENTORY',
      '    Declare it: [db]',
    ],
  },
  {
    title: 'a damaged vault file',
    files: { 'a.yml': 'web: {hosts: {h1: }}\n', 'group_vars/web.yml': '$ANSIBLE_VAULT;1.1;AES256\n3130\n' },
    lines: [
      'group_vars/web.yml:1  this is not a complete vault text ($ANSIBLE_VAULT;1.1;AES256 and lines of hex digits)  E_VAULT',
      '    Copy it again from ansible-vault, with all its lines.',
    ],
  },
  {
    title: 'wrong numbers',
    files: { 'a.yml': 'all:\n  vars: {x: 0x_, y: !!int abc, z: !!bool maybe, f: !!float x}\n' },
    lines: [
      'a.yml:2:13  not a valid number  E_YAML',
      '    Quote it if it is text.',
      'a.yml:2:27  not a valid !!int  E_YAML',
      '    Quote it if it is text.',
      'a.yml:2:42  not a valid !!bool  E_YAML',
      '    Quote it if it is text.',
      'a.yml:2:60  not a valid !!float  E_YAML',
      '    Quote it if it is text.',
    ],
  },
  {
    title: 'a script that fails, with its output',
    files: { 'list.sh': '#!/bin/sh\necho no token >&2\nexit 3\n' },
    executable: ['list.sh'],
    lines: ['list.sh:1  list.sh --list exited with code 3  E_INVENTORY_SCRIPT', '    no token'],
  },
  {
    title: 'scripts that print something else',
    files: {
      'inv/1.sh': '#!/bin/sh\necho hello\n',
      'inv/2.sh': '#!/bin/sh\necho "[1]"\n',
      'inv/3.sh': '#!/bin/sh\necho \'{"web": {"hosts": "w1"}}\'\n',
      'inv/4.sh': '#!/bin/sh\necho \'{"web": {"vars": [1]}}\'\n',
      'inv/5.sh': '#!/bin/sh\necho \'{"_meta": {"hostvars": 5}}\'\n',
      'inv/6.sh': '#!/bin/sh\necho \'{"g": ["h"], "_meta": {"hostvars": {"h": [1]}}}\'\n',
    },
    sources: ['inv'],
    executable: [1, 2, 3, 4, 5, 6].map((number) => `inv/${number}.sh`),
    lines: [
      'inv/1.sh:1  inv/1.sh --list did not print JSON  E_INVENTORY_SCRIPT',
      'inv/2.sh:1:1  --list: expected a mapping of groups, got a list  E_INVENTORY_SCRIPT',
      'inv/3.sh:1:1  web.hosts: expected a list of names, got "w1"  E_INVENTORY_SCRIPT',
      'inv/4.sh:1:1  web.vars: expected a mapping of variables, got a list  E_INVENTORY_SCRIPT',
      'inv/5.sh:1:1  _meta.hostvars: expected a mapping of hosts, got 5  E_INVENTORY_SCRIPT',
      'inv/6.sh:1:1  variables of h: expected a mapping, got a list  E_INVENTORY_SCRIPT',
    ],
  },
  {
    title: 'variables of the command line',
    files: { 'a.yml': 'web: {hosts: {h1: }}\n' },
    extraVars: ['lonely', '[1]', '@nowhere.yml'],
    lines: [
      '-e lonely: "lonely" is not key=value  E_EXTRA_VARS',
      '    Give key=value, @file, or {"key": "value"}.',
      '-e [1]: not a mapping of variables  E_EXTRA_VARS',
      '    Give key=value, @file, or {"key": "value"}.',
      'nowhere.yml:1  no such file  E_INVENTORY',
    ],
  },
]

for (const { title, files, sources, extraVars, executable, lines } of rows) {
  test(title, async ({ folder }) => {
    const cwd = written(folder, files)
    for (const path of executable ?? []) chmodSync(join(cwd, path), 0o755)
    const error = await errorOf(loadInventory(sources ?? [Object.keys(files)[0]!], { cwd, extraVars }))
    assert.instance(error, AggregatePlaybookError)
    assert.equal(await shownLines(error, cwd), lines)
  })
}

test('an INI inventory that is not UTF-8 is read as Latin-1, with a warning', async ({ folder }) => {
  const cwd = written(folder, { hosts: '' })
  writeFileSync(join(cwd, 'hosts'), Buffer.from('[web]\n# caf\xe9\nweb-01 x=caf\xe9\n', 'latin1'))
  const inventory = await loadInventory(['hosts'], { cwd })
  assert.is(inventory.select('web')[0]!.vars.x, 'café')
  assert.match(inventory.warnings.map(({ message }) => message).join(), /the file is read as Latin-1/)
})

test('aliases of aliases end', async ({ folder }) => {
  const levels = Array.from({ length: 12 }, (_, level) => {
    const value = level === 0 ? 'x' : `*a${level - 1}`
    return `    a${level}: &a${level} [${Array(10).fill(value).join(', ')}]\n`
  })
  const cwd = written(folder, { 'a.yml': `all:\n  vars:\n${levels.join('')}  hosts: {h: }\n` })
  const started = Date.now()
  const error = await errorOf(loadInventory(['a.yml'], { cwd }))
  const lines = await shownLines(error, cwd)
  assert.match(lines.join('\n'), /^a\.yml:8\b.*the aliases up to \*a\d repeat more than 200000 values/)
  assert.ok(Date.now() - started < 10_000)
})

test('a range of ranges that makes too many hosts is refused', async ({ folder }) => {
  const cwd = written(folder, { hosts: 'a[1:100000]b[1:100000]\n' })
  const lines = await shownLines(await errorOf(loadInventory(['hosts'], { cwd })), cwd)
  assert.match(lines[0]!, /too many hosts/)
})

test('a file that is not UTF-8 is named with its line', async ({ folder }) => {
  const cwd = written(folder, { 'a.yml': '' })
  writeFileSync(join(cwd, 'a.yml'), Buffer.from('all:\n  vars: {x: caf\xe9}\n', 'latin1'))
  const error = await errorOf(loadInventory(['a.yml'], { cwd }))
  assert.equal(await shownLines(error, cwd), [
    'a.yml:2  invalid UTF-8 in this line  E_INVENTORY',
    '    Save the file as UTF-8.',
  ])
})

test('a missing inventory names the paths tried, and a similar file', async ({ folder }) => {
  const cwd = written(folder, { 'inventory/lab.yaml': 'all:\n' })
  const error = await errorOf(loadInventory(['lba.yaml'], { cwd }))
  assert.is(error.code, 'E_NO_INVENTORY')
  assert.equal(await shownLines(error, cwd), [
    'No inventory "lba.yaml".  E_NO_INVENTORY',
    '    Looked at ./lba.yaml',
    '    Looked at ./inventory/lba.yaml',
    '    Did you mean lab.yaml?',
  ])
})

test('a duplicate key keeps its last value, with a warning', async ({ folder }) => {
  const cwd = written(folder, { 'a.yml': 'all:\n  hosts:\n    h1:\n      x: 1\n      y: 2\n      x: 3\n' })
  const inventory = await loadInventory(['a.yml'], { cwd })
  assert.is(inventory.host('h1')?.vars.x, 3)
  assert.equal(await shownLines(inventory.warnings[0], cwd), [
    'a.yml:6:7  duplicate key "x" (first on line 4); the last value is used  E_DUPLICATE_KEY',
  ])
})

async function errorOf(promise: Promise<unknown>): Promise<PlaybookError> {
  const error = await promise.then(
    () => assert.unreachable('nothing was found wrong'),
    (thrown: unknown) => thrown,
  )
  // An error of ours has `details`, over which the test runner itself stumbles: never let one through.
  if (error instanceof PlaybookError) return error
  throw error
}

/** The files in a folder of their own. */
function written(folder: string, files: { readonly [path: string]: string }): string {
  const cwd = mkdtempSync(join(folder, 'case-'))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(cwd, path)), { recursive: true })
    writeFileSync(join(cwd, path), text)
  }
  return cwd
}

test.run()
