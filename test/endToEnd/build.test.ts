// buildFromSource on real hosts: built once, shared, resumed, rebuilt.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { down, type Lab, up } from '../../lab/lab.ts'
import { type Line, makeSite, type Ran, type Site } from './site.ts'

const name = 't-build'
const hosts = ['web-01', 'web-02'] as const
const cache = mkdtempSync(join(tmpdir(), 'run-playbook-builds-'))
const toolchain = ['redhat-rpm-config', 'gcc', 'gcc-c++', 'make', 'tar']
const libraries = ['apr-devel', 'apr-util', 'apr-util-devel', 'pcre-devel', 'openssl-devel']
let lab: Lab
let site: Site

test('a fresh lab comes up', async () => {
  lab = await up(name, { isFresh: true, hosts })
  site = makeSite(lab)
})

test('a library that is missing is named, with its package and the log', async () => {
  const ran = await play('web-01', { packages: toolchain })
  const { code, message, details = [], hint = '' } = errorOf(ran)
  assert.equal([code, message], ['E_BUILD', `configure of httpd ${httpd().version} failed: APR is missing.`])
  assert.ok(details.some((line) => line.includes('APR not found')))
  assert.match(hint, /apr-devel|libapr1-dev/)
  const log = /Its log: (\S+)/.exec(hint)![1]!
  assert.match((await site.on('web-01', `tail -n 3 ${log}`)).stdout, /APR not found/)
})

test('once it is there the build goes on at configure, and the other host compiles nothing', async () => {
  const ran = await play('web', {})
  assert.is(ran.code, 0, JSON.stringify(errorOf(ran)))
  const builders = [httpdTask(), modJkTask()].map((task) =>
    hosts.filter((host) => outputOf(ran, host, task).some((line) => line.startsWith('make: '))),
  )
  assert.equal(
    builders.map(({ length }) => length),
    [1, 1],
    'each was made on one host',
  )
  const [builder] = builders[0]!
  const other = hosts.find((host) => host !== builder)!
  if (builder === 'web-01')
    assert.match(outputOf(ran, builder, httpdTask())[0]!, /going on after fetch, unpack; log: /)
  assert.match(outputOf(ran, other, httpdTask()).join('\n'), /nothing is compiled here\ninstalls httpd/)
  for (const host of hosts) {
    const { stdout } = await site.on(
      host,
      '/data2/apache/bin/httpd -v; /data2/apache/bin/httpd -M -C "LoadModule jk_module modules/mod_jk.so" 2>&1',
    )
    assert.match(stdout, new RegExp(`Apache/${httpd().version}`))
    assert.match(stdout, /jk_module \(shared\)/)
  }
  const [building, taking] = [secondsOf(ran, builder!), secondsOf(ran, other)]
  console.log(`  httpd: ${building} s where it was built, ${taking} s where it was taken`)
  assert.ok(taking * 3 < building, 'taking it is much quicker than building it')
})

test('a second run finds nothing to do, in one trip a host', async () => {
  const ran = await play('web', {})
  const recaps = ran.lines.filter(({ event }) => event === 'hostEnd')
  assert.equal([ran.code, ran.lines.filter(({ status }) => status === 'changed').length], [0, 0])
  assert.equal(
    recaps.map(({ trips }) => trips),
    [1, 1],
  )
})

