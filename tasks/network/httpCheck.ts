// The task httpCheck: checks that a URL answers as expected, asked from the host.

import {
  type Command,
  defineTask,
  type Output,
  output,
  PlaybookError,
  run,
  sh,
  shellText,
  splitLines,
  text,
  z,
} from '../../src/index.ts'

/**
 * A URL answers with the right status and text. It is asked from the host, by curl, or by GNU wget where there is no
 * curl. Where it does not answer so, it is asked again for up to `within` seconds, `interval` (1) apart; a failure shows the
 * status, the first lines of the body, or why there was no connection.
 *
 * - `url`: http or https. `host`: the Host header, to ask for a virtual host. `headers`: further ones; they can be seen
 *   in the host's process list, so no secrets.
 * - `method`: GET if not given. It should change nothing: the URL is asked at least once a run.
 * - `status`: the status, or a list of them; 200 if not given. `contains`: a text that must be in the first 256 KiB.
 * - `timeout`: seconds for one answer (10). `within`: seconds to go on asking (0: once more, then fail).
 * - `followRedirects` (false), `insecure` (false; true takes any certificate).
 *
 * @throws PlaybookError E_HTTP; E_NO_HTTP_CLIENT where there is neither curl nor wget
 * @example httpCheck({ url: 'http://127.0.0.1/', host: 'ecs.test.co.kr', contains: 'It works', within: 30 })
 *
 * Sources: curl(1), wget(1).
 */
