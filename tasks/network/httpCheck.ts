// The task httpCheck: requests a URL from the host and checks the answer.

import {
  type Command,
  defineTask,
  type Output,
  output,
  type PlaybookError,
  revealed,
  run,
  Secret,
  sh,
  shellText,
  z,
} from '../../src/index.ts'
import { isLoopback } from '../params/loopback.ts'
import {
  answerError,
  answerLimitBytes,
  curlConfig,
  describeAnswer,
  type HttpAnswer,
  isExpected,
  parseAnswer,
  requestHeaders,
  statusCodes,
} from './httpAnswer.ts'

/**
 * Checks that a URL answers with the right status and text. The host itself asks it, by curl, or by GNU wget if there is
 * no curl. If the answer is wrong, the request is repeated for up to `within` seconds, every `interval` (1) seconds; a failure
 * shows the status, the first lines of the body, or why there was no connection.
 *
 * - `url`: http or https. `host`: the Host header, for a virtual host. `headers`: further ones, by name; values may be
 *   secrets, but not with `followRedirects`, which would send them to another host. No argument list holds them.
 * - `method`: default GET. It should change nothing: the URL is requested at least once a run.
 * - `status`: the status, or a list of them; default 200. `contains`: a text in the first 256 KiB.
 * - `timeout`: seconds for one answer (10). `within`: seconds to keep asking (0: once more, then fail).
 * - `followRedirects` (false), `insecure` (false; true accepts any certificate).
 *
 * @throws PlaybookError E_HTTP; E_NO_HTTP_CLIENT if there is neither curl nor wget
 * @example httpCheck({ url: 'http://127.0.0.1/', host: 'ecs.test.co.kr', contains: 'It works', within: 30 })
 *
 * Sources: curl(1), wget(1).
 */
export const httpCheck = defineTask({
  name: 'httpCheck',
  summary: 'Checks from the host that a URL answers with a status and a text, and can wait for it.',
  ansible: { modules: ['uri'] },
  params: z
    .strictObject({
      url: z
        .string()
        .regex(
          /^https?:\/\/[^\s/@]+(\/\S*)?$/,
          'expected a URL that begins with http:// or https://, without a password',
        )
        .describe('The URL to request.'),
      host: z
        .string()
        .regex(/^[\w.:-]+$/, 'expected a host name')
        .optional()
        .describe('Host header, for a virtual host.'),
      method: z
        .enum(['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'DELETE', 'TRACE'])
        .default('GET')
        .describe('HTTP method.'),
      headers: requestHeaders.default({}).describe('Further headers of the request; values may be secrets.'),
      status: statusCodes.default([200]).describe('Expected HTTP status, or statuses.'),
      contains: z.string().min(1).optional().describe('Text that the body must contain.'),
      timeout: z.number().positive().default(10).describe('Seconds for one answer.'),
      within: z.number().min(0).default(0).describe('Seconds to keep asking until the answer is right.'),
      interval: z.number().positive().default(1).describe('Seconds between two requests.'),
      followRedirects: z.boolean().default(false).describe('Follow redirects.'),
      insecure: z.boolean().default(false).describe('Accept any certificate.'),
    })
    .refine(
      ({ headers, followRedirects }) =>
        !followRedirects || !Object.values(headers).some((value) => value instanceof Secret),
      {
        path: ['followRedirects'],
        error: 'expected false with secret headers, which a redirect would send to another host',
      },
    ),
  title: ({ url, host }) => `${url}${host ? ` (${host})` : ''}`,
  needs: { tools: [['curl', 'wget']] },
  probe: (params) => ({
    answer: output(askOnce(params), (result) => answerOf(result, params), {
      reads: isLoopback(new URL(params.url).hostname) ? ['listening'] : ['listening', 'elsewhere'],
    }),
  }),
  plan: (params, { answer }) => {
    if (isExpected(answer, params)) return []
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
  effects: () => [],
})

type CheckParams = {
  readonly url: string
  readonly host?: string
  readonly method: string
  readonly headers: { readonly [name: string]: string | Secret }
  readonly status: readonly number[]
  readonly contains?: string
  readonly timeout: number
  readonly within: number
  readonly interval: number
  readonly followRedirects: boolean
  readonly insecure: boolean
}

function askOnce(params: CheckParams): Command {
  return shellText(`${askScript(params)}\nask\nexit 0`)
}

/** Asks until status and text are right, or else prints the last answer. */
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

/** `ask` prints the raw headers and body, or the client's error. */
function askScript(params: CheckParams): string {
  const { url, host, method, headers, timeout, followRedirects, insecure } = params
  const lines = Object.entries({ ...(host ? { Host: host } : {}), ...headers }).map(
    ([name, value]) => `${name}: ${revealed(value)}`,
  )
  const curl = [
    ...['-q', '-g', '-sS', '-m', timeout],
    ...(method === 'HEAD' ? ['-I'] : ['-i', '-X', method]),
    ...(followRedirects ? ['-L'] : []),
    ...(insecure ? ['-k'] : []),
  ]
  const wget = [
    ...['-nv', '--save-headers', '--content-on-error', '-O', '-', '-t', 1, '-T', timeout],
    `--method=${method}`,
    ...(followRedirects ? [] : ['--max-redirect=0', '-S']),
    ...(insecure ? ['--no-check-certificate'] : []),
  ]
  const config = curlConfig([...lines.map((line) => ['header', line] as const), ['url', url]])
  const wgetrc = lines.map((line) => `header = ${line}\n`).join('')
  return sh`ask() {
  if command -v curl >/dev/null 2>&1; then printf %s ${config} | curl ${curl} -K - 2>&1
  elif command -v wget >/dev/null 2>&1; then
    rc=$(mktemp) || exit 1
    printf %s ${wgetrc} >"$rc"
    printf '%s\n' ${url} | wget --config="$rc" ${wget} -i - 2>&1
    rm -f -- "$rc"
  else echo "= no client"
  fi | head -c ${answerLimitBytes}
}`.script
}

function explain(result: Output, params: CheckParams): PlaybookError {
  const { method, url, host, within } = params
  const request = `${method} ${url}${host ? ` for ${host}` : ''}`
  return answerError(answerOf(result, params), request, params, within > 0 ? ` within ${within} s` : '')
}

function answerOf(result: Output, { followRedirects }: CheckParams): HttpAnswer {
  return parseAnswer(result, { followRedirects, missing: 'There is neither curl nor wget on this host.' })
}
