// Tests buildFromSource with this machine's compiler: builds, keeps, shares, refuses.

import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { type PlaybookError, secret } from '../../../src/index.ts'
import { buildFromSource } from '../../../tasks/source/buildFromSource.ts'
import { parsePlatform } from '../../../tasks/source/platform.ts'
import { absent, fileWith } from '../fileStates.ts'
import { type BuildSite, canBuild, onSite, type Source } from './buildSite.ts'

const configure = `#!/bin/sh
prefix=/usr/local word=world
for each; do case $each in --prefix=*) prefix=\${each#*=} ;; --with-word=*) word=\${each#*=} ;; esac; done
echo "checking for a word... $word"
[ "$word" != none ] || { echo "configure: error: APR not found.  Please read the documentation."; exit 1; }
printf '#define WORD "%s"\\n' "$word" >word.h
sed "s,@prefix@,$prefix," Makefile.in >Makefile
`
const makefile = `prefix = @prefix@
hello: hello.c word.h
\techo compiled >>made
\t$(CC) $(CFLAGS) -o hello hello.c
check: hello
\t./hello | grep -q hello
install: hello
\tmkdir -p $(DESTDIR)$(prefix)/bin $(DESTDIR)$(prefix)/conf
\tcp hello $(DESTDIR)$(prefix)/bin/hello
\techo stock >$(DESTDIR)$(prefix)/conf/hello.conf
install-badly: hello
\tmkdir -p $(prefix)/modules
\tcp hello $(prefix)/modules/hello.so
`
const program = `#include <stdio.h>
#include "word.h"
int main(void) { puts("hello " WORD); return 0; }
`
const files = { configure, 'Makefile.in': makefile, 'hello.c': program }

type Params = Parameters<typeof buildFromSource>[0]

function hello(site: BuildSite, source: Source, more: Partial<Params> = {}): Params {
  return {
    name: 'hello',
    version: '1.0',
    urls: [source.url],
    checksum: source.checksum,
    prefix: `${site.root}/opt/hello`,
    buildDir: `${site.root}/build`,
    share: 'test',
    ...more,
  }
}

/** What the program of a host says. */
function says(site: BuildSite, host: string): string {
  return execFileSync(site.of(host, `${site.root}/opt/hello/bin/hello`), { encoding: 'utf8' }).trim()
}

const build = canBuild ? test : test.skip

build('it is built, installed and stamped; the second run does nothing, in one trip', () =>
  onSite(async (site) => {
    const params = hello(site, site.serve('hello-1.0', files), { check: ['check'] })
    const first = await site.run(['a'], [buildFromSource(params)])
    assert.equal(
      first.story,
      ['a: changed buildFromSource hello 1.0'],
      JSON.stringify(first.error('a'), null, 1),
    )
    assert.is(says(site, 'a'), 'hello world')
    assert.match(readFileSync(site.of('a', `${site.root}/opt/hello/.built-hello`), 'utf8'), /^version 1\.0$/m)
    const phases = first.printed('a').flatMap((line) => /^(\w+): /.exec(line)?.[1] ?? [])
    assert.equal(phases, ['fetch', 'unpack', 'configure', 'make', 'check', 'install'])
    const [folder] = readdirSync(site.of('a', `${site.root}/build`))
    assert.equal(readdirSync(site.of('a', `${site.root}/build/${folder}`)), ['build.log'])
    const second = await site.run(['a'], [buildFromSource(params)])
    assert.equal([second.story, second.recap.hosts[0]!.trips], [['a: ok buildFromSource hello 1.0'], 1])
  }),
)

for (const shell of ['/bin/bash', '/bin/busybox']) {
  const possible = existsSync(shell) ? build : test.skip
  possible(`it is built, shared, and built again by ${shell} as sh too`, () =>
    onSite(async (site) => {
      const before = `mount --bind ${shell} /bin/sh`
      const source = site.serve('hello-1.0', files)
      const first = buildFromSource(hello(site, source, { check: ['check'], user: 'nobody' }))
      const ran = await site.run(['a', 'b'], [first], { before })
      assert.equal(
        ran.recap.hosts.map(({ counts }) => counts.changed),
        [1, 1],
        ran.error('a').details.join('\n'),
      )
      const other = hello(site, source, { configure: ['--with-word=moon'], keep: ['conf'] })
      await site.run(['a'], [buildFromSource(other)], { before })
      assert.equal([says(site, 'a'), says(site, 'b')], ['hello moon', 'hello world'])
    }),
  )
}

