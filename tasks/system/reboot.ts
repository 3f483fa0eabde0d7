// The task reboot: restarts a host and waits until it is back.

import {
  call,
  defineTask,
  lastLines,
  type Output,
  output,
  PlaybookError,
  quote,
  type StepConnection,
  sh,
  shellText,
  splitLines,
  text,
  UnreachableError,
  z,
} from '../../src/index.ts'

/**
 * Restarts the host, waits until one can log in again, and proves that it has restarted: the output of
 * `bootTimeCommand` must have changed. The connection that breaks meanwhile does not make the host unreachable; a host
 * that does not come back is. As a handler it restarts the host once, at the end of the play.
 *
 * - `onlyIfRequired` (default false): only if the host says that it is required: /run/reboot-required (Debian, Ubuntu),
 *   or `needs-restarting -r` (dnf).
 * - `msg`: the message to users who are logged in. `preRebootDelay` (0): seconds between the message and the restart.
 * - `rebootTimeout` (600): seconds until it must be up again, `testCommand` included. `connectTimeout`: seconds that
 *   each attempt to log in may take; as for all connections (-T) if not given.
 * - `testCommand` (`whoami`): shell text that must end with exit code 0 before the host counts as back.
 *   It is tried again until it does, so `systemctl is-system-running` waits until all services have been started.
 * - `postRebootDelay` (0): seconds to wait then.
 * - `rebootCommand`: shell text in place of `shutdown -r now`.
 * - `bootTimeCommand`: shell text whose output differs from boot to boot. Without it: the kernel's boot id, and when
 *   process 1 was started: a container restarts without its kernel, and that of process 1 is always the same after
 *   the kernel's start.
 *
 * A local connection is refused: it would restart the machine that the run is made from. It acts each time.
 *
 * @throws PlaybookError E_REBOOT: the output of the command; E_REBOOT_LOCAL; E_REBOOT_TIMEOUT: it was not restarted, or
 *   `testCommand` does not succeed; UnreachableError E_REBOOT_TIMEOUT: it did not come back
 * @example reboot({ onlyIfRequired: true })
 * @example reboot({ rebootTimeout: 1200, testCommand: 'systemctl is-system-running' })
 *
 * Sources: ansible.builtin.reboot; proc(5); needs-restarting(1).
 */
export const reboot = defineTask({
  name: 'reboot',
  summary: 'Restarts the host, and waits until it is back.',
  ansible: { modules: ['reboot'] },
  params: z.strictObject({
    onlyIfRequired: z.boolean().default(false).describe('Only where the host itself says that it is needed.'),
    msg: z
      .string()
      .min(1)
      .default('Reboot initiated by run-playbook')
      .describe('The message to users who are logged in.'),
    preRebootDelay: seconds(0).describe('Seconds before the restart, after the message.'),
    postRebootDelay: seconds(0).describe('Seconds to wait once it is back.'),
    rebootTimeout: z.number().positive().default(600).describe('Seconds until it must be back.'),
    connectTimeout: z.number().positive().optional().describe('Seconds that an attempt to log in may take.'),
    testCommand: z.string().min(1).default('whoami').describe('Shell text that succeeds once it is back.'),
    rebootCommand: z.string().min(1).optional().describe('Shell text in place of `shutdown -r now`.'),
    bootTimeCommand: z
      .string()
      .min(1)
      .default(`cat /proc/sys/kernel/random/boot_id; sed 's/^.*) //' /proc/1/stat | cut -d ' ' -f 20`)
      .describe('Shell text whose output differs from boot to boot.'),
  }),
  needs: { root: true },
  probe: ({ onlyIfRequired }) => ({ reasons: onlyIfRequired ? required : noProbe }),
  plan: (params, { reasons }) => {
    if (params.onlyIfRequired && reasons.length === 0) return []
    const why = reasons.length > 0 ? `: ${reasons.join(', ')}` : ''
    return [
      {
        what: 'host',
        from: `up${params.onlyIfRequired ? `, to be restarted${why}` : ''}`,
        to: 'restarted',
        steps: [call('restart', (connection) => restart(connection, params))],
        effects: [{ tree: '/run' }, { state: 'units' }, { state: 'processes' }, { state: 'listening' }],
      },
    ]
  },
  verify: false,
})

type Params = {
  readonly msg: string
  readonly preRebootDelay: number
  readonly postRebootDelay: number
  readonly rebootTimeout: number
  readonly connectTimeout?: number | undefined
  readonly testCommand: string
  readonly rebootCommand?: string | undefined
  readonly bootTimeCommand: string
}

function seconds(otherwise: number) {
  return z.number().min(0).default(otherwise)
}

const noProbe = output(sh`:`, (): readonly string[] => [], { reads: [] })

/** Why the host wants to be restarted, as words; none where it does not. */
const required = output(
  shellText(`if [ -e /run/reboot-required ]; then
  echo required; cat /run/reboot-required.pkgs 2>/dev/null; exit 0
fi
command -v dpkg >/dev/null && exit 0
if command -v needs-restarting >/dev/null; then output=$(needs-restarting -r)
elif command -v dnf >/dev/null; then output=$(dnf -q needs-restarting -r)
else exit 3
fi
case $output in
  *'eboot is required'*) echo required; printf '%s\\n' "$output" | sed -n 's/^ *\\* //p' ;;
  *'eboot should not be'*) ;;
  *) exit 3 ;;
esac`),
  (result): readonly string[] => {
    if (result.code !== 0) throw unanswerable(result)
    const [first, ...packages] = splitLines(text(result))
    if (first === undefined) return []
    return packages.length > 0 ? [...new Set(packages)] : ['it says so']
  },
  { reads: ['/run/reboot-required', 'packages'] },
)

