// Tests the tasks sysctl and kernelModule: plans, and reading and writing this machine.

import { readFileSync, writeFileSync } from 'node:fs'
import { test } from '#test'
import * as assert from 'uvu/assert'
import type { FileState } from '../../../src/index.ts'
import { planned } from '../../../src/testing/index.ts'
import { kernelModule } from '../../../tasks/kernel/kernelModule.ts'
import { sysctl } from '../../../tasks/kernel/sysctl.ts'
import { applied, failure, inFolder, looked, shells } from '../apply.ts'
import { absent, fileWith, folder } from '../fileStates.ts'

const rows: [title: string, params: object, file: string | undefined, live: unknown[], changes: string[]][] =
  [
    [
      'values that are there need nothing',
      { set: { 'net.ipv4.tcp_rmem': '4096 87380  6291456' } },
      'net.ipv4.tcp_rmem = 4096 87380  6291456\n',
      ['4096 87380 6291456'],
      [],
    ],
    [
      'the file and the kernel each get what they lack',
      { set: { 'vm.swappiness': 10, 'net.ipv4.ip_forward': 1 } },
      'vm.swappiness=60\nvm.swappiness=30 \n',
      ['10', '0'],
      [
        '/f: vm.swappiness: 30 → 10',
        '/f: net.ipv4.ip_forward: absent → 1',
        'net.ipv4.ip_forward (now): 0 → 1',
      ],
    ],
    ['a missing file', { set: { 'vm.swappiness': 10 } }, undefined, ['10'], ['/f: absent → 19 bytes']],
    [
      'names to remove',
      { remove: ['vm.swappiness'] },
      'vm.swappiness = 1\n',
      [],
      ['/f: vm.swappiness: 1 → removed'],
    ],
    ['a name to remove from no file', { remove: ['vm.swappiness'] }, undefined, [], []],
    [
      'an unknown name that is no error',
      { set: { 'net.no.such': 1 }, ignoreErrors: true },
      'net.no.such = 1\n',
      [undefined],
      [],
    ],
    ['the file alone', { set: { 'vm.swappiness': 1 }, reload: false }, 'vm.swappiness = 1\n', [], []],
  ]

for (const [title, params, content, live, changes] of rows) {
  test(`sysctl: ${title}`, () => {
    const current = content === undefined ? absent : fileWith(content)
    const result = planned(
      sysctl,
      { sysctlFile: '/f', ...params },
      { current, folder, live: live as string[] },
    )
    assert.equal(
      result.changes.map(({ what, from, to }) => `${what}: ${from} → ${to}`),
      changes,
    )
  })
}

for (const shell of shells) {
  test(`sysctl: values of this kernel are read, and what it does not take is reported (${shell.join(' ')})`, () =>
    inFolder(async (base) => {
      const ostype = readFileSync('/proc/sys/kernel/ostype', 'utf8').trim()
      const sysctlFile = `${base}/f.conf`
      writeFileSync(sysctlFile, '# mine\n')
      const same = {
        set: { 'kernel.ostype': ostype, 'net/ipv4/conf/all/forwarding': forwarding() },
        sysctlFile,
      }
      const { changes, again } = await applied(sysctl, same, { shell })
      assert.equal(
        [changes.map(({ what }) => what).filter((what) => what.includes('(now)')), again],
        [[], []],
      )
      assert.match(readFileSync(sysctlFile, 'utf8'), `# mine\nkernel.ostype = ${ostype}\n`)
      const other = { set: { 'kernel.ostype': 'Other' }, sysctlFile }
      assert.is((await failure(() => applied(sysctl, other, { shell }))).code, 'E_SYSCTL')
      const unknown = { set: { 'kernel.no_such_thing': 1 }, sysctlFile }
      assert.is((await failure(() => looked(sysctl, unknown, { shell }))).code, 'E_NO_KEY')
    }))
}

function forwarding(): string {
  return readFileSync('/proc/sys/net/ipv4/conf/all/forwarding', 'utf8').trim()
}

test('sysctl: invalid parameters are refused at once', () => {
  const wrong: [params: object, expected: RegExp][] = [
    [{}, /expected set or remove/],
    [{ set: { swappiness: 1 } }, /the name of a kernel parameter/],
    [{ set: { 'vm/../../etc/x': 1 } }, /the name of a kernel parameter/],
    [{ set: { 'vm.x': 'a\nb' } }, /a value of one line/],
    [{ set: { 'vm.x': 1 }, remove: ['vm.x'] }, /names that are not in set/],
    [{ name: 'vm.x', value: 1 }, /Names and values are one parameter/],
  ]
  for (const [params, expected] of wrong) {
    assert.throws(
      () => sysctl(params as never),
      ({ message, details }: { message: string; details: string[] }) =>
        expected.test([message, ...details].join('\n')),
    )
  }
})

const modules: [title: string, params: object, loaded: string, load: FileState, changes: string[]][] = [
  ['a loaded one needs nothing', {}, 'yes', absent, []],
  ['a built-in one needs nothing', {}, 'built in', absent, []],
  ['one that is missing', { params: 'a=1  b=2' }, 'no', absent, ['module br-x: not loaded → loaded a=1 b=2']],
  ['one to unload', { state: 'absent' }, 'yes', absent, ['module br-x: loaded → not loaded']],
  [
    'one for the next start',
    { persistent: 'present', params: 'a=1' },
    'yes',
    absent,
    ['/etc/modules-load.d/br-x.conf: absent → 5 bytes', '/etc/modprobe.d/br-x.conf: absent → 17 bytes'],
  ],
  ['one that is there for the next start', { persistent: 'present' }, 'yes', fileWith('br-x\n'), []],
  [
    'none for the next start',
    { state: 'absent', persistent: 'absent' },
    'no',
    fileWith('br-x\n'),
    ['/etc/modules-load.d/br-x.conf: file → absent'],
  ],
]

for (const [title, params, loaded, load, changes] of modules) {
  test(`kernelModule: ${title}`, () => {
    const observed = { loaded: loaded as 'yes', load, options: absent }
    const result = planned(kernelModule, { name: 'br-x', ...params }, observed)
    assert.equal(
      result.changes.map(({ what, from, to }) => `${what}: ${from} → ${to}`),
      changes,
    )
  })
}

for (const shell of shells) {
  test(`kernelModule: what this kernel has, and what it does not (${shell.join(' ')})`, async () => {
    // A folder in /sys/module: loaded, or built in.
    assert.equal(await looked(kernelModule, { name: 'kernel' }, { shell }), [])
    const error = await failure(() => applied(kernelModule, { name: 'no-such-module-x' }, { shell }))
    assert.ok(['E_MODULE', 'E_TOOL'].includes(error.code), error.code)
    const builtIn = await failure(() => looked(kernelModule, { name: 'kernel', state: 'absent' }, { shell }))
    assert.is(builtIn.code, 'E_BUILT_IN')
  })
}

test.run()