build('a second host takes what the first built, and compiles nothing; so does a later run', () =>
  onSite(async (site) => {
    const params = hello(site, site.serve('hello-1.0', files))
    const both = await site.run(['a', 'b'], [buildFromSource(params)])
    assert.is(both.recap.hosts.filter(({ counts }) => counts.changed === 1).length, 2)
    const builders = ['a', 'b'].filter((host) => both.printed(host).some((line) => line.startsWith('make: ')))
    assert.is(builders.length, 1)
    const other = builders[0] === 'a' ? 'b' : 'a'
    assert.equal(
      both.printed(other).map((line) => line.replace(/\d{4}-[\d:.T-]+Z/, 'TIME')),
      [
        `waiting for ${builders[0]}, which is making it`,
        `takes hello 1.0 as ${builders[0]} built it at TIME; nothing is compiled here`,
        `installs hello 1.0 in ${site.root}/opt/hello`,
      ],
    )
    assert.equal([says(site, 'a'), says(site, 'b')], ['hello world', 'hello world'])
    assert.is(site.requests(), 1)
    assert.equal(stampOf(site, 'a'), stampOf(site, 'b'))
    const later = await site.run(['c'], [buildFromSource(params)])
    assert.not(later.printed('c').some((line) => line.startsWith('make: ')))
    assert.is(says(site, 'c'), 'hello world')
    const again = await site.run(['a', 'b', 'c'], [buildFromSource(params)])
    assert.ok(again.recap.hosts.every(({ counts, trips }) => counts.ok === 1 && trips === 1))
  }),
)

build('what one host built goes to others only under the same name', () =>
  onSite(async (site) => {
    const source = site.serve('hello-1.0', files)
    const builds = async (host: string, share: Params['share']) => {
      const ran = await site.run([host], [buildFromSource(hello(site, source, { share }))])
      return ran.printed(host).some((line) => line.startsWith('make: '))
    }
    assert.equal(
      [await builds('a', 'web'), await builds('b', undefined), await builds('c', 'other')],
      [true, true, true],
    )
    assert.not(await builds('d', 'web'))
  }),
)

build('the controller fetches the source once for hosts without a way out', () =>
  onSite(async (site) => {
    const source = site.serve('hello-1.0', files)
    const params = hello(site, source, { via: 'controller', share: false })
    const before = 'mount --bind /bin/false "$(command -v curl)"'
    const ran = await site.run(['a', 'b'], [buildFromSource(params)], { before })
    assert.equal([says(site, 'a'), says(site, 'b')], ['hello world', 'hello world'], ran.error('a').message)
    assert.is(site.requests(), 1)
  }),
)

build('a tree that was installed by hand is taken over: its own paths stay, the rest is set aside', () =>
  onSite(async (site) => {
    const prefix = site.of('a', `${site.root}/opt/hello`)
    mkdirSync(join(prefix, 'conf'), { recursive: true })
    writeFileSync(join(prefix, 'conf/hello.conf'), 'of the site\n')
    writeFileSync(join(prefix, 'by-hand'), '')
    const params = hello(site, site.serve('hello-1.0', files), { keep: ['conf'] })
    const ran = await site.run(['a'], [buildFromSource(params)])
    const changes = ran.events.flatMap((event) => (event.kind === 'taskEnd' ? event.result.changes : []))
    assert.is(changes[0]?.from, 'not built by this task')
    assert.is(readFileSync(join(prefix, 'conf/hello.conf'), 'utf8'), 'of the site\n')
    assert.ok(existsSync(`${prefix}.previous/by-hand`))
  }),
)

build('without sharing each host builds, and the cache stays empty', () =>
  onSite(async (site) => {
    const params = hello(site, site.serve('hello-1.0', files), { share: false })
    const ran = await site.run(['a', 'b'], [buildFromSource(params)])
    assert.ok(['a', 'b'].every((host) => ran.printed(host).some((line) => line.startsWith('make: '))))
    assert.not(existsSync(join(site.folder, 'cache')))
  }),
)

