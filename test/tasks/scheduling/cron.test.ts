// The task cron: what it makes of crontabs, and what it installs by crontab and in cron.d.

import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { secret } from '../../../src/index.ts'
import { cron } from '../../../tasks/scheduling/cron.ts'
import { editCrontab } from '../../../tasks/scheduling/crontab.ts'
import { applied, failure, inFolder, looked, shells } from '../apply.ts'

type Params = Parameters<typeof cron>[0]

/** A crontab that keeps its files in a folder, as cronie's does. */
function withCrontab(base: string): string {
  mkdirSync(`${base}/bin`)
  mkdirSync(`${base}/spool`)
  const script = `#!/bin/sh
user=self
[ "$1" != -u ] || { user=$2; shift 2; }
[ "$user" != nobody-here ] || { echo "crontab:  user \\\`$user' unknown" >&2; exit 1; }
case $1 in
  -l) [ -e "${base}/spool/$user" ] || { echo "no crontab for $user" >&2; exit 1; }; cat "${base}/spool/$user" ;;
  -r) rm "${base}/spool/$user" ;;
  -) cat >"${base}/new"; if grep -q bad "${base}/new"; then echo "errors in crontab file, can't install." >&2; exit 1; fi; mv "${base}/new" "${base}/spool/$user" ;;
esac
`
  writeFileSync(`${base}/bin/crontab`, script)
  chmodSync(`${base}/bin/crontab`, 0o755)
  return `${base}/bin:${process.env.PATH}`
}

const entry = { name: 'a', isVariable: false }
const variable = { name: 'A', isVariable: true }
const edits: [title: string, before: string, entry: object, after: string][] = [
  ['the first job', '', { ...entry, line: '* * * * * x' }, '#Ansible: a\n* * * * * x\n'],
  [
    'a job after others, whose bytes stay',
    '# mine\n\n0 1 * * *\t/x  % y',
    { ...entry, line: '@daily x' },
    '# mine\n\n0 1 * * *\t/x  % y\n#Ansible: a\n@daily x\n',
  ],
  ['another line', '#Ansible: a\nold\nrest\n', { ...entry, line: 'new' }, '#Ansible: a\nnew\nrest\n'],
  ['the same line', '#Ansible: a\nold\n', { ...entry, line: 'old' }, '#Ansible: a\nold\n'],
  ['the same job without a marker', 'x\nold\n', { ...entry, line: 'old' }, 'x\n#Ansible: a\nold\n'],
  [
    'the same job with the marker of another',
    '#Ansible: b\nold\n',
    { ...entry, line: 'old' },
    '#Ansible: b\nold\n#Ansible: a\nold\n',
  ],
  [
    'a marker alone',
    '#Ansible: a\n#Ansible: b\nx\n',
    { ...entry, line: 'y' },
    '#Ansible: a\ny\n#Ansible: b\nx\n',
  ],
  ['a job twice', '#Ansible: a\nx\nz\n#Ansible: a\ny\n', { ...entry, line: 'x' }, '#Ansible: a\nx\nz\n'],
  ['no job', 'x\n#Ansible: a\nold\ny\n', entry, 'x\ny\n'],
  ['no job that is not there', 'x\n', entry, 'x\n'],
  ['the last job', '#Ansible: a\nold\n', entry, ''],
  ['a name within another', '#Ansible: ab\nold\n', entry, '#Ansible: ab\nold\n'],
  ['a new variable', 'x\n', { ...variable, line: 'A="1"' }, 'A="1"\nx\n'],
  ['another value', 'B=1\nA = 0\nx\n', { ...variable, line: 'A="1"' }, 'B=1\nA="1"\nx\n'],
  ['a variable after another', 'B=1\nx\n', { ...variable, line: 'A="1"', after: 'B' }, 'B=1\nA="1"\nx\n'],
  [
    'a variable before another',
    'C=0\nB=1\n',
    { ...variable, line: 'A="1"', before: 'B' },
    'C=0\nA="1"\nB=1\n',
  ],
  ['no variable', 'A=1\nx A=2\n', variable, 'x A=2\n'],
]

