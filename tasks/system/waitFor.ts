// The task waitFor: waits for a port, a path or a command.

import {
  absolutePath,
  type Command,
  defineTask,
  type Output,
  output,
  PlaybookError,
  quote,
  run,
  sh,
  shellText,
  splitLines,
  text,
  z,
} from '../../src/index.ts'
import { isLoopback } from '../params/loopback.ts'

/**
 * Waits until a port listens or is open, a path exists or contains a text, or a command succeeds; or until that is no
 * longer so. If it is so already, nothing is done. The host itself does the waiting.
 *
 * - `port` alone: something on the host listens there, on any address (read from /proc/net/tcp and tcp6, so without any
 *   tool and without connecting). A listening port does not prove that it serves: see `httpCheck`.
 * - `port` and `host`: a TCP connection from the host to there is accepted; by bash's /dev/tcp, or by curl if there is
 *   no bash (as an FTP client, which waits for the server to speak first).
 * - `path`, and `contains`: a file that contains a text.
 * - `command`: shell text that ends with exit code 0.
 * - `state`: `started` or `present` (default, and the same), `stopped` or `absent`.
 * - `timeout`: seconds (120); `interval`: seconds between two checks (1).
 *
 * @throws PlaybookError E_TIMEOUT, with what was seen last
 * @example waitFor({ port: 8080, timeout: 60 })
 * @example waitFor({ host: '10.98.0.12', port: 4000 })
 */
export const waitFor = defineTask({
  name: 'waitFor',
  summary: 'Waits until a port listens, a path exists or a command succeeds, or no longer does.',
  ansible: { modules: ['wait_for'] },
  params: z
    .strictObject({
      port: z.int().min(1).max(65535).optional().describe('TCP port.'),
      host: z
        .string()
        .regex(/^[\w.:%-]+$/, 'expected a host name or an address')
        .optional()
        .describe('Where to connect to; without it, the port must listen on the host itself.'),
      path: absolutePath.optional().describe('Path on the host.'),
      contains: z.string().min(1).optional().describe('Text that the file must contain.'),
      command: z.string().min(1).optional().describe('Shell text that must end with exit code 0.'),
      state: z
        .enum(['started', 'present', 'stopped', 'absent'])
        .default('started')
        .describe('started and present: wait until it is so; stopped and absent: until it is not.'),
      timeout: z.number().positive().default(120).describe('Seconds after which to give up.'),
      interval: z.number().positive().default(1).describe('Seconds between two checks.'),
    })
    .refine(
      ({ port, path, command }) => [port, path, command].filter((each) => each !== undefined).length === 1,
      'expected exactly one of port, path and command',
    )
    .refine(({ host, port }) => host === undefined || port !== undefined, 'host needs a port')
    .refine(({ contains, path }) => contains === undefined || path !== undefined, 'contains needs a path'),
  title: (params) => `${subject(params)}${expectsTrue(params) ? '' : ` ${params.state}`}`,
  probe: (params) => ({
    isSo: output(lookOnce(params), (result) => parseLook(result, params), {
      ...reads(params),
      timeout: limit(params),
    }),
  }),
  plan: (params, { isSo }) => {
    if (isSo === expectsTrue(params)) return []
    const [no, yes] = words(params)
    const explained = { explain: (result: Output) => explain(result, params), timeout: limit(params) }
    return [
      {
        what: subject(params),
        from: isSo ? yes : no,
        to: isSo ? no : yes,
        steps: [run(lookAgain(params), explained)],
        effects: [],
      },
    ]
  },
  effects: () => [],
})

/** A check that hangs is killed: one that ends in time says more. */
function limit({ timeout }: WaitParams): number {
  return timeout + 1
}

type WaitParams = {
  readonly port?: number
  readonly host?: string
  readonly path?: string
  readonly contains?: string
  readonly command?: string
  readonly state: string
  readonly timeout: number
  readonly interval: number
}

function expectsTrue({ state }: WaitParams): boolean {
  return state === 'started' || state === 'present'
}

function subject({ port, host, path, command }: WaitParams): string {
  if (port !== undefined) return host === undefined ? `port ${port}` : `port ${port} of ${host}`
  return path ?? command!
}