const rebuilds: [title: string, change: Partial<Params>, from: string][] = [
  ['a flag', { configure: ['--with-word=moon'] }, 'hello 1.0 with other configure'],
  ['a variable', { environment: { CFLAGS: '-O1' } }, 'hello 1.0 with other environment'],
  ['a secret', { environment: { TOKEN: secret('other-token') } }, 'hello 1.0 with other secrets'],
  ['the version', { version: '1.1' }, 'hello 1.0'],
]

test('every part of the recipe decides a rebuild, and where it is built does not', () => {
  const params = {
    ...{ name: 'hello', version: '1.0', prefix: '/opt/hello', urls: ['https://a.example/hello.tgz'] },
    checksum: `sha256:${'a'.repeat(64)}`,
    environment: { TOKEN: secret('a-token') },
  }
  const platform = parsePlatform(saidPlatform('gcc (Debian 12.2.0-14) 12.2.0'))
  const stampFor = (task: ReturnType<typeof buildFromSource>) =>
    task.spec.plan(task.params, { stamp: absent, tree: absent, platform }, [])[0]!.diff!.after
  const stamp = stampFor(buildFromSource(params))
  const fromOf = (change: Partial<Params>, seen = platform) => {
    const content = Buffer.from(stamp)
    const task = buildFromSource({ ...params, ...change })
    const observed = { stamp: fileWith(content), tree: absent, platform: seen }
    return task.spec.plan(task.params, observed, [])[0]?.from
  }
  for (const [title, change, from] of rebuilds) {
    const environment = { ...params.environment, ...change.environment }
    const differs = title === 'a variable' ? { ...change, environment } : change
    assert.is(fromOf(differs), from, title)
  }
  const elsewhere = {
    urls: ['https://b.example/hello.tgz'],
    buildDir: '/opt/b',
    user: 'nobody',
    keep: ['conf'],
  }
  assert.is(fromOf(elsewhere), undefined)
  assert.not.match(stamp, /a-token/)
  const newer = parsePlatform(saidPlatform('gcc (Debian 13.1.0-1) 13.1.0'))
  assert.is(fromOf({}, newer), 'hello 1.0 with other compiler')
  const packedAnew = parsePlatform(saidPlatform('gcc (Debian 12.2.0-15) 12.2.0'))
  assert.is(fromOf({}, packedAnew), undefined)
  assert.is(
    fromOf({}, parsePlatform(saidPlatform(''))),
    undefined,
    'a host without a compiler keeps what it has',
  )
})

test('what it is built against must be there', () => {
  const path = '/opt/tree/.built-tree'
  const task = buildFromSource({
    ...{ name: 'module', version: '1', prefix: '/opt/tree', urls: ['https://a.example/a.tgz'] },
    ...{ checksum: 'a'.repeat(64), installs: ['module.so'], requires: [path] },
  })
  const platform = parsePlatform(saidPlatform(''))
  const seen = { stamp: absent, tree: absent, platform, installed0: absent, required0: absent }
  assert.throws(
    () => task.spec.plan(task.params, seen, []),
    (error: PlaybookError) => error.code === 'E_REQUIRES' && error.message.includes(path),
  )
})

const compilers: [line: string, compiler: string | undefined][] = [
  ['gcc (GCC) 11.5.0 20240719 (Red Hat 11.5.0-5)', 'gcc 11.5.0 x86_64-linux-gnu'],
  ['gcc (Debian 12.2.0-14+deb12u1) 12.2.0', 'gcc 12.2.0 x86_64-linux-gnu'],
  ['Debian clang version 14.0.6', 'clang 14.0.6 x86_64-linux-gnu'],
  ['', undefined],
]
for (const [line, compiler] of compilers) {
  test(`of a compiler that says "${line}" counts: ${compiler}`, () => {
    assert.is(parsePlatform(saidPlatform(line)).compiler, compiler)
  })
}