function unanswerable(result: Output): PlaybookError {
  return new PlaybookError('E_REBOOT', 'Nothing on this host tells whether a restart is required.', {
    details: lastLines(result),
    hint: 'Install needs-restarting (dnf-utils), or decide by `when` and leave onlyIfRequired out.',
  })
}

async function restart(connection: StepConnection, params: Params): Promise<void> {
  if (connection.isLocal) throw local(connection)
  const before = await bootOf(connection, params)
  await goDown(connection, params)
  const clock = stopwatch(params.rebootTimeout)
  await comeBack(connection, params, before, clock)
  connection.progress(`is back after ${Math.round(clock.passed())} s`)
  if (params.postRebootDelay > 0) await connection.run(sh`sleep ${params.postRebootDelay}`)
}

function local({ host }: StepConnection): PlaybookError {
  return new PlaybookError('E_REBOOT_LOCAL', `${host} is this machine itself, which is not restarted.`, {
    hint: 'Leave it out of the hosts of the play, or reach it by ssh.',
  })
}

async function bootOf(connection: StepConnection, { bootTimeCommand }: Params): Promise<string> {
  const result = await connection.run(shellText(bootTimeCommand))
  const boot = text(result).trim()
  if (result.code === 0 && boot !== '') return boot
  throw new PlaybookError('E_REBOOT', `bootTimeCommand printed nothing (exit code ${result.code}).`, {
    details: [bootTimeCommand, ...lastLines(result)],
  })
}

/** Exit codes of a command that the restart itself has ended: SIGHUP, SIGKILL, SIGTERM. */
const endedByIt = [129, 137, 143]

async function goDown(connection: StepConnection, params: Params): Promise<void> {
  const { msg, preRebootDelay, rebootCommand = `shutdown -r now ${quote(msg)}` } = params
  const announce = sh`command -v wall >/dev/null && echo ${msg} | wall; sleep ${preRebootDelay}`
  if (preRebootDelay > 0) await connection.run(announce)
  connection.progress('restarting')
  const result = await connection.run(shellText(rebootCommand)).catch(brokenOff)
  if (!result || result.code === 0 || endedByIt.includes(result.code)) return
  throw new PlaybookError('E_REBOOT', `The restart failed (exit code ${result.code}): ${rebootCommand}`, {
    details: lastLines(result),
    hint: 'Root is required: become: true. Another way to restart is given as rebootCommand.',
  })
}

/** undefined: the connection broke, as it is meant to. */
function brokenOff(thrown: unknown): undefined {
  if (!(thrown instanceof UnreachableError)) throw thrown
}

/** Until it is another boot, and its test succeeds. */
async function comeBack(
  connection: StepConnection,
  params: Params,
  before: string,
  clock: Stopwatch,
): Promise<void> {
  let seen: Seen = { isOtherBoot: false }
  for (;;) {
    await connectAgain(connection, params, clock)
    seen = (await look(connection, params, before).catch(brokenOff)) ?? seen
    if (seen.isOtherBoot && seen.tested?.code === 0) return
    if (clock.left() <= 0) throw notBack(connection, params, clock, seen)
    await connection.run(sh`sleep 1`).catch(brokenOff)
  }
}

/** What was seen of the host last. */
type Seen = { readonly isOtherBoot: boolean; readonly tested?: Output }

async function look(connection: StepConnection, params: Params, before: string): Promise<Seen> {
  if ((await bootOf(connection, params)) === before) return { isOtherBoot: false }
  return { isOtherBoot: true, tested: await connection.run(shellText(params.testCommand)) }
}

async function connectAgain(
  connection: StepConnection,
  { connectTimeout, rebootTimeout }: Params,
  clock: Stopwatch,
): Promise<void> {
  const timeout = Math.max(clock.left(), 0)
  await connection.reconnect({ timeout, connectTimeout }).catch((thrown) => {
    if (!(thrown instanceof UnreachableError) || clock.left() > 0) throw thrown
    const waited = `${Math.round(clock.passed())} s`
    const message = `${connection.host} was restarted and has not come back: waited for ${waited}.`
    throw new UnreachableError('E_REBOOT_TIMEOUT', message, 'connect', {
      details: [thrown.message, ...thrown.details],
      hint: `Look at its console. If it only takes longer, raise rebootTimeout (${rebootTimeout}).`,
      cause: thrown,
    })
  })
}

function notBack(
  { host }: StepConnection,
  { rebootCommand, testCommand }: Params,
  clock: Stopwatch,
  { isOtherBoot, tested }: Seen,
): PlaybookError {
  const waited = `after ${Math.round(clock.passed())} s`
  if (!isOtherBoot) {
    return new PlaybookError('E_REBOOT_TIMEOUT', `${host} was not restarted: ${waited} it is still up.`, {
      hint: rebootCommand
        ? `Does it restart the host: ${rebootCommand}?`
        : 'Does something delay its shutdown?',
    })
  }
  const code = tested?.code ?? 'none'
  return new PlaybookError(
    'E_REBOOT_TIMEOUT',
    `${host} was restarted, and ${waited} its test still fails (exit code ${code}): ${testCommand}`,
    { details: tested ? lastLines(tested) : [] },
  )
}

type Stopwatch = { readonly passed: () => number; readonly left: () => number }

function stopwatch(limitSeconds: number): Stopwatch {
  const startedAt = performance.now()
  const passed = () => (performance.now() - startedAt) / 1000
  return { passed, left: () => limitSeconds - passed() }
}
