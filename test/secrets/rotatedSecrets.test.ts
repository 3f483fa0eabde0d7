// Tests that no task shows a new password or the one it replaces.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { encryptVault } from '../../src/inventory/vault/encrypt.ts'
import { cliSite } from '../cli/command.ts'

const password = 'correct horse battery'

/** What the files have before a run. */
const before = {
  'out/line': 'user=x\npassword=old-secret-1\n',
  'out/plain': 'user=x\npassword=old-secret-2\nport=1\n',
  'out/replace': 'user=x\npassword=old-secret-3\n',
  'out/block': '# BEGIN managed block\ntoken old-secret-4\n# END managed block\n',
  'out/properties': 'db.token=old-secret-5\nport=1\n',
  'out/xml': '<a port="1" secret="old-secret-6"><token>old-secret-7</token></a>\n',
  'out/httpd': 'Timeout 60\nAuthToken old-secret-8\n',
  'out/copy': 'password=old-secret-9\n',
  'out/number': 'pin=97531\n',
}

/** The same afterwards. The line of `out/plain` holds the secret in a plain text, as a play might put it there. */
const after: Readonly<Record<keyof typeof before, string>> = {
  'out/line': 'user=x\npassword=new-secret-$&\n',
  'out/plain': 'user=x\npassword=new-secret-$&\nport=2\n',
  'out/replace': 'user=x\npassword=new-secret-$&\n',
  'out/block': '# BEGIN managed block\ntoken new-secret-$&\n# END managed block\n',
  'out/properties': 'db.token=new-secret-$&\nport=2\n',
  'out/xml': '<a port="2" secret="new-secret-$&amp;"><token>new-secret-$&amp;</token></a>\n',
  'out/httpd': 'Timeout 60\nAuthToken new-secret-$&\n',
  'out/copy': 'password=new-secret-$&\n',
  'out/number': 'pin=86420\n',
}

const site = cliSite({
  'vault.password': `${password}\n`,
  'hosts.yaml': 'all: { hosts: { one: { ansible_connection: local } } }\n',
  'group_vars/all/vault.yaml': encryptVault(
    'token: new-secret-$&\npin: 86420\nflags: [true, 1, no]\nports: [80, 443]\n',
    password,
  ),
  'rotate.ts': `import { definePlay, secret, secretText, z } from 'run-playbook'
import { copyFile, editHttpdConf, editXml, line, properties, replace, shell, textBlock } from 'run-playbook/tasks'

export default definePlay({
  name: 'Rotate',
  hosts: 'all',
  vars: z.object({ token: secretText, pin: z.int(), flags: z.array(z.union([z.boolean(), z.int()])), ports: z.array(z.int()), crash: z.string().default('no') }),
  tasks: ({ vars: { token, pin, flags, ports, crash } }) => {
    const at = (name: string) => import.meta.dirname + '/out/' + name
    if (JSON.stringify([flags, ports]) !== '[[true,1,false],[80,443]]') throw new Error(JSON.stringify([flags, ports]))
    if (crash === 'task') throw new TypeError('cannot use ' + token.reveal())
    if (crash === 'timer') setTimeout(() => { throw new TypeError('cannot use ' + token.reveal()) }, 1)
    return [
      line({ path: at('line'), match: '^password=', line: secret\`password=\${token}\` }),
      line({ path: at('plain'), match: '^password=', line: 'password=' + token.reveal() }),
      line({ path: at('plain'), match: '^port=', line: 'port=2' }),
      replace({ path: at('replace'), pattern: '(?<=^password=).*', replacement: token }),
      textBlock({ path: at('block'), block: secret\`token \${token}\` }),
      properties({ path: at('properties'), set: { 'db.token': token, port: 2 } }),
      editXml({ path: at('xml'), edits: [
        { set: '/a', attributes: { secret: token } },
        { set: '/a', attributes: { port: 2 } },
        { text: '/a/token', value: token },
      ] }),
      editHttpdConf({ path: at('httpd'), edits: [{ set: 'AuthToken', args: [token] }] }),
      copyFile({ dest: at('copy'), content: secret\`password=\${token}\\n\` }),
      copyFile({ dest: at('number'), content: 'pin=' + pin + '\\n' }),
      shell({ script: 'cat; echo "$T"; echo true 1 80', stdin: token }, { environment: { T: token } }),
    ]
  },
})
`,
})
test.after(() => site.remove())

const secrets = /(?:new|old)-secret|97531|86420/

const run = async (args: string) => {
  site.write(before)
  const watched = watchArguments()
  const ended = await site.run(`rotate.ts -i hosts.yaml --vault-password-file vault.password ${args}`)
  const seen = watched.stop().join('\n')
  assert.match(seen, /rotate\.ts/)
  assert.not.match(seen, secrets, 'ps shows it')
  return ended
}