build('a changed flag rebuilds: what is kept survives, the old tree stays aside, open files go on', () =>
  onSite(async (site) => {
    const source = site.serve('hello-1.0', files)
    const keep = ['conf', 'logs', 'nothing']
    await site.run(['a'], [buildFromSource(hello(site, source, { keep }))])
    const prefix = site.of('a', `${site.root}/opt/hello`)
    writeFileSync(join(prefix, 'conf/hello.conf'), 'of the site\n')
    mkdirSync(join(prefix, 'logs'))
    const log = openSync(join(prefix, 'logs/log'), 'a')
    const changed = await site.run(
      ['a'],
      [buildFromSource(hello(site, source, { keep, configure: ['--with-word=moon'] }))],
    )
    writeSync(log, 'still here\n')
    closeSync(log)
    assert.is(changed.recap.hosts[0]!.counts.changed, 1, changed.error('a').message)
    assert.is(says(site, 'a'), 'hello moon')
    assert.is(readFileSync(join(prefix, 'conf/hello.conf'), 'utf8'), 'of the site\n')
    assert.is(readFileSync(join(prefix, 'logs/log'), 'utf8'), 'still here\n')
    const old = execFileSync(`${prefix}.previous/bin/hello`, { encoding: 'utf8' })
    assert.is(old, 'hello world\n')
    assert.equal(readdirSync(join(prefix, '..')).sort(), ['hello', 'hello.previous'])
    const back = await site.run(['a'], [buildFromSource(hello(site, source, { keep }))])
    assert.not(
      back.printed('a').some((line) => line.startsWith('make: ')),
      'the cache has it still',
    )
    assert.equal(
      [says(site, 'a'), readFileSync(join(prefix, 'conf/hello.conf'), 'utf8')],
      ['hello world', 'of the site\n'],
    )
  }),
)

build('a kept path below a folder that its owner made a link is refused, and nothing of it is taken', () =>
  onSite(async (site) => {
    const source = site.serve('hello-1.0', files)
    const build = (more: object) => buildFromSource(hello(site, source, { keep: ['conf/extra'], ...more }))
    const first = await site.run(['a'], [build({})])
    assert.is(first.recap.hosts[0]!.counts.changed, 1, first.error('a')?.message)
    const prefix = site.of('a', `${site.root}/opt/hello`)
    const outside = join(prefix, '../../outside')
    mkdirSync(join(outside, 'extra'), { recursive: true })
    writeFileSync(join(outside, 'extra/secret'), 'of root\n')
    execFileSync('chown', ['-hR', '12345:12345', prefix])
    renameSync(join(prefix, 'conf'), join(prefix, 'mine'))
    symlinkSync('../../outside', join(prefix, 'conf'))
    const changed = await site.run(['a'], [build({ configure: ['--with-word=moon'] })])
    assert.is(changed.error('a').code, 'E_UNSAFE_PATH')
    assert.is(says(site, 'a'), 'hello world')
    assert.is(statSync(join(outside, 'extra/secret')).nlink, 1)
  }),
)

build(
  'what is kept of a tree that belongs to somebody else is carried whole, and nothing is reached by its links',
  () =>
    onSite(async (site) => {
      const source = site.serve('hello-1.0', files)
      const build = (more: object) => buildFromSource(hello(site, source, { keep: ['conf', 'log'], ...more }))
      await site.run(['a'], [build({})])
      const prefix = site.of('a', `${site.root}/opt/hello`)
      mkdirSync(join(prefix, 'conf/.d/deep'), { recursive: true })
      for (const name of ['conf/.d/deep/x', 'conf/.hidden', 'log']) writeFileSync(join(prefix, name), name)
      symlinkSync('/etc', join(prefix, 'conf/link'))
      execFileSync('mkfifo', [join(prefix, 'conf/fifo')])
      chmodSync(join(prefix, 'conf/.d'), 0o2750)
      execFileSync('chown', ['-hR', '12345:12345', prefix])
      chmodSync(join(prefix, 'conf/.d'), 0o2750)
      const list = () =>
        execFileSync('find', ['conf', 'log', '-printf', '%p %y %m %U %G %l %T@\n'], {
          cwd: prefix,
          encoding: 'utf8',
        })
          .split('\n')
          .sort()
      const before = list()
      const changed = await site.run(['a'], [build({ configure: ['--with-word=moon'] })])
      assert.is(changed.recap.hosts[0]!.counts.changed, 1, changed.error('a')?.message)
      assert.is(says(site, 'a'), 'hello moon')
      assert.equal(list(), before)
      assert.is(statSync(join(prefix, 'conf/.d/deep/x')).nlink, 2)
    }),
)

