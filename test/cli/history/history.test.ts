// Tests the history and report commands.

import {
  chmodSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join, relative } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { cliSite, twoHosts } from '../command.ts'
import { runHere } from '../inProcess.ts'

const site = cliSite({
  'inventory.yaml': twoHosts,
  'files.ts': `import { definePlay } from 'run-playbook'
import { command, copyFile } from 'run-playbook/tasks'
export default definePlay({
  name: 'Files',
  hosts: 'one',
  tasks: () => [
    copyFile({ dest: process.cwd() + '/out', content: 'hello\\n' }),
    command({ argv: ['false'] }, { tags: ['never', 'fail'] }),
  ],
})
`,
})
const empty = cliSite({ 'files/x': '' })
test.after(() => {
  site.remove()
  empty.remove()
})

const here = (args: string) => runHere(site.path, args.split(/\s+/).filter(Boolean))
const reported: string[] = []

test('the runs that are shown', async () => {
  for (const args of ['-C', '', '-t fail'])
    reported.push((await site.run(`files -i inventory.yaml ${args}`)).stdout)
  assert.match(reported[1]!, /1 changed/)
})

test('history lists the runs, the newest first', async () => {
  const { code, stdout, stderr } = await here('history')
  assert.equal([code, stderr], [0, ''])
  const lines = stdout.trimEnd().split('\n')
  const time = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`
  const end = String.raw` +[\d.]+ s +\S+@\S+ +\d{8}T\d{6}\.\d{3}Z-\d+$`
  assert.match(lines[0]!, new RegExp(`^${time}  files +1 host: 0 changed, 1 failed${end}`))
  assert.match(lines[1]!, new RegExp(`^${time}  files +1 host: 1 changed${end}`))
  assert.match(lines[2]!, new RegExp(`^${time}  files --check +1 host: 1 would change${end}`))
  assert.is((await here('history -n 1')).stdout.trimEnd().split('\n').length, 1)
})

const ids = async () =>
  (await here('history')).stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ +/).at(-1)!)

test('report shows a run as it was shown', async () => {
  const [failed = '', changed = '', checked = ''] = await ids()
  assert.equal(await here('report'), { code: 0, stdout: reported[2]!, stderr: '' })
  for (const [id, text] of [
    [failed, reported[2]],
    [changed, reported[1]],
    [checked, reported[0]],
  ] as const)
    assert.is((await here(`report ${id}`)).stdout, text)
  assert.is((await here(`report ${changed.slice(0, -3)}`)).stdout, reported[1])
})

test('report -D shows lines, -vv commands, that the run itself did not', async () => {
  const [, changed] = await ids()
  assert.match((await here(`report ${changed} -D`)).stdout, /^ +\+hello$/m)
  assert.not.match(reported[1]!, /\+hello/)
})

test('report --output jsonl has the times of the run', async () => {
  const [, changed = ''] = await ids()
  const records = (await here(`report ${changed} --output jsonl`)).stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.is(records[0].event, 'start')
  assert.is(records.at(-1).event, 'runEnd')
  const [, date, hours, minutes, seconds] = /^(\d{8})T(\d\d)(\d\d)([\d.]+)Z/.exec(changed)!
  const named = Date.parse(`${date!.replace(/(....)(..)(..)/, '$1-$2-$3')}T${hours}:${minutes}:${seconds}Z`)
  const laterMs = Date.parse(records[0].time) - named
  assert.ok(laterMs >= 0 && laterMs < 10_000, `${records[0].time} is not the time of ${changed}`)
})

test('a run that was killed has no end', async () => {
  const folder = join(site.path, '.run-playbook/runs')
  const [newest = ''] = readdirSync(folder).sort().reverse()
  const [first] = readFileSync(join(folder, newest), 'utf8').split('\n')
  writeFileSync(join(folder, '29990101T000000.000Z-1.jsonl'), `${first}\n`)
  assert.match((await here('history')).stdout, /^.* files +unfinished +\S+@\S+ +29990101T000000\.000Z-1\n/)
  const { code, stderr } = await here('report 2999')
  assert.equal([code, stderr], [0, 'No end was recorded: the run was killed or is still running.\n'])
})

test('where no run was made both say so', async () => {
  assert.equal(await runHere(empty.path, ['history']), {
    code: 0,
    stdout: '',
    stderr: 'No runs in this directory yet.\n',
  })
  const { code, stderr } = await runHere(empty.path, ['report'])
  assert.is(code, 1)
  assert.match(stderr, /^No runs in this directory yet\. {2}E_UNKNOWN_RUN\n/)
})

const refused: readonly [args: string, says: RegExp][] = [
  ['report 1999', /^No run "1999" in .*\. {2}E_UNKNOWN_RUN\n {4}List the runs with: run-playbook history/],
  ['report 2', /^No run "2" in [\s\S]*It matches /],
  [
    'report --output xml',
    /Allowed choices are auto, lines, jsonl, markdown, github, junit, html\. {2}E_USAGE/,
  ],
  ['history -n 0', /Expected a whole number above 0\. {2}E_USAGE/],
]

for (const [args, says] of refused) {
  test(`${args} is refused`, async () => {
    const { code, stdout, stderr } = await here(args)
    assert.equal([code, stdout], [1, ''])
    assert.match(stderr, says)
  })
}

test('defaults of runs are not those of reports', async () => {
  const { code } = await runHere(site.path, ['report'], { RUN_PLAYBOOK_OUTPUT: 'board' })
  assert.is(code, 0)
})

test('report --output junit and html: for CI, and for a browser', async () => {
  const [failed = ''] = (await ids()).slice(1)
  const junit = await here(`report ${failed} --output junit`)
  assert.equal([junit.code, junit.stderr], [0, ''])
  assert.match(
    junit.stdout,
    /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<testsuites name="run-playbook files" tests="1" failures="1"/,
  )
  assert.match(
    junit.stdout,
    /<testcase name="command false" classname="Files\.one" file="files\.ts" line="8"/,
  )
  const { code, stdout, stderr } = await here(`report ${failed} --output html`)
  assert.equal([code, stderr], [0, ''])
  assert.match(stdout, /^<!doctype html>[\s\S]*"title":"command false"[\s\S]*<\/html>\n$/)
})

test('--help of both', async () => {
  assert.match((await here('history --help')).stdout, /--last <number>/)
  assert.match((await here('report --help')).stdout, /--diff/)
})

const filters: readonly [flags: string, runs: number][] = [
  // With the one that was killed.
  ['', 4],
  ['--playbook files', 4],
  ['--playbook other', 0],
  ['--host one', 3],
  ['--host two', 0],
  ['--failed', 2],
  ['--since 1h', 4],
  ['--since 2099-01-01', 0],
  ['--path /out', 2],
  ['--host one --path /out', 2],
  ['--host two --path /out', 0],
  ['--path /out --failed', 0],
]

for (const [flags, count] of filters) {
  test(`history lists some runs: ${flags}`, async () => {
    const { code, stdout, stderr } = await here(`history ${flags}`)
    assert.equal([code, stderr], [0, count > 0 ? '' : 'No run in this directory matches.\n'])
    assert.is([...stdout.matchAll(/^\d{4}-/gm)].length, count)
    if (flags === '--path /out') assert.match(stdout, /\n {4}one {2}copyFile \S+\/out {3}absent → 6 bytes\n/)
  })
}

test('A day that is no day is refused', async () => {
  const { code, stderr } = await here('history --since yesterday')
  assert.is(code, 1)
  assert.match(stderr, /Expected a date such as 2026-03-14/)
})

test('report writes a file, in a format for CI, of some hosts', async () => {
  const [, failed = ''] = await ids()
  const { code, stdout } = await here(`report ${failed} --output markdown -o summary.md`)
  assert.equal([code, stdout], [0, ''])
  assert.match(readFileSync(join(site.path, 'summary.md'), 'utf8'), /^### ❌ `run-playbook files`\n/)
  assert.match(
    (await here(`report ${failed} --output github`)).stdout,
    /^::error file=files\.ts,line=8,title=command false on one::/,
  )
  assert.match((await here(`report ${failed} --failed --changes-only -l o*`)).stdout, /^one {2}FAILED/m)
  assert.match((await here(`report ${failed} -l two`)).stderr, /^No host of this run matches\.\n$/)
  const refused = await here(`report ${failed} -o none/summary.md`)
  assert.is(refused.code, 1)
  assert.match(refused.stderr, /^The report cannot be written: .*E_OUTPUT_FILE\n/)
})

test('history --compare says what differs, as text and as data', async () => {
  const [, failed = '', changed = ''] = await ids()
  const { code, stdout } = await here(`history --compare ${changed} ${failed}`)
  assert.is(code, 0)
  assert.match(stdout, /^files \S+ \S+ \(\S+\), compared with files \S+ \S+ \(\S+\)\n/)
  assert.match(stdout, /\n {2}1 host newly failed: one\n/)
  const data = JSON.parse((await here(`history --compare previous ${failed} --output json`)).stdout)
  assert.equal([data.before.run, data.after.run, data.hosts.failed], [changed, failed, ['one']])
  assert.match((await here(`history --compare ${changed} ${failed} x`)).stderr, /one run or two\. {2}E_USAGE/)
  assert.match(
    (await here(`history --compare 2020-01-01 ${failed}`)).stderr,
    /^No other run of files before 2020-01-01 00:00:00 came to its end\. {2}E_UNKNOWN_RUN\n/,
  )
})

test('report --since adds what differs from an earlier run; a page compares with the one before', async () => {
  const [, failed = '', changed = ''] = await ids()
  const since = `since \\S+ \\S+ \\(${changed.replaceAll('.', '\\.')}\\)\n[^]*  1 host newly failed: one\n`
  assert.match((await here(`report ${failed} --since previous`)).stdout, new RegExp(since))
  assert.match((await here(`report ${failed} --since ${changed}`)).stdout, new RegExp(since))
  assert.match(
    (await here(`report ${failed} --since ${changed} --output markdown`)).stdout,
    /\n#### Since .*\n\n[\s\S]*\n- `1 host newly failed/,
  )
  assert.match(
    (await here(`report ${failed} --output html`)).stdout,
    new RegExp(`"since":\\{"run":"${changed}"`),
  )
  assert.not.match((await here(`report ${changed} --output html`)).stdout, /"since":/)
  assert.match((await here(`report ${failed} --since ${changed} --output junit`)).stderr, /E_USAGE/)
})

