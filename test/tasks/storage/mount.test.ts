// The task mount: entries of fstab, what is mounted, and real mounts of tmpfs and folders.

import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { planned } from '../../../src/testing/index.ts'
import { editFstab, type FstabEntry } from '../../../tasks/storage/fstab.ts'
import { mount } from '../../../tasks/storage/mount.ts'
import { applied, failure, inFolder, looked, shells } from '../apply.ts'
import { fileWith, folder as point } from '../fileStates.ts'

const data: FstabEntry = {
  src: '/dev/sdb1',
  path: '/data',
  fstype: 'xfs',
  opts: 'noatime,nodev',
  dump: 0,
  passno: 2,
}
const line = '/dev/sdb1 /data xfs noatime,nodev 0 2'

const rows: [title: string, before: string, entry: FstabEntry | undefined, after: string][] = [
  [
    'a new entry',
    '# top\n/dev/sda1\t/\text4 defaults 0 1',
    data,
    `# top\n/dev/sda1\t/\text4 defaults 0 1\n${line}\n`,
  ],
  [
    'the same by meaning',
    '/dev/sdb1\t/data/   xfs  nodev,defaults,noatime  0  2 \n',
    data,
    '/dev/sdb1\t/data/   xfs  nodev,defaults,noatime  0  2 \n',
  ],
  [
    'missing fields',
    '/dev/sdb1 /data xfs\n',
    { ...data, opts: 'defaults', passno: 0 },
    '/dev/sdb1 /data xfs\n',
  ],
  [
    'other options; blanks stay',
    '/dev/sdb1\t/data\txfs  ro\t0 2\nx y z\n',
    data,
    `/dev/sdb1\t/data\txfs  noatime,nodev\t0 2\nx y z\n`,
  ],
  ['several entries', `${line}\nproc /proc proc\nx /data y z 0 0\n`, data, `proc /proc proc\n${line}\n`],
  ['none', `a /a b\n${line}\nc /c d\n`, undefined, 'a /a b\nc /c d\n'],
  ['none of none', '#/dev/sdb1 /data xfs\n', undefined, '#/dev/sdb1 /data xfs\n'],
  [
    'blanks in names',
    '',
    { ...data, src: '//s/a b', path: '/my data' },
    '//s/a\\040b /my\\040data xfs noatime,nodev 0 2\n',
  ],
  [
    'another swap stays',
    '/dev/sdc none swap sw 0 0\n',
    { src: '/swap', path: 'none', fstype: 'swap', opts: 'defaults', dump: 0, passno: 0 },
    '/dev/sdc none swap sw 0 0\n/swap none swap defaults 0 0\n',
  ],
]

test('mount: texts of fstab', () => {
  for (const [title, before, entry, after] of rows) {
    const key = entry ?? data
    const edited = editFstab(before, key, entry)
    assert.is(edited.text, after, title)
    assert.is(edited.isChanged, before !== after, title)
    assert.not.ok(editFstab(after, key, entry).isChanged, `${title}, again`)
  }
})

const fstab = fileWith(`${line}\n`)
const nothing = { mounted: undefined, isSwap: false, device: '/dev/sdb1', number: '8:17', isSame: false }
const mounted = {
  ...{ fstype: 'xfs', src: '/dev/mapper/x', root: '/', number: '8:17' },
  options: ['rw', 'noatime', 'nodev', 'rw', 'attr2'],
}
const params = { path: '/data', src: 'UUID=1', fstype: 'xfs', opts: 'noatime,nodev', passno: 2 } as const

const plans: [title: string, more: object, live: object, steps: string[]][] = [
  ['mounted already, by the number of its device', {}, { mounted }, []],
  ['not mounted', {}, {}, ['mount -t xfs -o noatime,nodev -- /dev/sdb1 /data']],
  [
    'without fstab options',
    { opts: 'noatime,nodev,nofail,_netdev,x-a=1' },
    { mounted },
    ['write /etc/fstab', 'reload', 'mount -o remount,noatime,nodev /data'],
  ],
  [
    'a flag that is not in effect',
    {},
    { mounted: { ...mounted, options: ['rw', 'nodev'] } },
    ['mount -o remount,noatime,nodev /data'],
  ],
  [
    'read-only by hand',
    { opts: 'noatime,nodev,rw' },
    { mounted: { ...mounted, options: ['ro', 'noatime', 'nodev'] } },
    ['write /etc/fstab', 'reload', 'mount -o remount,noatime,nodev,rw /data'],
  ],
  ['only in fstab', { state: 'present', opts: 'ro' }, {}, ['write /etc/fstab', 'reload']],
  ['not at the next start', { boot: false, state: 'present' }, {}, ['write /etc/fstab', 'reload']],
  ['unmounted', { state: 'unmounted' }, { mounted }, ['umount -- /data']],
  ['absent', { state: 'absent' }, { mounted }, ['umount -- /data', 'write /etc/fstab', 'reload']],
  [
    'nfs 4 is nfs',
    { src: 'nas:/x/', fstype: 'nfs', state: 'mounted' },
    { mounted: { ...mounted, fstype: 'nfs4', src: 'nas:/x', number: '0:50' }, device: 'nas:/x/', number: '' },
    ['write /etc/fstab', 'reload'],
  ],
  [
    'swap',
    { path: 'none', src: '/dev/sdb1', fstype: 'swap', opts: 'defaults', passno: 0, state: 'mounted' },
    {},
    ['write /etc/fstab', 'reload', 'swapon -- /dev/sdb1'],
  ],
  [
    'swap that is used',
    { path: 'none', src: '/dev/sdb1', fstype: 'swap', state: 'unmounted' },
    { isSwap: true },
    ['swapoff -- /dev/sdb1'],
  ],
]

