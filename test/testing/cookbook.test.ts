// Runs every recipe of docs/cookbook.md twice, on described hosts.

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { secret } from '../../src/index.ts'
import { fakeHost, type TestedPlay, type TestPlayOptions, testPlay } from '../../src/testing/index.ts'
import { loadPlaybook } from '../../src/userCode/loadPlaybook.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const page = readFileSync(join(root, 'docs/cookbook.md'), 'utf8')
const recipes = [...page.matchAll(/^### (How .*)\n\n```ts\n\/\/ (\S+)\n([\s\S]*?)```/gm)]
/** Other files of the recipes: those whose first line is a comment with their name. */
const others = [...page.matchAll(/^```(?!ts$)\w+\n(?:# |\{# )(\S+\.\w+)(?: #\})?\n([\s\S]*?)```/gm)]
const runs = new Map<string, Promise<TestedPlay>>()
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'run-playbook-cookbook-')))

/** Programs with their own idea of a host, and those of this machine that work in any root. */
const program = (name: string) => ({
  content: readFileSync(join(root, 'test/fixtures/cookbook', name)),
  mode: 0o755,
})
const real = (path: string) => ({
  content: `#!/bin/sh\nLD_LIBRARY_PATH=/.host/usr/libexec/sudo:/.host/usr/lib/sudo exec /.host${path} "$@"\n`,
  mode: 0o755,
})

const files = {
  '/etc/app.conf': 'port = 80\n',
  '/etc/app.ini': '[database]\nhost = old\n',
  '/etc/app.properties': 'server.port=80\n',
  '/etc/server.xml': '<Server>\n  <Connector port="8080"/>\n</Server>\n',
  '/etc/app.json': '{ "log": { "level": "info" } }\n',
  '/etc/app.yaml': 'log:\n  level: info # less\n',
  '/etc/old.conf': '',
  '/etc/hosts.allow': 'sshd: old.example\n',
  '/etc/default/app': 'PORT=80\n',
  '/etc/cron.d/': '',
  '/etc/logrotate.d/': '',
  '/etc/pki/ca.crt': 'a certificate\n',
  '/etc/pki/tls/certs/': '',
  '/etc/pki/tls/private/': '',
  '/etc/shadow': 'root:*:20000::::::\napp:!:20000::::::\n',
  '/etc/gshadow': 'root:*::\n',
  '/etc/group': 'root:x:0:\nadm:x:4:\napp:x:1000:\n',
  '/etc/ssh/sshd_config': 'PermitRootLogin yes\n',
  '/etc/sudoers.d/': '',
  '/etc/sysctl.d/': '',
  '/etc/systemd/system/': '',
  '/etc/yum.repos.d/': '',
  '/opt/app/bin/app': { content: '#!/bin/sh\n', mode: 0o755 },
  '/srv/': '',
  '/usr/lib/systemd/system/httpd.service': '',
  '/usr/lib/systemd/system/sshd.service': '',
  '/var/log/app/1.gz': '',
  '/var/log/app/2.gz': '',
  '/usr/local/sbin/systemctl': program('systemctl'),
  '/usr/local/sbin/curl': program('curl'),
  ...Object.fromEntries(
    ['/usr/sbin/useradd', '/usr/sbin/usermod', '/usr/sbin/chpasswd', '/usr/sbin/visudo'].map((path) => [
      path.replace('/usr', '/usr/local'),
      real(path),
    ]),
  ),
}
const commands = {
  'rpm *': [
    { stdout: 'package app is not installed', code: 1 },
    { after: 'dnf *', stdout: 'app-1.0-1.x86_64' },
  ],
  'dnf *': 'Complete!',
  'lbctl *': '',
  'logrotate *': '',
  'sshd *': '',
}
const unit = { '/usr/lib/systemd/system/app.service': '' }
const archive = execFileSync('tar', ['-czf', '-', '--transform', 's,^,app/,', 'events.schema.json'], {
  cwd: root,
})
const mirror = createServer((_request, response) => response.end(archive)).listen(0, '127.0.0.1')
test.after(() => {
  mirror.close()
  rmSync(folder, { recursive: true, force: true })
})