type Broken = { files?: Record<string, string>; params?: Partial<Params>; before?: string }
const failures: [
  title: string,
  broken: Broken,
  code: string,
  message: RegExp,
  detail: RegExp,
  hint: RegExp,
][] = [
  [
    'a missing library is named, with its package',
    { params: { configure: ['--with-word=none'] } },
    'E_BUILD',
    /^configure of hello 1.0 failed: APR is missing\.$/,
    /configure: error: APR not found/,
    /^Install (?:apr-devel|libapr1-dev|apr-dev)\. .*continues at configure\. Its log: .*build\.log$/,
  ],
  [
    'a compile error is shown',
    { files: { 'hello.c': 'int main(void) { return lost; }\n' } },
    'E_BUILD',
    /^make of hello 1.0 failed\.$/,
    /hello\.c:1:25: error: .*lost/,
    /continues at make/,
  ],
  [
    'a missing header is named',
    { files: { 'hello.c': '#include <moon/moon.h>\nint main(void) { return 0; }\n' } },
    'E_BUILD',
    /^make of hello 1.0 failed: the header moon\/moon.h is missing\.$/,
    /fatal error: moon/,
    /Install the package that contains moon\/moon\.h/,
  ],
  [
    'a check that fails',
    { files: { 'hello.c': '#include <stdio.h>\nint main(void) { puts("bye"); return 0; }\n' } },
    'E_BUILD',
    /^check of hello 1.0 failed\.$/,
    /Error 1/,
    /continues at check/,
  ],
  [
    'a full disk during make',
    {
      files: {
        'hello.c': program,
        'Makefile.in': makefile.replace('hello hello.c', 'hello hello.c && dd if=/dev/zero of=big bs=64k'),
      },
      before: 'mount -t tmpfs -o size=400k,mode=755 tmpfs "$2/build"',
    },
    'E_DISK_FULL',
    /^make of hello 1.0 failed: the disk is full\. The installed version is unchanged\.$/,
    /No space left on device|disk full: .* KiB left/,
    /Make room, or name another buildDir/,
  ],
  [
    'a source that is another one',
    { params: { checksum: `sha256:${'0'.repeat(64)}` } },
    'E_DOWNLOAD',
    /did not deliver/,
    /SHA-256 is .* expected 0000/,
    /different version/,
  ],
  [
    'a source without configure',
    { files: { configure: '' }, params: { configureCommand: './nothing' } },
    'E_BUILD',
    /^configure of hello 1.0 failed/,
    /nothing: not found/,
    /continues at configure/,
  ],
]
for (const [
  title,
  { files: other = {}, params = {}, before = ':' },
  code,
  message,
  detail,
  hint,
] of failures) {
  build(`${title}; what is installed stays as it was`, () =>
    onSite(async (site) => {
      const old = site.of('a', `${site.root}/opt/hello`)
      for (const each of [site.of('a', `${site.root}/build`), old]) mkdirSync(each, { recursive: true })
      writeFileSync(join(old, '.built-hello'), 'name hello\nversion 0.9\n')
      const source = site.serve('hello-1.0', { ...files, ...other })
      const bad = hello(site, source, { check: ['check'], ...params })
      const ran = await site.run(['a'], [buildFromSource(bad)], { before })
      const error = ran.error('a')
      assert.is(error.code, code, `${error.message}\n${error.details.join('\n')}`)
      assert.match(error.message, message)
      assert.ok(
        error.details.some((line) => detail.test(line)),
        error.details.join('\n'),
      )
      assert.match(error.hint ?? '', hint)
      assert.equal(readdirSync(old), ['.built-hello'])
      assert.match(stampOf(site, 'a'), /^version 0\.9$/m)
      assert.equal(readdirSync(site.of('a', `${site.root}/opt`)), ['hello'])
    }),
  )
}

