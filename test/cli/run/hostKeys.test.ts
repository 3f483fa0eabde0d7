// Tests the question about unknown host keys, on a terminal and with real sshds.

import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from '#test'
import * as assert from 'uvu/assert'
import { type Sshd, sshdMissing, startSshd } from '../../transport/sshd.ts'
import { cliSite } from '../command.ts'
import { type Answer, onTerminal } from '../onTerminal.ts'

const missing = sshdMissing()
const test = suite(missing ? `host keys: skipped, ${missing}` : 'host keys')
const it = missing ? test.skip : test

const site = cliSite({
  'play.ts': `import { definePlay } from 'run-playbook'
import { command } from 'run-playbook/tasks'

export default definePlay({ name: 'Reach', hosts: 'all', tasks: () => [command({ argv: ['true'] })] })
`,
  'delegated.ts': `import { definePlay } from 'run-playbook'
import { command } from 'run-playbook/tasks'

export default definePlay({
  name: 'Delegate',
  hosts: 'near',
  tasks: () => [command({ argv: ['true'] }, { delegateTo: 'one' })],
})
`,
})
const known = join(site.path, 'known_hosts')

let one: Sshd
let two: Sshd
test.before(async () => {
  if (missing) return
  ;[one, two] = await Promise.all([startSshd(), startSshd({ hostKeyType: 'rsa' })])
  writeFileSync(one.authorizedKeysFile, readFileSync(`${two.keyFile}.pub`), { flag: 'a' })
})
test.after(async () => {
  await Promise.all([one?.stop(), two?.stop()])
  site.remove()
})
test.before.each(() => rmSync(known, { force: true }))

/** Writes an inventory; returns the arguments that run the playbook with it. */
function inventory(hosts: { readonly [name: string]: Sshd }, options = '', playbook = 'play'): string {
  const common = `-F none -o UserKnownHostsFile=${known} -o GlobalKnownHostsFile=/dev/null -o IdentityAgent=none`
  const rows = Object.entries(hosts).map(([name, { port, keyFile }]) => [
    name,
    {
      ansible_host: '127.0.0.1',
      ansible_port: port,
      ansible_user: 'root',
      ansible_ssh_private_key_file: keyFile,
      ansible_ssh_common_args: `${common} ${options}`,
    },
  ])
  const near = { near: { ansible_connection: 'local' } }
  const all = { hosts: { ...Object.fromEntries(rows), ...(playbook === 'delegated' ? near : {}) } }
  site.write({ 'inventory.yaml': JSON.stringify({ all }) })
  return `${playbook} -i inventory.yaml --lock off`
}

function fingerprint({ hostKeyFile }: Sshd): string {
  return execFileSync('ssh-keygen', ['-lf', `${hostKeyFile}.pub`], { encoding: 'utf8' }).split(' ')[1]!
}

/** What ssh-keygen finds in known_hosts for the host: its keys. */
function listed({ port }: Sshd): string {
  try {
    return execFileSync('ssh-keygen', ['-f', known, '-F', `[127.0.0.1]:${port}`], { encoding: 'utf8' })
  } catch {
    return ''
  }
}

function lines(): string[] {
  return readFileSync(known, 'utf8').trimEnd().split('\n')
}

const question = /\(yes\/no\/fingerprints?\) $/m

it('All unknown hosts are asked for at once, and are known from then on', async () => {
  const args = inventory({ one, two })
  const first = await onTerminal(site, args, [[question, 'yes\r']])
  assert.is(first.code, 0, first.stdout)
  assert.match(first.stdout, /^The keys of 2 hosts are not known:$/m)
  assert.ok(
    first.stdout.includes(`  one ([127.0.0.1]:${one.port})  ED25519  ${fingerprint(one)}\n`),
    first.stdout,
  )
  assert.ok(
    first.stdout.includes(`  two ([127.0.0.1]:${two.port})  RSA      ${fingerprint(two)}\n`),
    first.stdout,
  )
  assert.match(
    first.stdout,
    /ssh-keygen -lf \/etc\/ssh\/ssh_host_ed25519_key\.pub or ssh-keygen -lf .*_rsa_key/,
  )
  assert.is(first.stdout.match(/fingerprints\)/g)?.length, 1)
  assert.match(first.stdout, /2 hosts: 2 ok/)
  assert.match(listed(one), /ssh-ed25519/)
  assert.match(listed(two), /ssh-rsa/)
  const second = await onTerminal(site, args, [])
  assert.is(second.code, 0, second.stdout)
  assert.not.match(second.stdout, /not known/)
})

it('Known hosts are not asked for, and not connected to twice', async () => {
  writeFileSync(known, readFileSync(two.knownHostsFile))
  const before = two.log().match(/Connection from/g)?.length ?? 0
  const { code, stdout } = await onTerminal(site, inventory({ one, two }), [[question, 'yes\r']])
  assert.is(code, 0, stdout)
  assert.match(stdout, /^The key of a host is not known:$/m)
  assert.is(two.log().match(/Connection from/g)?.length, before + 1)
})

it('A fingerprint accepts its host alone; after "no" the other one is unreachable', async () => {
  const answers: readonly Answer[] = [
    [question, 'maybe\r'],
    [/Please type 'yes', 'no' or the fingerprints: $/m, `${fingerprint(one)}\r`],
    [/^Not yet accepted: two .*\(yes\/no\/fingerprints\) $/m, 'no\r'],
  ]
  const { code, stdout } = await onTerminal(site, inventory({ one, two }), answers)
  assert.is(code, 4, stdout)
  assert.match(stdout, /E_HOST_KEY_UNKNOWN/)
  assert.match(stdout, /2 hosts: 1 ok .*1 unreachable/)
  assert.match(listed(one), /ssh-ed25519/)
  assert.is(listed(two), '')
})