/** The words for it when it is not so, and when it is. */
function words({ port, host, path, contains }: WaitParams): readonly [string, string] {
  if (port !== undefined) return host === undefined ? ['not listening', 'listening'] : ['closed', 'open']
  if (path === undefined) return ['failing', 'succeeding']
  return contains === undefined ? ['absent', 'present'] : [`without "${contains}"`, `with "${contains}"`]
}

/** A command may read anything. */
function reads({ host, port, path }: WaitParams): { readonly reads?: readonly string[] } {
  if (port !== undefined)
    return { reads: host === undefined || isLoopback(host) ? ['listening'] : ['listening', 'elsewhere'] }
  return path === undefined ? {} : { reads: [path] }
}

/** All listening sockets, the same words for every port; otherwise `= 0` or `= 1`. */
function lookOnce(params: WaitParams): Command {
  if (isListening(params))
    return shellText(`grep -hsE '${listening('[0-9A-F]{4}')}' /proc/net/tcp /proc/net/tcp6\nexit 0`)
  return shellText(`${look(params)}\nlook >/dev/null 2>&1; code=$?\necho "= $code"`)
}

function parseLook(result: Output, params: WaitParams): boolean {
  if (!isListening(params)) return text(result).trimEnd().endsWith('= 0')
  const hex = portHex(params.port!)
  return splitLines(text(result)).some((line) => new RegExp(listening(hex)).test(line))
}

function lookAgain(params: WaitParams): Command {
  const { timeout, interval } = params
  const condition = expectsTrue(params) ? '[ "$code" -eq 0 ]' : '[ "$code" -ne 0 ]'
  return shellText(`${look(params)}
now() { read -r up rest </proc/uptime; echo "\${up%.*}\${up#*.}"; }
begin=$(now)
while :; do
  seen=$( ( look ) 2>&1 ); code=$?
  passed=$(($(now) - begin))
  if ${condition}; then echo "after $((passed / 100)).$((passed / 10 % 10)) s"; exit 0; fi
  [ "$passed" -lt ${Math.round(timeout * 100)} ] || break
  sleep ${interval}
done
printf '%s\\n' "$seen" | tail -n 8
echo "exit code $code" >&2
exit 1`)
}

/** `look` succeeds when it is so. */
function look(params: WaitParams): string {
  const { port, host, path, contains, command } = params
  if (isListening(params)) {
    return `look() { grep -qsE '${listening(portHex(port!))}' /proc/net/tcp /proc/net/tcp6; }`
  }
  if (port !== undefined) return connectTo(host!, port)
  if (path === undefined) return `look() {\n( eval ${quote(command!)} )\n}`
  const test = contains === undefined ? '' : sh` && grep -qF -e ${contains} -- ${path}`.script
  return `look() { ${sh`[ -e ${path} ]`.script}${test}; }`
}

function connectTo(host: string, port: number): string {
  const url = `ftp://${host.includes(':') ? `[${host}]` : host}:${port}/`
  return sh`look() {
  if command -v bash >/dev/null 2>&1 && command -v timeout >/dev/null 2>&1; then
    timeout 5 bash -c 'exec 3<>"/dev/tcp/$0/$1"' ${host} ${port}
  elif command -v curl >/dev/null 2>&1; then
    output=$(curl -sS -o /dev/null --noproxy '*' -m 5 -w '= %{time_connect}' ${url} 2>&1)
    case $output in *'= 0.000000'*|*'= 0,000000'*) echo "$output"; return 1 ;; esac
  else
    echo "There is neither bash nor curl on this host to connect with."; return 127
  fi
}`.script
}

function isListening({ port, host }: WaitParams): boolean {
  return port !== undefined && host === undefined
}

/** A line of /proc/net/tcp or tcp6 of a socket that listens (state 0A): proc_net_tcp of the kernel's documentation. */
function listening(portPattern: string): string {
  return `^ *[0-9]+: [0-9A-F]+:${portPattern} [0-9A-F]+:0000 0A `
}

function portHex(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, '0')
}

function explain(result: Output, params: WaitParams): PlaybookError {
  const [no, yes] = words(params)
  const still = expectsTrue(params) ? no : yes
  const seen = splitLines(text(result).trim()).filter((line) => line.trim() !== '')
  const ended = params.command === undefined ? [] : splitLines(result.stderr.toString('utf8').trim())
  return new PlaybookError('E_TIMEOUT', `After ${params.timeout} s ${subject(params)} is still ${still}.`, {
    details: [...seen, ...ended],
  })
}