build('after a fix it goes on at the phase that failed', () =>
  onSite(async (site) => {
    const broken = makefile.replace('$(CC)', 'test -e ../../fixed && $(CC)')
    const params = hello(site, site.serve('hello-1.0', { ...files, 'Makefile.in': broken }))
    const failed = await site.run(['a'], [buildFromSource(params)])
    assert.match(failed.error('a').message, /^make of hello/)
    writeFileSync(site.of('a', `${site.root}/build/fixed`), '')
    const fixed = await site.run(['a'], [buildFromSource(params)])
    assert.is(says(site, 'a'), 'hello world')
    const [first, ...rest] = fixed.printed('a')
    assert.match(first!, /^builds hello 1\.0, going on after fetch, unpack, configure; log: .*build\.log$/)
    assert.not(rest.some((line) => /^(?:fetch|unpack|configure): /.test(line)))
    assert.is(site.requests(), 1)
  }),
)

build(
  "the option timeout ends a phase with all its processes, the build user's too, and it goes on there",
  () =>
    onSite(async (site) => {
      const nap = `sleep 47.${process.pid}`
      const slow = makefile.replace('$(CC)', `{ test -e hurry || ${nap}; } && $(CC)`)
      const params = hello(site, site.serve('hello-1.0', { ...files, 'Makefile.in': slow }), {
        user: 'nobody',
      })
      const ran = await site.run(['a'], [buildFromSource(params, { timeout: 3 })])
      assert.is(ran.error('a').code, 'E_TIMEOUT', ran.error('a').message)
      assert.is(spawnSync('pgrep', ['-f', `^${nap}`]).status, 1, 'nothing of it runs any more')
      const [work] = readdirSync(site.of('a', `${site.root}/build`))
      writeFileSync(site.of('a', `${site.root}/build/${work}/source/hurry`), '')
      const again = await site.run(['a'], [buildFromSource(params)])
      assert.match(again.printed('a')[0]!, /going on after fetch, unpack, configure/)
      assert.is(says(site, 'a'), 'hello world')
    }),
)

build('if the first host fails, the next one tries itself', () =>
  onSite(async (site) => {
    const broken = makefile.replace('$(CC)', `! mkdir ${site.folder}/first 2>/dev/null && $(CC)`)
    const params = hello(site, site.serve('hello-1.0', { ...files, 'Makefile.in': broken }))
    const hosts = ['a', 'b', 'c']
    const ran = await site.run(hosts, [buildFromSource(params)])
    const failed = hosts.filter((host) => ran.error(host).code === 'E_BUILD')
    const builders = hosts.filter((host) => ran.printed(host).some((line) => line.startsWith('make: ')))
    assert.equal([failed.length, builders.length], [1, 2])
    for (const host of hosts.filter((each) => !failed.includes(each)))
      assert.is(says(site, host), 'hello world')
  }),
)

build('patches are put on in order; one that does not fit is named, and the source is unpacked again', () =>
  onSite(async (site) => {
    const patch = join(site.folder, 'word.patch')
    const text = (from: string, to: string) =>
      `--- a/hello.c\n+++ b/hello.c\n@@ -1,4 +1,4 @@\n #include <stdio.h>\n #include "word.h"\n-int main(void) { puts("${from} " WORD); return 0; }\n+int main(void) { puts("${to} " WORD); return 0; }\n`
    const source = site.serve('hello-1.0', files)
    const params = hello(site, source, { patches: [patch] })
    writeFileSync(patch, text('other', 'moon'))
    const error = (await site.run(['a'], [buildFromSource(params)])).error('a')
    assert.equal(
      [error.code, error.message],
      ['E_PATCH', 'patch of hello 1.0 failed: word.patch does not fit this source.'],
    )
    writeFileSync(patch, text('hello', 'salut'))
    const ran = await site.run(['a'], [buildFromSource(params)])
    assert.is(says(site, 'a'), 'salut world', ran.error('a').message)
    writeFileSync(patch, text('hello', 'ciao'))
    await site.run(['a'], [buildFromSource(params)])
    assert.is(says(site, 'a'), 'ciao world')
  }),
)