it('HashKnownHosts is obeyed, and a file without a final newline stays intact', async () => {
  writeFileSync(known, 'other.example ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG7A')
  const args = inventory({ one }, '-o HashKnownHosts=yes')
  const { code, stdout } = await onTerminal(site, args, [[question, 'yes\r']])
  assert.is(code, 0, stdout)
  assert.match(lines()[1]!, /^\|1\|[^ ]+ ssh-ed25519 /)
  assert.match(listed(one), /ssh-ed25519/)
  const again = await onTerminal(site, args, [])
  assert.is(again.code, 0, again.stdout)
})

const silent: readonly [
  title: string,
  options: string,
  flags: string,
  env: Record<string, string>,
  code: number,
][] = [
  ['with --syntax-check', '', '--syntax-check', {}, 0],
  ['in CI', '', '', { CI: 'true' }, 4],
  ['with StrictHostKeyChecking=yes', '-o StrictHostKeyChecking=yes', '', {}, 4],
  ['with StrictHostKeyChecking=accept-new', '-o StrictHostKeyChecking=accept-new', '', {}, 0],
  ['with StrictHostKeyChecking=no', '-o StrictHostKeyChecking=no', '', {}, 0],
  ['for a name that known_hosts takes for a pattern', '-o HostKeyAlias=web*', '', {}, 4],
]
for (const [title, options, flags, env, expected] of silent) {
  it(`Nothing is asked ${title}`, async () => {
    const { code, stdout } = await onTerminal(site, `${inventory({ one }, options)} ${flags}`, [], { env })
    assert.is(code, expected, stdout)
    assert.not.match(stdout, /yes\/no/)
    assert.is(existsSync(known), /accept-new|=no$/.test(options))
    if (options.includes('HostKeyAlias')) assert.match(stdout, /would take "web\*" for a pattern/)
    else if (code === 4) assert.match(stdout, /ssh-keygen -lf \/etc\/ssh\/ssh_host_ed25519_key\.pub/)
  })
}

it('Nothing is asked without a terminal', async () => {
  const { code, stdout } = await site.run(inventory({ one }))
  assert.is(code, 4, stdout)
  assert.match(stdout, /E_HOST_KEY_UNKNOWN/)
  assert.not.ok(existsSync(known))
})

it('The key of a jump host is asked for first, then that of the host behind it', async () => {
  const jump = `-o ProxyJump=root@127.0.0.1:${one.port}`
  const args = inventory({ two }, jump).replace('--lock', `--private-key ${two.keyFile} --lock`)
  // A jump host has no known_hosts of its own here: it takes the file from ssh_config.
  site.write({
    config: `Host *\n  UserKnownHostsFile ${known}\n  GlobalKnownHostsFile /dev/null\n  IdentityAgent none\n`,
    'inventory.yaml': readFileSync(join(site.path, 'inventory.yaml'), 'utf8').replace(
      '-F none',
      `-F ${join(site.path, 'config')}`,
    ),
  })
  const { code, stdout } = await onTerminal(site, args, [
    [/jump host \[127\.0\.0\.1\][\s\S]*\(yes\/no\/fingerprint\) $/m, `${fingerprint(one)}\r`],
    [/^ {2}two .*[\s\S]*\(yes\/no\/fingerprint\) $/m, 'yes\r'],
  ])
  assert.is(code, 0, stdout)
  assert.is(lines().length, 2)
})

it('A host that a task is delegated to is asked for, too', async () => {
  const { code, stdout } = await onTerminal(site, inventory({ one }, '', 'delegated'), [[question, 'yes\r']])
  assert.is(code, 0, stdout)
  assert.match(listed(one), /ssh-ed25519/)
})

it('Ctrl-C at the question ends the command, and nothing is added', async () => {
  const { code, stdout } = await onTerminal(site, inventory({ one }), [[question, '\x03']])
  assert.is(code, 130, stdout)
  assert.not.match(stdout, /Reach|^\s+at /m)
  assert.not.ok(existsSync(known))
})

it('Several runs at once add their hosts to one file', async () => {
  writeFileSync(known, 'other.example ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG7A')
  const args = inventory({ one, two })
  const runs = await Promise.all([1, 2, 3].map(() => onTerminal(site, args, [[question, 'yes\r']])))
  for (const { code, stdout } of runs) assert.is(code, 0, stdout)
  for (const line of lines().filter(Boolean)) assert.match(line, /^\S+ ssh-(ed25519|rsa) \S+$/)
  assert.match(listed(one), /ssh-ed25519/)
  assert.match(listed(two), /ssh-rsa/)
})

it('Where the key cannot be added, it counts for this run, with a warning', async () => {
  const args = inventory({ one }, '-o UserKnownHostsFile=/proc/none/known_hosts')
  site.write({
    'inventory.yaml': readFileSync(join(site.path, 'inventory.yaml'), 'utf8').replace(
      `-o UserKnownHostsFile=${known} `,
      '',
    ),
  })
  const { code, stdout } = await onTerminal(site, args, [[question, 'yes\r']])
  assert.is(code, 0, stdout)
  assert.match(stdout.replace(/\s+/g, ' '), /could not be added to \/proc\/none\/known_hosts/, stdout)
})

test.run()
