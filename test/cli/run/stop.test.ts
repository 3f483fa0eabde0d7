// Tests that signals stop a run and its processes within two seconds.

import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { type Sshd, sshdMissing, startSshd } from '../../transport/sshd.ts'
import { cliSite, twoHosts } from '../command.ts'

/** A time to sleep by which this test's processes are known from all others. */
const seconds = `${1000 + process.pid}.125`

const nap = (before: string) => `const nap = defineTask({
  name: 'nap',
  summary: 'Sleeps.',
  params: z.strictObject({}),
  verify: false,
  probe: () => ({}),
  plan: () => [
    { what: 'sleep', from: 'awake', to: 'rested', steps: [run(sh\`${before}touch \${process.cwd()}/begun; sleep ${seconds}; sleep ${seconds}\`)] },
  ],
})
export default definePlay({ name: 'Nap', hosts: 'all', tasks: () => [nap({})] })
`

const site = cliSite({
  'inventory.yaml': twoHosts,
  'long.ts': `import { definePlay, defineTask, run, sh, z } from 'run-playbook'

${nap('')}`,
  'deaf.ts': `import { definePlay, defineTask, run, sh, z } from 'run-playbook'

${nap("trap '' TERM; ")}`,
  'facts.ts': `import { definePlay, sh, stdout } from 'run-playbook'
export default definePlay({
  name: 'Facts',
  hosts: 'all',
  facts: { word: stdout(sh\`touch \${process.cwd()}/begun; sleep ${seconds}\`) },
  tasks: ({ facts }) => (facts.word ? [] : []),
})
`,
})
test.after(() => site.remove())

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  test(`${signal}: reported, hosts listed, exit code 130 within two seconds, nothing left behind`, async () => {
    await interrupted(signal, ['long', '-i', 'inventory.yaml'], ['one', 'two'])
  })
}

test('Ctrl-C on jsonl output: an event', async () => {
  const stdout = await interrupted('SIGINT', ['long', '-i', 'inventory.yaml', '--output', 'jsonl'], [])
  const events = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const stopped = events.find(({ event }) => event === 'interrupted')
  assert.equal(stopped.running.map(({ host }: { host: string }) => host).sort(), ['one', 'two'])
  assert.is(events.at(-1).isInterrupted, true)
})

test('SIGTERM while facts are read: no host is called unreachable for it', async () => {
  const stdout = await interrupted('SIGTERM', ['facts.ts', '-i', 'inventory.yaml'], [])
  assert.match(stdout, /^Interrupted\. No step was running\.$/m)
  assert.match(stdout, /Interrupted during facts\./)
  assert.not.match(stdout, /unreachable|E_SHELL/i)
})

test('A second signal, such as npx passes on at once, keeps no step alive', async () => {
  const { child, ended } = site.start(['long', '-i', 'inventory.yaml'])
  await begun()
  child.kill('SIGINT')
  await new Promise((resolve) => setTimeout(resolve, 20))
  child.kill('SIGINT')
  assert.is((await ended).code, 130)
  await gone()
})

test('A step that ignores the signal is killed after the command has ended', async () => {
  await interrupted('SIGINT', ['deaf.ts', '-i', 'inventory.yaml'], ['one', 'two'])
})

const missing = sshdMissing()
const overSsh = missing ? test.skip : test
let sshd: Sshd | undefined
test.after(() => sshd?.stop())

overSsh(
  `Over SSH too${missing ? ` (skipped: ${missing})` : ''}: the process on the host is gone`,
  async () => {
    sshd = await startSshd()
    const args = `-F none -o UserKnownHostsFile=${sshd.knownHostsFile} -o GlobalKnownHostsFile=/dev/null -o IdentityAgent=none`
    const vars = {
      ansible_host: '127.0.0.1',
      ansible_port: sshd.port,
      ansible_user: 'root',
      ansible_private_key_file: sshd.keyFile,
      ansible_ssh_common_args: args,
    }
    site.write({ 'far.yaml': JSON.stringify({ all: { hosts: { far: vars } } }) })
    await interrupted('SIGINT', ['long', '-i', 'far.yaml'], ['far'])
  },
)

async function interrupted(signal: NodeJS.Signals, words: string[], hosts: string[]): Promise<string> {
  const { child, ended } = site.start(words)
  await begun()
  const startedAt = performance.now()
  child.kill(signal)
  const { code, stdout, stderr } = await ended
  const durationMs = performance.now() - startedAt
  assert.is(code, 130, stdout + stderr)
  assert.ok(durationMs < 4000, `${durationMs} ms`) // less than two seconds on an idle machine
  if (hosts.length > 0)
    assert.match(stdout, new RegExp(`^Interrupted\\. A step was running on ${hosts.length} host`, 'm'))
  for (const host of hosts) assert.match(stdout, new RegExp(`^ +${host} +nap$`, 'm'))
  assert.not.match(stdout + stderr, /^\s+at /m)
  await gone()
  return stdout
}

/** Waits until the step runs. */
async function begun(): Promise<void> {
  const file = join(site.path, 'begun')
  for (let waits = 0; !existsSync(file) || sleepers() === 0; waits += 1) {
    if (waits > 400) throw new Error('The step did not begin.')
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  await new Promise((resolve) => setTimeout(resolve, 300))
  rmSync(file)
}

async function gone(): Promise<void> {
  for (let waits = 0; sleepers() > 0; waits += 1) {
    if (waits > 400) throw new Error('The step still runs.')
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}

/** How many processes sleep that long. */
function sleepers(): number {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.filter((pid) => commandLine(pid).startsWith(`sleep\0${seconds}\0`)).length
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

test.run()