build(
  'what installs into a tree of something else replaces its files alone, and survives the swap of that tree',
  () =>
    onSite(async (site) => {
      const source = site.serve('hello-1.0', files)
      const prefix = `${site.root}/opt/hello`
      const tree = hello(site, source)
      const module = hello(site, source, {
        name: 'module',
        install: ['install-badly'],
        configure: [`--prefix=${prefix}`],
        installs: ['modules/hello.so'],
        requires: [`${prefix}/.built-hello`],
      })
      const first = await site.run(['a', 'b'], [buildFromSource(tree), buildFromSource(module)])
      assert.equal(
        first.recap.hosts.map(({ counts }) => counts.changed),
        [2, 2],
        first.error('a').message,
      )
      const path = site.of('a', `${prefix}/modules/hello.so`)
      const { ino } = statSync(path)
      assert.equal(readdirSync(site.of('b', prefix)).sort(), [
        '.built-hello',
        '.built-module',
        'bin',
        'conf',
        'modules',
      ])
      const same = await site.run(['a', 'b'], [buildFromSource(tree), buildFromSource(module)])
      assert.ok(same.recap.hosts.every(({ counts, trips }) => counts.ok === 2 && trips === 1))
      const rebuilt = { ...tree, configure: ['--with-word=moon'] }
      await site.run(['a'], [buildFromSource(rebuilt)])
      assert.is(statSync(path).ino, ino, 'carried over')
      const after = await site.run(['a'], [buildFromSource(rebuilt), buildFromSource(module)])
      assert.equal(after.story, ['a: ok buildFromSource hello 1.0', 'a: changed buildFromSource module 1.0'])
      assert.is.not(statSync(path).ino, ino)
      rmSync(path)
      const lost = await site.run(['a'], [buildFromSource(module)])
      assert.equal(lost.story, ['a: changed buildFromSource module 1.0'])
      assert.ok(existsSync(path))
      execFileSync('chown', ['-hR', '12345:12345', site.of('a', prefix)])
      rmSync(path)
      const theirs = await site.run(['a'], [buildFromSource(module)])
      assert.equal(theirs.story, ['a: changed buildFromSource module 1.0'], theirs.error('a')?.message)
      assert.ok(existsSync(path))
    }),
)

build('an unprivileged user builds, and what is installed is not his', () =>
  onSite(async (site) => {
    const params = hello(
      site,
      site.serve('hello-1.0', { ...files, 'Makefile.in': makefile.replace('echo compiled', 'id -un') }),
      {
        user: 'nobody',
        owner: 'daemon',
        share: false,
        configure: ['--with-word=nobody'],
      },
    )
    const ran = await site.run(['a'], [buildFromSource(params)])
    assert.is(
      ran.recap.hosts[0]!.counts.changed,
      1,
      `${ran.error('a').message}\n${ran.error('a').details.join('\n')}`,
    )
    assert.is(says(site, 'a'), 'hello nobody')
    assert.is(
      statSync(site.of('a', `${site.root}/opt/hello/bin/hello`)).uid,
      Number(execFileSync('id', ['-u', 'daemon'])),
    )
    const root = await site.run(['a'], [buildFromSource({ ...params, owner: 'root' })])
    assert.equal(root.story, ['a: changed buildFromSource hello 1.0'])
    assert.is(statSync(site.of('a', `${site.root}/opt/hello/bin/hello`)).uid, 0)
  }),
)

build('a dry run says what would be built and touches nothing', () =>
  onSite(async (site) => {
    const params = hello(site, site.serve('hello-1.0', files))
    const ran = await site.run(['a'], [buildFromSource(params)], { isCheck: true })
    assert.equal(ran.story, ['a: changed buildFromSource hello 1.0'])
    assert.equal(readdirSync(site.of('a', site.root)), [])
  }),
)

const refusals: [title: string, before: string, params: Partial<Params>, code: string][] = [
  [
    'a mount point as prefix',
    'mkdir -p "$2/opt/hello" && mount -t tmpfs tmpfs "$2/opt/hello"',
    {},
    'E_MOUNT_POINT',
  ],
  [
    'a folder in the way of the old tree',
    'mkdir -p "$2/opt/hello/x" "$2/opt/hello.previous/y"',
    {},
    'E_PREVIOUS',
  ],
  ['a build folder that others may write to', 'mkdir -p -m 777 "$2/build"', {}, 'E_BUILD_DIR'],
  ['a build folder that is a link', 'ln -sfn /tmp "$2/build"', {}, 'E_BUILD_DIR'],
  [
    'a build folder in which no program may run',
    'mkdir -p "$2/build" && mount -t tmpfs -o noexec,mode=755 tmpfs "$2/build"',
    {},
    'E_BUILD_DIR',
  ],
  ['a user who is not there', ':', { user: 'nosuchuser' }, 'E_NO_USER'],
  [
    'a file as prefix',
    'mkdir -p "$2/opt" && [ -e "$2/opt/hello" ] || echo x >"$2/opt/hello"',
    {},
    'E_PREFIX',
  ],
  ['no tree to install into', ':', { installs: ['x'] }, 'E_PREFIX'],
]
for (const [title, before, params, code] of refusals) {
  build(`refused before anything is fetched: ${title}`, () =>
    onSite(async (site) => {
      const source = site.serve('hello-1.0', files)
      const error = (await site.run(['a'], [buildFromSource(hello(site, source, params))], { before })).error(
        'a',
      )
      assert.is(error.code, code, error.message)
      assert.is(site.requests(), 0)
    }),
  )
}

