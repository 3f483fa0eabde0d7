// Tests that vault values never appear in output, reports, journals or process lists.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { encryptVault, inlineVault } from '../../src/inventory/vault/encrypt.ts'
import { secretEncodings } from '../../src/model/secrets/secretEncodings.ts'
import { cliSite, type Ended } from '../cli/command.ts'

/** One with all that shells, JSON, XML and URLs escape; one of several lines; one out of a file of values. */
const secrets = [`it's "W<o&r>d" $é\\1+/=%`, 'first-line-of-it\nsecond "line" & more', 'file-Wert-77']
const [word, lines, fromFile] = secrets as [string, string, string]
const password = 'correct horse battery'

const site = cliSite({
  'vault.password': `${password}\n`,
  'hosts.yaml': `all:
  hosts:
    one: { ansible_connection: local }
  vars:
${indented(inlineVault(encryptVault(word, password), 'word'))}
${indented(inlineVault(encryptVault(lines, password), 'lines'))}
`,
  'group_vars/all/vault.yaml': encryptVault(`nested: { deep: [${fromFile}] }\n`, password),
  'secrets.ts': `import { definePlay, Secret, secret, z } from 'run-playbook'
import { command, copyFile, line, shell } from 'run-playbook/tasks'

const secretValue = z.instanceof(Secret)
const xml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
export default definePlay({
  name: 'Secrets',
  hosts: 'all',
  vars: z.object({ word: secretValue, lines: secretValue, nested: z.object({ deep: z.array(secretValue) }), fails: z.string().default('no') }),
  tasks: ({ vars: { word, lines, nested: { deep: [inFile] }, fails } }) => {
    const plain = word.reveal()
    const all = [word, lines, inFile!].map((each) => each.reveal())
    const at = (name: string) => import.meta.dirname + '/out/' + name
    return [
      shell({ script: 'mkdir -p ' + at('') }),
      copyFile({ dest: at('secret'), content: word }),
      copyFile({ dest: at('wrapped'), content: secret('pw=' + plain) }),
      copyFile({ dest: at('plain'), content: all.join('\\n') + '\\n' }),
      copyFile({ dest: at('json'), content: JSON.stringify({ all, inner: JSON.stringify(all) }) + '\\n' }),
      copyFile({ dest: at('xml'), content: all.map((each) => '<p a="' + xml(each) + '"/>').join('\\n') + '\\n' }),
      copyFile({ dest: at('url'), content: all.map((each) => 'https://u:' + encodeURIComponent(each) + '@h/').join('\\n') + '\\n' }),
      copyFile({ dest: at('base64'), content: all.flatMap((each) => ['', 'u', 'us', 'user:'].map((before) => Buffer.from(before + each + '!').toString('base64'))).join('\\n') + '\\n' }),
      line({ path: at('plain'), line: 'again=' + plain }),
      command({ argv: ['cat'], stdin: word }),
      shell({ script: 'echo "$W"; printf "%s" "$W" | base64 -w0; echo; echo "$L"; echo "$L" >&2; tr "\\\\0" "\\\\n" </proc/self/environ; ps -eww -o args' }, { title: 'tells ' + plain, environment: { W: word, L: lines } }),
      ...(fails === 'yes' ? [shell({ script: 'echo "no: $W" >&2; echo "$L"; exit 3' }, { environment: { W: word, L: lines } })] : []),
      ...(fails === 'throws' ? [line({ path: 'not/absolute/' + plain, line: plain })] : []),
    ]
  },
})
`,
})
test.after(() => site.remove())

const run = (args: string) => site.run(`secrets -i hosts.yaml --vault-password-file vault.password ${args}`)

const rows: readonly (readonly [title: string, args: string, code: number])[] = [
  ['a dry run', '--check --diff -vvvv', 0],
  ['a run', '--diff -vvvv', 0],
  ['a run without a change', '--diff -vvvv', 0],
  ['a run as JSON', '--diff -vvvv --output jsonl', 0],
  ['a run that fails', '-e fails=yes -vvvv', 2],
  ['a run that fails, as JSON', '-e fails=yes -vvvv --output jsonl', 2],
  ['a run whose tasks are wrong', '-e fails=throws -vvvv', 1],
  ['a list of tasks', '--list-tasks', 0],
]