/** What some recipes need beyond that. */
const needs: { readonly [file: string]: () => TestPlayOptions & { readonly files?: object } } = {
  'rolling.ts': () => ({ files: unit, otherHosts: [fakeHost({ name: 'lb-01', commands })] }),
  'ownService.ts': () => ({ files: { '/etc/default/app': '' } }),
  'healthy.ts': () => ({ files: unit }),
  'accounts.ts': () => ({ vars: parse(others.find(([, name]) => name === 'accounts.yaml')![2]!).all.vars }),
  'password.ts': () => ({ vars: { app_password_hash: secret('$6$salt$hash') } }),
  'vault.ts': () => ({ vars: { db_password: secret('not a password') } }),
  'certificate.ts': () => ({ vars: { tls_certificate: 'a certificate\n', tls_key: secret('not a key\n') } }),
  'release.ts': () => ({
    vars: {
      mirror: `http://127.0.0.1:${(mirror.address() as AddressInfo).port}`,
      version: '1.2',
      checksum: `sha256:${createHash('sha256').update(archive).digest('hex')}`,
    },
  }),
  'deploy.ts': () => ({
    vars: { repo: '/srv/git', version: 'v1' },
    files: {
      ...unit,
      ...repositoryFiles(),
      '/usr/local/sbin/git': real('/usr/bin/git'),
      '/usr/local/sbin/git-upload-pack': { content: '#!/bin/sh\nexec git upload-pack "$@"\n', mode: 0o755 },
    },
  }),
  'betweenHosts.ts': () => ({ otherHosts: [fakeHost({ name: 'db-01', files })] }),
  'members.ts': () => ({ otherHosts: [1, 2].map((n) => fakeHost({ name: `db-0${n}`, groups: ['db'] })) }),
}

for (const [, name = '', text = ''] of others) writeFileSync(join(folder, name), text)

test('the page has recipes, each with a question', () => {
  assert.is(recipes.length, page.match(/^### How do I .*\?$/gm)?.length)
  assert.ok(recipes.length >= 40)
})

for (const [index, [, title, name = '']] of recipes.entries()) {
  test(`${title} (${name})`, async () => {
    for (const next of recipes.slice(index, index + 4)) begin(next[2]!, next[3]!) // some run meanwhile
    const { tasks, changes, secondRun } = await runs.get(name)!
    assert.equal(
      tasks
        .filter(({ status }) => status === 'failed')
        .map(({ error }) => [error?.message, ...(error?.details ?? [])].join('\n')),
      [],
    )
    assert.ok(changes.length > 0, 'changes something')
    assert.equal(secondRun.changes, [])
  })
}

test.run()

/** A bare repository with the tag v1, as files of a host. */
function repositoryFiles(): { readonly [path: string]: { readonly content: Buffer } } {
  const git = join(folder, 'git')
  const run = (...words: string[]) =>
    execFileSync('git', ['-C', git, '-c', 'user.name=Eve', '-c', 'user.email=eve@example', ...words])
  mkdirSync(git)
  run('init', '-q', '--bare', '.')
  const tree = execFileSync('git', ['-C', git, 'mktree'], { input: '' }).toString().trim()
  run('tag', 'v1', run('commit-tree', '-m', 'first', tree).toString().trim())
  const names = readdirSync(git, { recursive: true, encoding: 'utf8' })
  const paths = names.filter((name) => statSync(join(git, name)).isFile())
  return Object.fromEntries(
    paths.map((name) => [`/srv/git/${name}`, { content: readFileSync(join(git, name)) }]),
  )
}

function begin(name: string, code: string): void {
  if (runs.has(name)) return
  const run = runTwice(name, code)
  run.catch(() => undefined) // its own test reports it
  runs.set(name, run)
}

async function runTwice(name: string, code: string): Promise<TestedPlay> {
  writeFileSync(join(folder, name), code)
  const [play] = await loadPlaybook(join(folder, name))
  const { files: more, ...options } = needs[name]?.() ?? {}
  const host = fakeHost({
    os: 'rocky 9.4',
    groups: ['app'],
    users: ['app'],
    files: { ...files, ...more },
    commands,
  })
  for (const log of ['1.gz', '2.gz']) utimesSync(join(host.root, 'var/log/app', log), 0, 0)
  const result = await testPlay(play!, host, options)
  for (const each of [host, ...(options.otherHosts ?? [])]) each.remove()
  return result
}