build('a swap that a crash cut in two is put right by the next run', () =>
  onSite(async (site) => {
    const source = site.serve('hello-1.0', files)
    const params = hello(site, source, { keep: ['conf'] })
    await site.run(['a'], [buildFromSource(params)])
    const prefix = site.of('a', `${site.root}/opt/hello`)
    writeFileSync(join(prefix, 'conf/hello.conf'), 'of the site\n')
    renameSync(prefix, `${prefix}.previous`)
    const [work] = readdirSync(site.of('a', `${site.root}/build`))
    writeFileSync(site.of('a', `${site.root}/build/${work}/swapping`), '')
    await site.run(['a'], [buildFromSource(params)])
    assert.is(readFileSync(join(prefix, 'conf/hello.conf'), 'utf8'), 'of the site\n')
  }),
)

build('a shared build that needs libraries which a host lacks is built there', () =>
  onSite(async (site) => {
    const library = `${makefile}lib.so: lib.c\n\t$(CC) -shared -o lib.so lib.c\n`
    const linked = library.replace('-o hello hello.c', '-o hello hello.c $(EXTRA)')
    const params = hello(site, site.serve('hello-1.0', { ...files, 'Makefile.in': linked }), {
      make: [`EXTRA=-Wl,--no-as-needed $(wildcard ${site.root}/libmoon.so)`],
    })
    mkdirSync(site.of('a', `${site.root}/x`), { recursive: true })
    const moon = site.of('a', `${site.root}/libmoon.so`)
    const sourceFile = join(site.folder, 'moon.c')
    writeFileSync(sourceFile, 'int moon;\n')
    execFileSync('cc', ['-shared', '-fPIC', '-o', moon, sourceFile])
    await site.run(['a'], [buildFromSource(params)])
    const ran = await site.run(['b'], [buildFromSource(params)])
    assert.ok(
      ran.printed('b').some((line) => /it needs what this host lacks \(.*libmoon\.so\)/.test(line)),
      ran.printed('b').join('\n'),
    )
    assert.is(says(site, 'b'), 'hello world')
  }),
)

const wrong: [title: string, params: object, message: RegExp][] = [
  ['a folder of the system as prefix', { prefix: '/usr/local' }, /a folder of its own/],
  ['another --prefix', { configure: ['--prefix=/opt/other'] }, /the same --prefix/],
  ['a source that is no archive', { urls: ['https://a.example/hello.git'] }, /the address of an archive/],
  ['a kept path above the prefix', { keep: ['../x'] }, /keep\[0\]/],
]
for (const [title, params, message] of wrong) {
  test(`not taken: ${title}`, () => {
    const checksum = 'a'.repeat(64)
    const good = {
      name: 'hello',
      version: '1',
      prefix: '/opt/hello',
      urls: ['https://a.example/a.tgz'],
      checksum,
    }
    assert.throws(() => buildFromSource({ ...good, ...params }), message)
  })
}

function stampOf(site: BuildSite, host: string): string {
  return readFileSync(site.of(host, `${site.root}/opt/hello/.built-hello`), 'utf8')
}

function saidPlatform(compiler: string) {
  const stdout = Buffer.from(
    `version ${compiler}\ntarget x86_64-linux-gnu\nmachine x86_64\nlibc glibc 2.36\nID debian\nVERSION_ID 12\n`,
  )
  return { stdout, stderr: Buffer.alloc(0), code: 0 }
}

test.run()