test('cron: texts of crontabs', () => {
  for (const [title, before, desired, after] of edits) {
    const edited = editCrontab(before, desired as typeof entry)
    assert.is(edited.text, after, title)
    assert.is(edited.isChanged, before !== after, title)
    const again = editCrontab(edited.text, desired as typeof entry)
    assert.not.ok(again.isChanged, `${title}, again`)
  }
})

// The shell of busybox would take the crontab of busybox.
for (const shell of shells.filter(([program]) => program !== 'busybox')) {
  test(`cron: the crontab of a user (${shell.join(' ')})`, () =>
    inFolder(async (base) => {
      const options = { shell, path: withCrontab(base) }
      const crontab = (user = 'self') => readFileSync(`${base}/spool/${user}`, 'utf8')
      const set = async (params: Params) => {
        const { changes, again } = await applied(cron, params, options)
        assert.equal(again, [])
        return changes.map(({ what, from, to }) => `${what}: ${from} → ${to}`)
      }
      const job = { name: 'backup', job: "echo '100\\%' é", hour: '*/6', weekday: 'mon-fri' }
      assert.equal(await set(job), ["crontab: backup: absent → * */6 * * mon-fri echo '100\\%' é"])
      assert.is(crontab(), "#Ansible: backup\n* */6 * * mon-fri echo '100\\%' é\n")
      await set({ ...job, disabled: true, user: 'app', minute: 5 })
      assert.is(crontab('app'), "#Ansible: backup\n#5 */6 * * mon-fri echo '100\\%' é\n")
      await set({ name: 'MAILTO', env: true, job: '', user: 'app' } as never).catch(() => {})
      await set({ name: 'MAILTO', env: true, job: 'ops', user: 'app' })
      assert.match(crontab('app'), /^MAILTO="ops"\n#Ansible: backup\n/)
      await set({ name: 'start', job: 'x', specialTime: 'reboot' })
      assert.match(crontab(), /#Ansible: start\n@reboot x\n$/)
      await set({ name: 'start', state: 'absent' })
      await set({ name: 'backup', state: 'absent' })
      assert.not.ok(existsSync(`${base}/spool/self`), 'without a job left the crontab goes')
      assert.equal(await looked(cron, { name: 'backup', state: 'absent' }, options), [])
    }))
}

test('cron: bytes of others stay, and what another program wrote is not lost', () =>
  inFolder(async (base) => {
    const options = { path: withCrontab(base) }
    const latin1 = Buffer.from('# caf\xe9\n', 'latin1')
    writeFileSync(`${base}/spool/self`, latin1)
    const [change] = await looked(cron, { name: 'a', job: 'x' }, options)
    assert.is(change!.diff!.after.split('\n')[1], '#Ansible: a')
    await applied(cron, { name: 'a', job: 'x', backup: true }, options)
    assert.equal(
      readFileSync(`${base}/spool/self`),
      Buffer.concat([latin1, Buffer.from('#Ansible: a\n* * * * * x\n')]),
    )
    writeFileSync(`${base}/crontab`, readFileSync(`${base}/bin/crontab`))
    const meddling = `#!/bin/sh\n[ "$1" != -l ] || echo "0 0 * * * theirs" >>'${base}/spool/self'\nexec sh '${base}/crontab' "$@"\n`
    writeFileSync(`${base}/bin/crontab`, meddling)
    const error = await failure(() => applied(cron, { name: 'b', job: 'y' }, options))
    assert.is(error.code, 'E_CHANGED_MEANWHILE')
    assert.match(readFileSync(`${base}/spool/self`, 'utf8'), 'theirs')
  }))

test('cron: a file of cron.d names the user', () =>
  inFolder(async (base) => {
    const cronFile = `${base}/app`
    const params = { name: 'a', job: 'x', user: 'app', hour: 3, minute: 0, cronFile }
    assert.equal((await applied(cron, params)).again, [])
    assert.equal((await applied(cron, { name: 'OPTS', env: true, job: 'a "b" c', cronFile })).again, [])
    assert.match(readFileSync(cronFile, 'utf8'), /^OPTS='a "b" c'$/m)
    assert.equal((await applied(cron, { name: 'OPTS', env: true, state: 'absent', cronFile })).again, [])
    assert.equal((await applied(cron, { name: 'PATH', env: true, job: '/bin', cronFile })).again, [])
    assert.is(readFileSync(cronFile, 'utf8'), 'PATH="/bin"\n#Ansible: a\n0 3 * * * app x\n')
    assert.is(statSync(cronFile).mode & 0o777, 0o644)
    await applied(cron, { ...params, hour: 4, backup: true })
    assert.is(readdirSync(base).length, 2)
    const [change] = await looked(cron, { ...params, hour: 5 })
    assert.is(`${change!.from} → ${change!.to}`, '0 4 * * * app x → 0 5 * * * app x')
    const absent = { name: 'a', cronFile: `${base}/none`, state: 'absent' as const }
    assert.equal(await looked(cron, absent), [])
    const error = await failure(() => looked(cron, { ...params, cronFile: `${base}/no/app` }))
    assert.is(error.code, 'E_NO_FOLDER')
  }))

test('cron: a secret is shown nowhere', () =>
  inFolder(async (base) => {
    const options = { path: withCrontab(base) }
    const job = secret('curl -u app:hunter2 x')
    for (const cronFile of [undefined, `${base}/app`]) {
      const changes = await looked(cron, { name: 'a', job, cronFile }, options)
      const shown = changes.map(({ steps: _, effects: __, ...change }) => change)
      assert.not.match(JSON.stringify(shown), 'hunter2')
      assert.equal((await applied(cron, { name: 'a', job, cronFile }, options)).again, [])
    }
    assert.match(readFileSync(`${base}/spool/self`, 'utf8'), 'hunter2')
  }))

test('cron: what crontab refuses, an unknown user, and no crontab at all', () =>
  inFolder(async (base) => {
    const path = withCrontab(base)
    const job = { name: 'a', job: 'x' }
    const rows: [params: Params, path: string, code: string][] = [
      [{ ...job, job: 'bad' }, path, 'E_CRON'],
      [{ ...job, user: 'nobody-here' }, path, 'E_NO_ACCOUNT'],
      [job, '/nowhere:/usr/bin:/bin', 'E_TOOL'],
    ]
    for (const [params, path, code] of rows) {
      if (code === 'E_TOOL' && existsSync('/usr/bin/crontab')) continue
      assert.is((await failure(() => applied(cron, params, { path }))).code, code)
    }
  }))

const wrong: [title: string, params: object, expected: RegExp][] = [
  ['no job', { name: 'a' }, /job: expected the command/],
  ['a job of two lines', { name: 'a', job: 'x\ny' }, /job: expected one line/],
  ['a minute that is none', { name: 'a', job: 'x', minute: 60 }, /minute: expected a minute/],
  ['a word', { name: 'a', job: 'x', weekday: 'funday' }, /weekday: expected a day of the week/],
  ['a step of nothing', { name: 'a', job: 'x', hour: '*/0' }, /hour: expected an hour|hour: expected a hour/],
  ['two fields in one', { name: 'a', job: 'x', hour: '1 2' }, /hour: expected/],
  [
    'a special time with a minute',
    { name: 'a', job: 'x', minute: 1, specialTime: 'daily' },
    /no minute, hour/,
  ],
  ['a file with a dot', { name: 'a', job: 'x', cronFile: 'my.app' }, /without dots/],
  ['a value that no quotes hold', { name: 'A', job: `a "b" 'c'`, env: true }, /cron has no escape/],
  ['a variable with a wrong name', { name: 'a b', job: 'x', env: true }, /name of a variable/],
  ['a place of a job', { name: 'a', job: 'x', insertafter: 'B' }, /are for variables/],
]

test('cron: invalid parameters are refused at once', () => {
  for (const [title, params, expected] of wrong) assert.throws(() => cron(params as Params), expected, title)
  for (const minute of ['*', 0, '*/5', '1,2,30-40/2', '59']) cron({ name: 'a', job: 'x', minute })
  for (const month of ['jan', 'JAN-mar', 12]) cron({ name: 'a', job: 'x', month })
})

test.run()
