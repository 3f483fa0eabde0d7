// Tests reboot over a real sshd that plays a host going down and coming back.

import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from '#test'
import * as assert from 'uvu/assert'
import type { PlaybookError } from '../../../src/index.ts'
import { planned } from '../../../src/testing/index.ts'
import { reboot } from '../../../tasks/system/reboot.ts'
import { shell } from '../../../tasks/system/shell.ts'
import { type Ran, type RunSettings, runTasks } from '../../engine/harness.ts'
import { settingsFor } from '../../transport/settings.ts'
import { type Sshd, sshdMissing, startSshd } from '../../transport/sshd.ts'
import { failure, inFolder, looked } from '../apply.ts'

const missing = sshdMissing()
const test = suite(missing ? `reboot: partly skipped, ${missing}` : 'reboot')
const it = missing ? test.skip : test

const plans: readonly [
  title: string,
  params: Parameters<typeof reboot>[0],
  reasons: string[],
  from?: string,
][] = [
  ['it acts each time', {}, [], 'up'],
  ['only if required, and it is not', { onlyIfRequired: true }, []],
  [
    'only if required, with the reasons',
    { onlyIfRequired: true },
    ['linux-image', 'libc6'],
    'up, to be restarted: linux-image, libc6',
  ],
]
for (const [title, params, reasons, from] of plans) {
  test(title, () => {
    const { changes } = planned(reboot, params, { reasons })
    assert.equal(changes, from === undefined ? [] : [{ what: 'host', from, to: 'restarted' }])
  })
}

const hosts: readonly [title: string, programs: Record<string, string>, from: string | undefined][] = [
  [
    'needs-restarting names what was updated',
    {
      'needs-restarting':
        'printf "Core libraries or services have been updated since boot-up:\\n  * kernel\\n  * glibc\\n\\nReboot is required to fully utilize these updates.\\n"; exit 1',
    },
    'up, to be restarted: kernel, glibc',
  ],
  [
    'needs-restarting needs nothing',
    { 'needs-restarting': 'echo "Reboot should not be necessary."' },
    undefined,
  ],
  [
    'dnf has it as a command',
    { dnf: 'echo "Reboot is required to fully utilize these updates."; exit 1' },
    'up, to be restarted: it says so',
  ],
]
for (const [title, programs, from] of hosts) {
  test(title, () =>
    inFolder(async (folder) => {
      const changes = await looked(reboot, { onlyIfRequired: true }, { path: withPrograms(folder, programs) })
      assert.is(changes[0]?.from, from)
    }),
  )
}

test('a host that cannot tell says so', () =>
  inFolder(async (folder) => {
    const dnf = 'echo "No such command: needs-restarting." >&2; exit 1'
    const options = { path: withPrograms(folder, { dnf }) }
    const error = await failure(() => looked(reboot, { onlyIfRequired: true }, options))
    assert.is(error.code, 'E_REBOOT')
    assert.match(error.details.join('\n'), /No such command/)
  }))

