// Tests the vault command.

import { spawn } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { decryptVault } from '../../../src/inventory/vault/decrypt.ts'
import { encryptVault } from '../../../src/inventory/vault/encrypt.ts'
import { cliSite, main } from '../command.ts'
import { runHere } from '../inProcess.ts'
import { onTerminal } from '../onTerminal.ts'

const password = 'correct horse'
const site = cliSite({ pw: `${password}\n`, other: 'other\n', 'say.sh': '#!/bin/sh\necho other\n' })
test.after(() => site.remove())
chmodSync(join(site.path, 'say.sh'), 0o755)

const vault = (args: string, env = {}) => runHere(site.path, ['vault', ...args.split(/\s+/)], env)
const text = (name: string) => readFileSync(join(site.path, name), 'utf8')
const opened = (name: string, by = password) => decryptVault(text(name), [{ password: by }])
const plain = 'a: 1\nb: héllo\n'

/** A file for each test, so that none depends on another. */
let count = 0
function file(content: string, mode = 0o640): string {
  const name = `f${count++}.yaml`
  writeFileSync(join(site.path, name), content)
  chmodSync(join(site.path, name), mode)
  return name
}
const encrypted = (id?: string) => file(encryptVault(plain, password, id === undefined ? {} : { id }))
const modeOf = (name: string) => statSync(join(site.path, name)).mode & 0o777

test('encrypt replaces files and keeps their mode', async () => {
  const [one, two] = [file(plain), file('x', 0o604)]
  const ended = await vault(`encrypt ${one} ${two} --vault-password-file pw`)
  assert.equal(ended, { code: 0, stdout: '', stderr: `encrypted  ${one}\nencrypted  ${two}\n` })
  assert.equal([opened(one), opened(two)], [plain, 'x'])
  assert.match(text(one), /^\$ANSIBLE_VAULT;1\.1;AES256\n/)
  assert.equal([modeOf(one), modeOf(two)], [0o640, 0o604])
})

test('encrypt --vault-id labels; of several, --encrypt-vault-id says which', async () => {
  const name = file(plain)
  await vault(`encrypt ${name} --vault-id dev@pw --vault-id prod@say.sh --encrypt-vault-id prod`)
  assert.match(text(name), /^\$ANSIBLE_VAULT;1\.2;AES256;prod\n/)
  assert.is(opened(name, 'other'), plain)
})

test('encrypt --output leaves the file; what is made is readable by its owner alone', async () => {
  const name = file(plain)
  const { stderr } = await vault(`encrypt ${name} --output ${name}.vault --vault-id pw`)
  assert.is(stderr, `encrypted  ${name} → ${name}.vault\n`)
  assert.equal([text(name), opened(`${name}.vault`)], [plain, plain])
  assert.is(modeOf(`${name}.vault`), 0o600)
})

if (process.getuid?.() === 0) {
  test('owner and group stay', async () => {
    const name = file(plain, 0o600)
    chownSync(join(site.path, name), 1234, 4321)
    await vault(`encrypt ${name} --vault-id pw`)
    const { uid, gid } = statSync(join(site.path, name))
    assert.equal([uid, gid, modeOf(name), opened(name)], [1234, 4321, 0o600, plain])
  })
}

test('a link stays one, and what it points to is replaced', async () => {
  const name = file(plain)
  symlinkSync(name, join(site.path, `${name}.link`))
  await vault(`encrypt ${name}.link --vault-id pw`)
  assert.ok(lstatSync(join(site.path, `${name}.link`)).isSymbolicLink())
  assert.is(opened(name), plain)
})

test('decrypt gives the bytes back', async () => {
  const name = encrypted('prod')
  assert.equal(await vault(`decrypt ${name} --vault-id prod@pw`), {
    code: 0,
    stdout: '',
    stderr: `decrypted  ${name}\n`,
  })
  assert.equal([text(name), modeOf(name)], [plain, 0o640])
})