test('history --output json lists runs as data', async () => {
  const runs = JSON.parse((await here('history --path /out --output json')).stdout)
  assert.is(runs.length, 2)
  assert.match(runs[0].changes[0].task, /^copyFile .*\/out$/)
  assert.equal(runs[0].changes[0].changes, [
    { what: runs[0].changes[0].changes[0].what, from: 'absent', to: '6 bytes' },
  ])
})

test('a file of a report is for its owner; one that is there keeps its mode, and a link stays one', async () => {
  const file = (name: string) => join(site.path, name)
  const modeOf = (name: string) => (statSync(file(name)).mode & 0o777).toString(8)
  await here('report --output html -o new.html')
  assert.is(modeOf('new.html'), '600')
  writeFileSync(file('old.md'), 'old', { mode: 0o644 })
  symlinkSync('old.md', file('link.md'))
  await here('report --output markdown -o link.md')
  assert.ok(lstatSync(file('link.md')).isSymbolicLink())
  assert.equal([modeOf('old.md'), readFileSync(file('old.md'), 'utf8').slice(0, 3)], ['644', '###'])
})

test('report --open opens a page in the browser, or says where it is', async () => {
  const opener = join(site.path, 'bin', process.platform === 'darwin' ? 'open' : 'xdg-open')
  const env = { PATH: `${join(site.path, 'bin')}:${process.env.PATH}` }
  site.write({ [relative(site.path, opener)]: `#!/bin/sh\necho "$1" > ${site.path}/opened\n` })
  chmodSync(opener, 0o755)
  const page = join(site.path, '.run-playbook/report.html')
  assert.is((await runHere(site.path, ['report', '--open'], env)).code, 0)
  assert.equal([readFileSync(join(site.path, 'opened'), 'utf8').trim(), existsSync(page)], [page, true])
  writeFileSync(opener, '#!/bin/sh\nexit 3\n')
  const { code, stderr } = await runHere(site.path, ['report', '--open'], env)
  assert.is(code, 1)
  assert.match(
    stderr,
    /^The report cannot be opened: \S+ ended with exit code 3\. {2}E_OPEN\n[\s\S]*report\.html/,
  )
  assert.match(
    (await here('report --open --output junit')).stderr,
    /^--open opens a page, not --output junit\. {2}E_USAGE/,
  )
})

test.run()