/** A PATH on which there are these programs and what every host has. */
function withPrograms(folder: string, programs: Record<string, string>): string {
  const usual = { sed: 'exec /bin/sed "$@"' }
  for (const [name, body] of Object.entries({ ...usual, ...programs })) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`)
    chmodSync(join(folder, name), 0o755)
  }
  return folder
}

/** Shell text that cuts all of this sshd's connections without a word. */
const cut = (sshd: Sshd) => `kill -9 $(cat /proc/$(cat ${sshd.folder}/pid)/task/*/children)`
/** Likewise, and nobody answers any more. */
const die = ({ folder }: Sshd) =>
  `pid=$(cat ${folder}/pid); children=$(cat /proc/$pid/task/*/children); kill $pid; kill -9 $children`
const nextBoot = (sshd: Sshd) => `echo next >${sshd.folder}/boot`
const bootTimeCommand = (sshd: Sshd) => `cat ${sshd.folder}/boot`

async function restarting(
  params: (sshd: Sshd) => Parameters<typeof reboot>[0],
  more: (sshd: Sshd) => RunSettings = () => ({}),
): Promise<Ran & { readonly seconds: number }> {
  const sshd = await startSshd()
  try {
    writeFileSync(join(sshd.folder, 'boot'), 'first\n')
    const tasks = [reboot(params(sshd)), shell({ script: 'echo on' }, { title: 'goes on' })]
    const startedAt = performance.now()
    const ran = await runTasks(tasks, { settingsOf: () => settingsFor(sshd), ...more(sshd) })
    return { ...ran, seconds: (performance.now() - startedAt) / 1000 }
  } finally {
    await sshd.stop()
  }
}

it('the connection breaks, the host is back as another boot, and the host goes on', async () => {
  const { story, recap } = await restarting((sshd) => ({
    rebootCommand: `${nextBoot(sshd)}; ${cut(sshd)}`,
    bootTimeCommand: bootTimeCommand(sshd),
    postRebootDelay: 0.1,
  }))
  assert.equal(story, ['one: changed reboot', 'one: changed goes on'])
  assert.is(recap.hosts[0]!.counts.unreachable, 0)
})

it('it comes back twice: what lets us in before it has gone does not count', async () => {
  const { story } = await restarting((sshd) => ({
    rebootCommand: `(sleep 1.5; ${nextBoot(sshd)}; ${cut(sshd)}) >/dev/null 2>&1 </dev/null & `,
    bootTimeCommand: bootTimeCommand(sshd),
  }))
  assert.equal(story, ['one: changed reboot', 'one: changed goes on'])
})

it('the usual evidence is that of a host which is up', async () => {
  const { story, events } = await restarting(() => ({ rebootCommand: 'true', rebootTimeout: 1 }))
  assert.equal(story, ['one: failed reboot'])
  assert.match(failed(events).message, /^one was not restarted: after \d s it is still up\.$/)
})

type Failure = {
  readonly title: string
  readonly params: (sshd: Sshd) => Parameters<typeof reboot>[0]
  readonly status: 'failed' | 'unreachable'
  readonly code: string
  readonly says: RegExp
}

const failures: readonly Failure[] = [
  {
    title: 'a command that refuses',
    params: () => ({ rebootCommand: 'echo "must be root" >&2; exit 1' }),
    status: 'failed',
    code: 'E_REBOOT',
    says: /exit code 1.*must be root.*become: true/s,
  },
  {
    title: 'no evidence of the boot',
    params: () => ({ bootTimeCommand: 'echo gone >&2; exit 4' }),
    status: 'failed',
    code: 'E_REBOOT',
    says: /bootTimeCommand.*exit code 4/s,
  },
  {
    title: 'a test that does not succeed',
    params: (sshd) => ({
      rebootCommand: `${nextBoot(sshd)}; ${cut(sshd)}`,
      bootTimeCommand: bootTimeCommand(sshd),
      testCommand: 'echo degraded; exit 3',
      rebootTimeout: 2,
    }),
    status: 'failed',
    code: 'E_REBOOT_TIMEOUT',
    says: /was restarted, and after \d s its test still fails \(exit code 3\).*degraded/s,
  },
  {
    title: 'a host that stays away',
    params: (sshd) => ({
      rebootCommand: die(sshd),
      rebootTimeout: 2,
    }),
    status: 'unreachable',
    code: 'E_REBOOT_TIMEOUT',
    says: /has not come back: waited for [23] s\..*refused the connection.*rebootTimeout \(2\)/s,
  },
]

for (const { title, params, status, code, says } of failures) {
  it(`${title}: ${status}, ${code}`, async () => {
    const { story, events, seconds } = await restarting(params)
    assert.equal(story, [`one: ${status} reboot`])
    const error = failed(events)
    assert.is(error.code, code)
    assert.match([error.message, ...error.details, error.hint].join('\n'), says)
    assert.ok(seconds < 15, `took ${seconds} s`)
  })
}

it('Ctrl-C ends the waiting at once', async () => {
  const stop = new AbortController()
  const { recap, seconds } = await restarting(
    (sshd) => ({ rebootCommand: die(sshd), rebootTimeout: 60 }),
    () => ({
      signal: stop.signal,
      onEvent: ({ kind }) => {
        if (kind === 'taskStart') setTimeout(() => stop.abort(), 2000)
      },
    }),
  )
  assert.ok(recap.isInterrupted)
  assert.ok(seconds < 8, `took ${seconds} s`)
})

it('a dry run tells it, and restarts nothing', async () => {
  const { story, events } = await restarting(
    () => ({ rebootCommand: 'exit 9' }),
    () => ({ isCheck: true }),
  )
  assert.is(story[0], 'one: changed reboot')
  assert.not.ok(events.some((event) => event.kind === 'command' && event.isStep))
})

test('this machine itself is not restarted', async () => {
  const { events } = await runTasks([reboot({ rebootCommand: 'exit 9' })])
  assert.is(failed(events).code, 'E_REBOOT_LOCAL')
})

function failed(events: Ran['events']): PlaybookError {
  const error = events.flatMap((event) => (event.kind === 'taskEnd' && event.result.error) || [])[0]
  if (!error) throw new Error('No task failed.')
  return error
}

test.run()