for (const [title, args, code] of rows) {
  test(`${title} tells nothing that a vault held`, async () => {
    const ended = await run(args)
    assert.is(ended.code, code, ended.stderr.slice(-2000))
    assertHidden(ended)
    assert.equal(leaksIn(journal()), [])
  })
}

test('reports of recorded runs show none either', async () => {
  for (const format of ['lines', 'jsonl', 'junit', 'html'])
    assertHidden(await site.run(`report -vvvv -D --output ${format}`))
  assertHidden(await site.run('history'))
})

test('the inventory shows bullets where it is not asked for the values themselves', async () => {
  for (const what of ['--graph --vars', '--where one.word', '--where one.nested.deep[0]'])
    assertHidden(
      await site.run(`inventory -i hosts.yaml --vault-password-file vault.password --playbook-dir . ${what}`),
    )
})

test('a wrong type of a secret is reported without it', async () => {
  site.write({
    'typed.ts': `import { definePlay, z } from 'run-playbook'
export default definePlay({ name: 'Typed', hosts: 'all', vars: z.object({ word: z.string(), nested: z.object({ deep: z.array(z.int()) }) }), tasks: () => [] })
`,
  })
  const ended = await site.run('typed -i hosts.yaml --vault-password-file vault.password')
  assert.is(ended.code, 1)
  assert.match(ended.stderr, /use secretText in the schema/)
  assertHidden(ended)
})

test('what is not encrypted yet, where a secret is required, is reported without it', async () => {
  site.write({
    'plain/plain.yaml': 'all: { hosts: { one: { word: hunter2-in-the-clear } } }\n',
    'plain/wanted.ts': `import { definePlay, Secret, z } from 'run-playbook'
export default definePlay({ name: 'Wanted', hosts: 'all', vars: z.object({ word: z.instanceof(Secret) }), tasks: () => [] })
`,
  })
  const { code, stdout, stderr } = await site.run('plain/wanted.ts -i plain/plain.yaml')
  assert.equal([code, stdout], [1, ''])
  assert.match(stderr, /one: word {2}expected Secret, got a plain value/)
  assert.match(stderr, /vault encrypt-string/)
  assert.not.match(stderr, /hunter2/)
})

test('what files hold is not shown by -vvv, whose secrets nobody named', async () => {
  site.write({
    'out/config': 'token = nobody-named-this\n',
    'probe.ts': `import { definePlay } from 'run-playbook'
import { line } from 'run-playbook/tasks'
export default definePlay({ name: 'Probe', hosts: 'all', tasks: () => [line({ path: import.meta.dirname + '/out/config', line: 'a = 1', validate: 'test -s {}' })] })
`,
  })
  for (const flags of ['--check --output lines', '--check --output jsonl', '--output jsonl']) {
    const ended = await site.run(
      `probe -i one, --connection local -vvvv ${flags} --vault-password-file vault.password`,
    )
    assert.is(ended.code, 0, ended.stderr)
    assert.not.match(ended.stdout + ended.stderr, /nobody-named-this/)
    assert.match(ended.stdout + ended.stderr, /\(file contents, \d+ bytes\)/)
  }
})

function assertHidden({ stdout, stderr }: Ended): void {
  assert.equal(leaksIn(stdout + stderr), [])
}

/** Each secret's lines, in each of its forms, that stand in a text. */
function leaksIn(text: string): string[] {
  const parts = [password, ...secrets].flatMap((each) => [each, ...each.split('\n')])
  return [...new Set(parts.flatMap(secretEncodings))].filter((form) => text.includes(form))
}

/** All that runs have kept. */
function journal(): string {
  const folder = join(site.path, '.run-playbook')
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((each) => each.isFile())
  return files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8')).join('\n')
}

function indented(text: string): string {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n')
}

test.run()