test('a changed flag rebuilds httpd and mod_jk against it; the site keeps its configuration and its open log', async () => {
  await site.on(
    'web-01',
    'echo "# of the site" >>/data2/apache/conf/httpd.conf; /data2/apache/bin/apachectl start',
  )
  const ran = await play('web-01', { flags: ['--enable-so', '--enable-mods-shared=few', '--enable-rewrite'] })
  assert.is(ran.code, 0, JSON.stringify(errorOf(ran)))
  assert.ok(outputOf(ran, 'web-01').some((line) => line.startsWith('make: ')))
  const { stdout } = await site.on(
    'web-01',
    'tail -n 1 /data2/apache/conf/httpd.conf; curl -so /dev/null -w "%{http_code}\\n" http://127.0.0.1/; ls /data2/apache/modules/mod_rewrite.so /data2/apache/modules/mod_jk.so; /data2/apache/bin/apachectl graceful && sleep 1 && tail -n 1 /data2/apache/logs/error_log',
  )
  assert.match(stdout, /^# of the site\n200\n.*mod_jk\.so\n.*mod_rewrite\.so\n/)
  assert.match(stdout, /resuming normal operations|Command line/)
})

test('a full disk during make leaves the old server serving, and is reported', async () => {
  await site.on('web-01', 'mkdir -p /small && mount -t tmpfs -o size=60m,mode=755 tmpfs /small')
  const ran = await play('web-01', {
    flags: ['--enable-so', '--enable-mods-shared=all'],
    buildDir: '/small/build',
  })
  assert.is(errorOf(ran).code, 'E_DISK_FULL', JSON.stringify(errorOf(ran)))
  const { stdout } = await site.on(
    'web-01',
    'curl -so /dev/null -w "%{http_code}" http://127.0.0.1/; umount /small',
  )
  assert.is(stdout, '200')
})

test('the lab goes down', async () => {
  site.remove()
  rmSync(cache, { recursive: true })
  await down(name, { isPurge: true })
})

type Options = {
  readonly packages?: readonly string[]
  readonly flags?: readonly string[]
  readonly buildDir?: string
}

/** Runs the two builds with an own cache, so that one that an earlier run kept proves nothing. */
async function play(pattern: string, options: Options): Promise<Ran> {
  const {
    packages = [...toolchain, ...libraries],
    flags = ['--enable-so', '--enable-mods-shared=few'],
    buildDir,
  } = options
  const folder = buildDir === undefined ? '' : `buildDir: '${buildDir}',`
  const path = join(site.folder, 'build.ts')
  writeFileSync(
    path,
    `import { definePlay } from 'run-playbook'
import { buildFromSource, directory, dnf } from 'run-playbook/tasks'
const prefix = '/data2/apache'
export default definePlay({
  name: 'build', hosts: 'web', become: true,
  tasks: () => [
    dnf({ name: ${JSON.stringify(packages)} }),
    directory({ path: '/data2' }),
    buildFromSource({
      name: 'httpd', ${source(httpd())}, prefix, ${folder}
      configure: ${JSON.stringify(flags)}, keep: ['conf', 'logs', 'htdocs'], share: 'test',
    }),
    buildFromSource({
      name: 'mod_jk', ${source(lab.sources.modJk)}, prefix, folder: 'native', ${folder}
      configure: ['--with-apxs=' + prefix + '/bin/apxs'],
      installs: ['modules/mod_jk.so'], requires: [prefix + '/.built-httpd'], share: 'test',
    }),
  ],
})
`,
  )
  const before = process.env.XDG_CACHE_HOME
  process.env.XDG_CACHE_HOME = cache
  try {
    return await site.runPlaybook(
      path,
      '--limit',
      pattern,
      '-e',
      'ansible_user=ops',
      '--output',
      'jsonl',
      '-v',
    )
  } finally {
    if (before === undefined) delete process.env.XDG_CACHE_HOME
    else process.env.XDG_CACHE_HOME = before
  }
}

function httpdTask(): string {
  return `buildFromSource httpd ${httpd().version}`
}

function modJkTask(): string {
  return `buildFromSource mod_jk ${lab.sources.modJk.version}`
}

function httpd() {
  return lab.sources.httpd
}

function source({ version, path, sha512 }: { version: string; path: string; sha512: string }): string {
  return `version: '${version}', urls: ['${lab.mirror}/dist/${path}'], checksum: 'sha512:${sha512}'`
}

type OutputLine = Line & { readonly line?: string; readonly time?: string }

/** Output of a host during a task (any if not given). */
function outputOf(ran: Ran, host: string, task?: string): string[] {
  return (ran.lines as readonly OutputLine[]).flatMap((each) =>
    each.event === 'output' && each.host === host && (task ?? each.task) === each.task ? [each.line!] : [],
  )
}

function errorOf(ran: Ran): { code?: string; message?: string; details?: readonly string[]; hint?: string } {
  return ran.lines.find(({ error }) => error)?.error ?? { message: ran.stderr }
}

/** Seconds that httpd took on a host, from the first thing done for it: waiting for the other host is not counted. */
function secondsOf(ran: Ran, host: string): number {
  const own = (ran.lines as readonly OutputLine[]).filter(
    (line) => line.host === host && line.task === httpdTask(),
  )
  const begin = own.find(({ event, line }) => event === 'output' && !line!.startsWith('waiting for '))!
  const end = own.find(({ event }) => event === 'taskEnd')!
  return (Date.parse(end.time!) - Date.parse(begin.time!)) / 1000
}

test.run()