for (const output of ['lines', 'jsonl']) {
  test(`a rotated password is not shown: ${output}`, async () => {
    const { code, stdout, stderr } = await run(`--diff -vvvv --output ${output}`)
    assert.is(code, 0, stdout + stderr)
    for (const [name, text] of Object.entries(after)) {
      assert.is(readFileSync(join(site.path, name), 'utf8'), text, name)
    }
    assert.not.match(stdout + stderr, secrets)
    assert.match(stdout, /port=2/, 'the diff of what is no secret')
    assert.match(stdout, /true 1 80/, 'values that are everywhere')
    assert.match(kept(), /rotate\.ts/)
    assert.not.match(kept(), secrets)
  })
}

test('nor in a dry run, and in reports of the runs', async () => {
  const { code, stdout, stderr } = await run('--check --diff -vvvv')
  assert.is(code, 0, stdout + stderr)
  assert.not.match(stdout + stderr, secrets)
  for (const format of ['lines', 'jsonl', 'junit', 'html'])
    assert.not.match((await site.run(`report -vvvv -D --output ${format}`)).stdout, secrets)
})

for (const crash of ['task', 'timer']) {
  test(`a crash does not show it either: in a ${crash}`, async () => {
    const { code, stdout, stderr } = await run(`-e crash=${crash} --diff -vvvv`)
    assert.is(code, 1, stdout + stderr)
    assert.match(stderr, /cannot use ••••••••/)
    assert.not.match(stdout + stderr, secrets)
  })
}

test('the inventory shows no number of a vault', async () => {
  for (const what of ['--graph --vars', '--where one.pin']) {
    const { code, stdout, stderr } = await site.run(
      `inventory -i hosts.yaml --vault-password-file vault.password ${what}`,
    )
    assert.is(code, 0, stderr)
    assert.match(stdout, /••••••••/)
    assert.not.match(stdout + stderr, secrets)
  }
})

test('a schema that takes only text names secretText, and shows nothing', async () => {
  site.write({
    'typed.ts': `import { definePlay, secretText, z } from 'run-playbook'
export default definePlay({ name: 'Typed', hosts: 'all', vars: z.object({ token: z.string(), pin: secretText }), tasks: () => [] })
`,
  })
  const { code, stderr } = await site.run('typed.ts -i hosts.yaml --vault-password-file vault.password')
  assert.is(code, 1)
  assert.match(stderr, /token {2}expected string, got a secret/)
  assert.match(stderr, /use secretText in the schema/)
  assert.match(stderr, /pin {2}expected a text or a secret \(a number in quotes\), got a number/)
  assert.not.match(stderr, secrets)
})

const wrong: readonly (readonly [title: string, file: string, text: string])[] = [
  ['an unknown tag', 'group_vars/all/more.yaml', 'a: !old-secret x\n'],
  ['an alias', 'group_vars/all/more.yaml', 'a: *old-secret\n'],
  ['a duplicate key', 'group_vars/all/more.yaml', 'old-secret: 1\nold-secret: 2\n'],
  ['an escape', 'group_vars/all/more.yaml', 'a: "\\qold-secret"\n'],
  ['two values', 'group_vars/all/more.yaml', 'a: "x" old-secret\n'],
  ['a line of INI', 'more.ini', '[one:vars]\nold-secret\n'],
  ['a section of INI', 'more.ini', '[old-secret:varz]\n'],
  ['a group of INI', 'more.ini', '[old-secret:vars]\na=1\n[old-secrets]\n'],
]
for (const [title, file, text] of wrong) {
  test(`what is wrong in an encrypted file is reported without its content: ${title}`, async () => {
    const broken = cliSite({
      'vault.password': `${password}\n`,
      'hosts.yaml': 'all: { hosts: { one: { ansible_connection: local } } }\n',
      [file]: encryptVault(text, password),
    })
    const more = file.endsWith('.ini') ? `-i ${file}` : ''
    const { stdout, stderr } = await broken.run(
      `inventory -i hosts.yaml ${more} --vault-password-file vault.password --graph`,
    )
    broken.remove()
    assert.match(stderr, /encrypted file/)
    assert.not.match(stdout.replaceAll('@old-secrets', '') + stderr, secrets)
  })
}

/** The arguments of all processes of this machine, seen every few milliseconds. */
function watchArguments(): { readonly stop: () => string[] } {
  const seen = new Set<string>()
  const timer = setInterval(() => {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        seen.add(readFileSync(`/proc/${pid}/cmdline`, 'utf8'))
      } catch {} // it has ended
    }
  }, 5)
  return {
    stop: () => {
      clearInterval(timer)
      return [...seen]
    },
  }
}

/** All that runs have kept. */
function kept(): string {
  const folder = join(site.path, '.run-playbook')
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((each) => each.isFile())
  return files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8')).join('\n')
}

test.run()