export const httpCheck = defineTask({
  name: 'httpCheck',
  summary:
    'Checks that a URL, asked from the host, answers with a status and a text; waits for it if told to.',
  params: z.strictObject({
    url: z
      .string()
      .regex(
        /^https?:\/\/[^\s/@]+(\/\S*)?$/,
        'expected a URL that begins with http:// or https://, without a password',
      )
      .describe('What to ask.'),
    host: z
      .string()
      .regex(/^[\w.:-]+$/, 'expected a host name')
      .optional()
      .describe('Host header, to ask for a virtual host.'),
    method: z
      .enum(['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'DELETE', 'TRACE'])
      .default('GET')
      .describe('HTTP method.'),
    headers: z
      .record(z.string().regex(/^[\w-]+$/, 'expected the name of a header'), z.string().regex(/^[^\r\n]*$/))
      .default({})
      .describe('Further headers of the request. No secrets: the host shows them in its process list.'),
    status: z
      .union([z.int().min(100).max(599), z.array(z.int().min(100).max(599)).min(1)])
      .transform((value) => [value].flat())
      .default([200])
      .describe('HTTP status, or statuses, that are right.'),
    contains: z.string().min(1).optional().describe('Text that the body must hold.'),
    timeout: z.number().positive().default(10).describe('Seconds for one answer.'),
    within: z.number().min(0).default(0).describe('Seconds to go on asking until the answer is right.'),
    interval: z.number().positive().default(1).describe('Seconds between two questions.'),
    followRedirects: z.boolean().default(false).describe('Ask where a redirect points to.'),
    insecure: z.boolean().default(false).describe('Take any certificate.'),
  }),
  title: ({ url, host }) => `${url}${host ? ` (${host})` : ''}`,
  probe: (params) => ({
    answer: output(askOnce(params), (result) => parseAnswer(result, params), {
      reads: ['listening', 'elsewhere'],
    }),
  }),
  plan: (params, { answer }) => {
    if (isRight(answer, params)) return []
    const { method, url, status, contains } = params
    return [
      {
        what: `${method} ${url}`,
        from: describeAnswer(answer, params),
        to: `HTTP ${status.join(' or ')}${contains === undefined ? '' : ` with "${contains}"`}`,
        steps: [run(askAgain(params), { explain: (result) => explain(result, params) })],
        effects: [],
      },
    ]
  },
})

type CheckParams = {
  readonly url: string
  readonly host?: string
  readonly method: string
  readonly headers: { readonly [name: string]: string }
  readonly status: readonly number[]
  readonly contains?: string
  readonly timeout: number
  readonly within: number
  readonly interval: number
  readonly followRedirects: boolean
  readonly insecure: boolean
}

/** What came back: a status and the beginning of the body, or why nothing did. */
type HttpAnswer = { readonly status: number; readonly body: string } | { readonly fault: string }

const limitBytes = 256 * 1024

function askOnce(params: CheckParams): Command {
  return shellText(`${askScript(params)}\nask\nexit 0`)
}

/** Asks until the answer is right by status and text, and prints the last one where it never is. */
function askAgain(params: CheckParams): Command {
  const { status, contains, within, interval, followRedirects } = params
  const digits = followRedirects ? '[24-9]' : '[2-9]'
  return shellText(`${askScript(params)}
needle=${sh`${contains ?? ''}`.script}
cr=$(printf '\\r')
end=$(($(date +%s) + ${Math.ceil(within)}))
while :; do
  answer=$(ask | tr -d '\\0')
  code=$(printf '%s\\n' "$answer" | sed -n 's/^ *HTTP\\/[0-9.]* \\(${digits}[0-9][0-9]\\).*/\\1/p' | head -n 1)
  body=\${answer#*"$cr
$cr
"}
  case $code in ${status.join('|')}) case $body in *"$needle"*) echo "HTTP $code"; exit 0 ;; esac ;; esac
  [ "$(date +%s)" -lt "$end" ] || break
  sleep ${interval}
done
printf '%s\\n' "$answer"
exit 1`)
}

/** `ask` prints headers and body as they came, or the client's complaint. */
function askScript(params: CheckParams): string {
  const { url, host, method, headers, timeout, followRedirects, insecure } = params
  const lines = Object.entries({ ...(host ? { Host: host } : {}), ...headers }).map(
    ([name, value]) => `${name}: ${value}`,
  )
  const curl = [
    ...['-sS', '-m', timeout],
    ...(method === 'HEAD' ? ['-I'] : ['-i', '-X', method]),
    ...(followRedirects ? ['-L'] : []),
    ...(insecure ? ['-k'] : []),
    ...lines.flatMap((line) => ['-H', line]),
    url,
  ]
  const wget = [
    ...[
      '-nv',
      '--save-headers',
      '--content-on-error',
      '-O',
      '-',
      '-t',
      1,
      '-T',
      timeout,
      `--method=${method}`,
    ],
    ...(followRedirects ? [] : ['--max-redirect=0', '-S']),
    ...(insecure ? ['--no-check-certificate'] : []),
    ...lines.map((line) => `--header=${line}`),
    url,
  ]
  return sh`ask() {
  if command -v curl >/dev/null 2>&1; then curl ${curl} 2>&1
  elif command -v wget >/dev/null 2>&1; then wget ${wget} 2>&1
  else echo "= no client"
  fi | head -c ${limitBytes}
}`.script
}

function parseAnswer(result: Output, { followRedirects }: { readonly followRedirects: boolean }): HttpAnswer {
  const printed = text(result)
  if (printed.startsWith('= no client')) {
    throw new PlaybookError('E_NO_HTTP_CLIENT', 'There is neither curl nor wget on this host.', {
      hint: "dnf({ name: 'curl' })",
    })
  }
  let rest = printed
  for (;;) {
    const head = /^ *HTTP\/[\d.]+ (\d{3})[^\n]*\n(?:[^\r\n]+\r?\n)*\r?\n?/.exec(rest)
    if (!head) return { fault: printed.trim() }
    rest = rest.slice(head[0].length)
    const status = Number(head[1])
    const isInterim = status < 200 || (followRedirects && status < 400 && rest.startsWith('HTTP/'))
    if (!isInterim) return { status, body: rest }
  }
}

function isRight(answer: HttpAnswer, { status, contains }: CheckParams): boolean {
  return 'status' in answer && status.includes(answer.status) && answer.body.includes(contains ?? '')
}

function describeAnswer(answer: HttpAnswer, { status, contains }: CheckParams): string {
  if ('fault' in answer) return `no answer (${firstComplaint(answer.fault)})`
  return status.includes(answer.status) && contains !== undefined
    ? `HTTP ${answer.status} without "${contains}"`
    : `HTTP ${answer.status}`
}

function explain(result: Output, params: CheckParams): PlaybookError {
  const answer = parseAnswer(result, params)
  const { method, url, host, within } = params
  const request = `${method} ${url}${host ? ` for ${host}` : ''}`
  const time = within > 0 ? ` within ${within} s` : ''
  if ('fault' in answer) {
    return new PlaybookError('E_HTTP', `${request} got no answer${time}.`, {
      details: splitLines(answer.fault).slice(0, 5),
    })
  }
  const lines = splitLines(answer.body.replaceAll('\r', '')).filter((line) => line.trim() !== '')
  return new PlaybookError(
    'E_HTTP',
    `${request} got ${describeAnswer(answer, params)}${time}; expected ${params.status.join(' or ')}.`,
    { details: lines.slice(0, 8).map((line) => line.slice(0, 160)) },
  )
}

/** `Connection refused` of `curl: (7) Failed to connect to … : Connection refused`. */
function firstComplaint(fault: string): string {
  return (splitLines(fault)[0] ?? '').replace(/^curl: \(\d+\) /, '') || 'nothing was said'
}