test('decrypt --output - and view write to stdout alone', async () => {
  const name = encrypted()
  const before = text(name)
  for (const args of [`decrypt ${name} --output -`, `view ${name}`])
    assert.equal(await vault(`${args} --vault-id pw`), { code: 0, stdout: plain, stderr: '' })
  assert.is(text(name), before)
})

test("the environment names the password file, by our name or by Ansible's", async () => {
  const name = encrypted()
  for (const variable of ['RUN_PLAYBOOK_VAULT_PASSWORD_FILE', 'ANSIBLE_VAULT_PASSWORD_FILE'])
    assert.equal(await vault(`view ${name}`, { [variable]: 'pw' }), { code: 0, stdout: plain, stderr: '' })
})

test('stdin is encrypted to stdout, and back', async () => {
  const ends = await piped(['vault', 'encrypt', '--vault-id', 'pw'], plain)
  assert.is(decryptVault(ends, [{ password }]), plain)
  assert.is(
    await piped(['vault', 'decrypt', '-', '--vault-id', 'pw'], `\n  ${ends.replaceAll('\n', '\n  ')}`),
    plain,
  )
})

test('rekey changes password and label', async () => {
  const name = encrypted()
  const ended = await vault(`rekey ${name} --vault-password-file pw --new-vault-id prod@say.sh`)
  assert.equal(ended, { code: 0, stdout: '', stderr: `rekeyed  ${name}\n` })
  assert.match(text(name), /;prod\n/)
  assert.equal([opened(name, 'other'), modeOf(name)], [plain, 0o640])
  await vault(`rekey ${name} --vault-id prod@say.sh --new-vault-password-file pw`)
  assert.match(text(name), /^\$ANSIBLE_VAULT;1\.1;AES256\n/)
})

test('encrypt-string gives YAML values, named in order', async () => {
  const { code, stdout } = await vault('encrypt-string one two -n a --vault-id prod@pw')
  assert.is(code, 0)
  const [a, b] = stdout.split('!vault |\n').slice(1)
  assert.match(stdout, /^a: !vault \|\n {10}\$ANSIBLE_VAULT;1\.2;AES256;prod\n[\s\S]*\n!vault \|\n/)
  assert.equal(
    [a, b].map((each) => decryptVault(each!, [{ password }])),
    ['one', 'two'],
  )
})

test('encrypt-string takes stdin as it is, line end and all', async () => {
  const stdout = await piped(['vault', 'encrypt_string', '--stdin-name', 'k', '--vault-id', 'pw'], 'secret\n')
  assert.match(stdout, /^k: !vault \|\n/)
  assert.is(decryptVault(stdout.slice(stdout.indexOf('$')), [{ password }]), 'secret\n')
})

const editor = (body: string) => {
  writeFileSync(join(site.path, 'editor.sh'), `#!/bin/sh\n${body}\n`, { mode: 0o755 })
  return { EDITOR: `${join(site.path, 'editor.sh')} --wait` }
}

