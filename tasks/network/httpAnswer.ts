// Requests by curl, and parsing their responses.

import { type Output, PlaybookError, revealed, Secret, splitLines, text, z } from '../../src/index.ts'

/** A status and the beginning of the body, or why there was no answer. */
export type HttpAnswer = { readonly status: number; readonly body: string } | { readonly error: string }

/** How much of an answer is read. */
export const answerLimitBytes = 256 * 1024

/** Headers of a request; values may be secrets. */
export const requestHeaders = z.record(
  z.string().regex(/^[\w-]+$/, 'expected the name of a header'),
  z.union([z.string(), z.instanceof(Secret)]).refine((value) => !/[\r\n\0]/.test(revealed(value)), {
    error: 'expected a value without line ends',
  }),
)

export const statusCodes = z
  .union([z.int().min(100).max(599), z.array(z.int().min(100).max(599)).min(1)])
  .transform((value) => [value].flat())

/** Lines of a configuration of curl, which no argument list holds. */
export function curlConfig(options: readonly (readonly [name: string, value: string])[]): string {
  const escapes: { readonly [character: string]: string } = { '\n': 'n', '\r': 'r', '\t': 't' }
  return options
    .map(([name, value]) => {
      const written = value.replace(/[\\"\n\r\t]/g, (character) => `\\${escapes[character] ?? character}`)
      return `${name} = "${written}"\n`
    })
    .join('')
}

/** What curl or wget printed, headers first; of several answers the last one. */
export function parseAnswer(
  result: Output,
  { followRedirects, missing }: { readonly followRedirects: boolean; readonly missing: string },
): HttpAnswer {
  const printed = text(result)
  if (printed.startsWith('= no client')) {
    throw new PlaybookError('E_NO_HTTP_CLIENT', missing, { hint: "dnf({ name: 'curl' })" })
  }
  let rest = printed
  for (;;) {
    const head = /^ *HTTP\/[\d.]+ (\d{3})[^\n]*\n(?:[^\r\n]+\r?\n)*\r?\n?/.exec(rest)
    if (!head) return { error: printed.trim() }
    rest = rest.slice(head[0].length)
    const status = Number(head[1])
    const isFollowed = followRedirects && status < 400 && rest.startsWith('HTTP/')
    const isInterim = status < 200 || isFollowed
    if (!isInterim) return { status, body: rest }
  }
}

type Expected = { readonly status: readonly number[]; readonly contains?: string }

export function isExpected(answer: HttpAnswer, { status, contains }: Expected): boolean {
  return 'status' in answer && status.includes(answer.status) && answer.body.includes(contains ?? '')
}

export function describeAnswer(answer: HttpAnswer, { status, contains }: Expected): string {
  if ('error' in answer) return `no answer (${firstError(answer.error)})`
  return status.includes(answer.status) && contains !== undefined
    ? `HTTP ${answer.status} without "${contains}"`
    : `HTTP ${answer.status}`
}

/** The error for an answer that is not the expected one; `time` is ` within 5 s`, or nothing. */
export function answerError(
  answer: HttpAnswer,
  request: string,
  expected: Expected,
  time = '',
): PlaybookError {
  if ('error' in answer) {
    return new PlaybookError('E_HTTP', `${request} got no answer${time}.`, {
      details: splitLines(answer.error).slice(0, 5),
    })
  }
  const lines = splitLines(answer.body.replaceAll('\r', '')).filter((line) => line.trim() !== '')
  return new PlaybookError(
    'E_HTTP',
    `${request} got ${describeAnswer(answer, expected)}${time}; expected ${expected.status.join(' or ')}.`,
    { details: lines.slice(0, 8).map((line) => line.slice(0, 160)) },
  )
}

/** `Connection refused` of `curl: (7) Failed to connect to … : Connection refused`. */
function firstError(error: string): string {
  return (splitLines(error)[0] ?? '').replace(/^curl: \(\d+\) /, '') || 'no output'
}