for (const [title, more, live, steps] of plans) {
  test(`mount: ${title}`, () => {
    const given = { ...params, src: '/dev/sdb1', state: 'mounted' as const, ...more }
    const result = planned(mount, given, { current: fstab, live: { ...nothing, ...live }, point })
    assert.equal(
      result.steps.map((step) => (step.includes('daemon-reload') ? 'reload' : step)),
      steps,
    )
  })
}

test('mount: something else that is mounted there stays, with an error', async () => {
  for (const other of [{ fstype: 'ext4' }, { src: '/dev/sdz', number: '8:99' }]) {
    const live = { ...nothing, mounted: { ...mounted, ...other } }
    const error = await failure(async () =>
      planned(mount, { ...params, src: '/dev/sdb1', state: 'mounted' }, { current: fstab, live, point }),
    )
    assert.is(error.code, 'E_OTHER_MOUNT')
  }
})

const canMount = process.getuid?.() === 0 && mounts()

function mounts(): boolean {
  const path = mkdtempSync(join(tmpdir(), 'run-playbook-mount-'))
  const { status } = spawnSync('mount', ['-t', 'tmpfs', 'tmpfs', path])
  if (status === 0) spawnSync('umount', [path])
  rmdirSync(path)
  return status === 0
}

for (const shell of shells) {
  const rootTest = canMount ? test : test.skip
  rootTest(`mount: tmpfs and a folder, for real (${shell.join(' ')})`, () =>
    inFolder(async (base) => {
      const options = { shell }
      const file = `${base}/fstab`
      const memory = {
        path: `${base}/a b/m`,
        src: 'tmpfs',
        fstype: 'tmpfs',
        opts: 'nodev,size=1m,mode=0755',
        fstab: file,
      }
      const bound = {
        path: `${base}/bound`,
        src: `${base}/from`,
        fstype: 'none',
        opts: 'bind,ro',
        fstab: file,
      }
      const flags = (path: string) => execFileSync('findmnt', ['-no', 'OPTIONS', path], { encoding: 'utf8' })
      mkdirSync(bound.src)
      writeFileSync(`${bound.src}/x`, 'x')
      try {
        for (const each of [memory, bound]) {
          assert.equal((await applied(mount, { ...each, state: 'mounted' }, options)).again, [], each.path)
        }
        assert.ok(existsSync(`${bound.path}/x`))
        assert.match(flags(bound.path), /^ro/)
        assert.match(flags(memory.path), 'nodev')
        assert.is(readFileSync(file, 'utf8').split('\n').length, 3)
        const stricter = { ...memory, opts: 'nodev,noexec,size=1m,mode=0755', state: 'mounted' as const }
        assert.equal((await applied(mount, stricter, options)).again, [])
        assert.match(flags(memory.path), 'noexec')
        const other = { ...bound, src: base, state: 'mounted' as const }
        assert.is((await failure(() => looked(mount, other, options))).code, 'E_OTHER_MOUNT')
        for (const { path } of [memory, bound]) {
          const gone = await applied(mount, { path, state: 'absent', fstab: file }, options)
          assert.equal([gone.changes.length, gone.again], [2, []])
        }
        assert.is(readFileSync(file, 'utf8'), '')
        const broken = {
          path: `${base}/n`,
          src: '/dev/nothing',
          fstype: 'ext4',
          fstab: file,
          state: 'mounted' as const,
        }
        assert.is((await failure(() => applied(mount, broken, options))).code, 'E_MOUNT')
      } finally {
        for (const path of [memory.path, bound.path]) spawnSync('umount', [path])
      }
    }),
  )
}

test('mount: invalid parameters are refused at once', () => {
  const wrong: [params: object, expected: RegExp][] = [
    [{ path: '/data', state: 'mounted' }, /expected src and fstype/],
    [{ path: 'data', src: 'x', fstype: 'xfs', state: 'mounted' }, /path: /],
    [{ path: '/', src: 'x', fstype: 'xfs', state: 'mounted' }, /other than \//],
    [{ path: 'none', src: 'x', fstype: 'xfs', state: 'mounted' }, /'none' only with/],
    [{ path: '/swap', src: 'x', fstype: 'swap', state: 'mounted' }, /'none' for swap/],
    [{ ...params, state: 'mounted', opts: 'a b' }, /options with commas/],
    [{ ...params, state: 'remounted' }, /state: /],
  ]
  for (const [each, expected] of wrong) assert.throws(() => mount(each as never), expected)
})

test.run()