test('edit gives the editor a private file of the same name, and removes all it leaves', async () => {
  const name = encrypted('prod')
  const env = editor(`echo "$2" > ${site.path}/seen; stat -c '%a %a' "$2" "\${2%/*}" >> ${site.path}/seen
    cp "$2" "$2.swp"; sed s/héllo/bye/ "$2" > "$2.new"; mv "$2.new" "$2"`)
  const ended = await vault(`edit ${name} --vault-id prod@pw`, env)
  assert.equal(ended, { code: 0, stdout: '', stderr: `changed  ${name}\n` })
  assert.is(opened(name), 'a: 1\nb: bye\n')
  assert.match(text(name), /;prod\n/)
  assert.is(modeOf(name), 0o640)
  const [seen = '', mode] = text('seen').split('\n')
  assert.is(seen.split('/').at(-1), name)
  assert.match(mode!, /^600/)
  assert.not(existsSync(seen.slice(0, seen.lastIndexOf('/'))))
  if (existsSync('/dev/shm')) assert.match(seen, /^\/(?:dev\/shm|run)\//)
})

const endings: readonly [title: string, body: string, code: number, says: RegExp][] = [
  ['nothing changed', ':', 0, /^unchanged {2}f\d+\.yaml\n$/],
  ['the editor fails', 'echo x > "$2"; exit 3', 1, /exited with 3\. Nothing was changed\. {2}E_EDITOR/],
  ['the editor is killed', 'kill -9 $$', 1, /exited with SIGKILL\. Nothing was changed/],
]
for (const [title, body, code, says] of endings) {
  test(`edit where ${title} leaves the file, and nothing else`, async () => {
    const name = encrypted()
    const before = text(name)
    const ended = await vault(`edit ${name} --vault-id pw`, editor(`echo "$2" > ${site.path}/seen; ${body}`))
    assert.is(ended.code, code)
    assert.match(ended.stderr, says)
    assert.is(text(name), before)
    assert.not(existsSync(text('seen').trim()))
  })
}

test('edit that is terminated removes the plain text', async () => {
  const name = encrypted()
  const before = text(name)
  const env = editor(`echo "$2" > ${site.path}/at; exec sleep 30`)
  const { child, ended } = site.start(['vault', 'edit', name, '--vault-id', 'pw'], { env })
  while (!existsSync(join(site.path, 'at')) || text('at') === '')
    await new Promise((done) => setTimeout(done, 20))
  assert.ok(existsSync(text('at').trim()))
  child.kill('SIGTERM')
  assert.is((await ended).code, 1)
  assert.not(existsSync(text('at').trim()))
  assert.is(text(name), before)
})

test('create makes a new file', async () => {
  const name = `new${count++}.yaml`
  const ended = await vault(`create ${name} --vault-id prod@pw`, editor(`echo 'a: 1' > "$2"`))
  assert.equal(ended, { code: 0, stdout: '', stderr: `created  ${name}\n` })
  assert.equal([opened(name), modeOf(name)], ['a: 1\n', 0o600])
})

const refused: readonly [args: (name: string) => string, says: string | RegExp][] = [
  [
    (name) => `view ${name} --vault-id other`,
    /^f\d+\.yaml:1 {2}the given vault password does not decrypt this {2}E_VAULT_PASSWORD\n/,
  ],
  [(name) => `decrypt ${name} --vault-id other`, /does not decrypt this/],
  [(name) => `rekey ${name} --vault-id other --new-vault-id pw`, /does not decrypt this/],
  [(name) => `edit ${name} --vault-id other`, /does not decrypt this/],
  [
    (name) => `decrypt ${file(encryptVault('x', password))} ${name} --vault-id other`,
    /does not decrypt this/,
  ],
  [
    (name) => `encrypt ${name} --vault-id pw`,
    /^f\d+\.yaml:1 {2}Already encrypted\. {2}E_VAULT\n {4}To change its password: run-playbook vault rekey f/,
  ],
  [
    () => `decrypt ${file(plain)} --vault-id pw`,
    /Not encrypted\. {2}E_VAULT\n {4}run-playbook vault encrypt f/,
  ],
  [() => 'view nothing --vault-id pw', /^Cannot read nothing: no such file\. {2}E_VAULT_FILE\n/],
  [
    (name) => `decrypt ${name} --vault-id pw --output no/folder`,
    /^Cannot write no\/folder: no such directory/,
  ],
  [
    (name) => `decrypt ${name} ${name} --vault-id pw --output x`,
    /^--output accepts one file only\. {2}E_USAGE/,
  ],
  [
    () => `encrypt ${file(plain)} --vault-id a@pw --vault-id b@pw`,
    /^Several passwords could encrypt this: a, b\. {2}E_USAGE\n {4}Choose one: --encrypt-vault-id a\n$/,
  ],
  [() => `encrypt ${file(plain)} --vault-id a@pw --encrypt-vault-id c`, /^No password has the label c\./],
  [
    (name) => `create ${name} --vault-id pw`,
    /already exists\. {2}E_VAULT_FILE\n {4}run-playbook vault edit f/,
  ],
  [(name) => `view ${name}`, /^Cannot ask for the vault password/],
  [() => 'encrypt-string x -p --stdin-name y --vault-id pw', /^--prompt cannot be combined with stdin/],
  [() => 'encrpt x', "unknown command 'encrpt'  E_USAGE\n    Did you mean encrypt?\n"],
  [() => 'edit --vault-id pw', "missing required argument 'files'  E_USAGE\n"],
]

for (const [args, says] of refused) {
  test(`vault ${args.toString().slice(args.toString().indexOf('>') + 3, -1)} is refused, nothing touched`, async () => {
    const name = encrypted()
    const before = readdirSync(site.path)
    const words = args(name)
    const texts = () =>
      words
        .split(' ')
        .filter((word) => /^f\d/.test(word))
        .map(text)
    const contents = texts()
    const ended = await vault(words)
    assert.equal([ended.code, ended.stdout], [1, ''])
    if (typeof says === 'string') assert.is(ended.stderr, says)
    else assert.match(ended.stderr, says)
    assert.equal(texts(), contents)
    assert.equal(
      readdirSync(site.path).filter((each) => !before.includes(each) && !/^f\d/.test(each)),
      [],
    )
  })
}

test('on a terminal a new password is asked for twice, without showing it', async () => {
  if (!existsSync('/usr/bin/script')) return
  const name = file(plain)
  const { stdout: printed } = await onTerminal(site, `vault encrypt ${name}`, [
    [/New vault password: $/, 'hush\r'],
    [/Confirm the new vault password: $/, 'hush\r'],
  ])
  assert.match(printed, /encrypted {2}f/)
  assert.not.match(printed, /hush/)
  assert.is(opened(name, 'hush'), plain)
})

test('on a terminal two answers that differ are refused', async () => {
  if (!existsSync('/usr/bin/script')) return
  const name = file(plain)
  const { stdout: printed } = await onTerminal(site, `vault encrypt ${name} --ask-vault-pass`, [
    [/New vault password: $/, 'one\r'],
    [/Confirm the new vault password: $/, 'two\r'],
  ])
  assert.match(printed, /The passwords do not match\. Nothing was changed\./)
  assert.is(text(name), plain)
})

test('vault --help shows its commands, and each its flags', async () => {
  const whole = await runHere(site.path, ['vault', '--help'])
  assert.equal([whole.code, whole.stderr], [0, ''])
  for (const [action, flag] of [
    ['encrypt', '--encrypt-vault-id'],
    ['decrypt', '--output'],
    ['view', '--vault-id'],
    ['edit', '--ask-vault-pass'],
    ['create', '--vault-password-file'],
    ['rekey', '--new-vault-password-file'],
    ['encrypt-string', '--stdin-name'],
  ] as const) {
    assert.match(whole.stdout, new RegExp(`^  ${action}\\b`, 'm'))
    const { code, stdout } = await runHere(site.path, ['vault', action, '--help'])
    assert.is(code, 0)
    assert.ok(stdout.includes(flag), `${action} ${flag}`)
  }
})

/** The command with a text on its stdin; what it writes to stdout. */
function piped(words: readonly string[], stdin: string): Promise<string> {
  const child = spawn(process.execPath, [main, ...words], { cwd: site.path })
  let stdout = ''
  child.stdout.on('data', (bytes) => (stdout += bytes))
  child.stderr.on('data', (bytes) => (stdout += bytes))
  child.stdin.end(stdin)
  return new Promise((resolve) => child.on('close', () => resolve(stdout)))
}

test.run()
