// The request of the task uri: its parameters as data, and the script that sends it.

import { type Command, revealed, Secret, secretsIn, sh, shellText, z } from '../../src/index.ts'
import { answerLimitBytes, curlConfig } from './httpAnswer.ts'

type Json = string | number | boolean | null | Secret | readonly Json[] | { readonly [key: string]: Json }

/** A value of JSON, whose texts may be secrets. */
export const requestBody: z.ZodType<Json> = z.lazy(() => jsonValue).meta({ title: 'JSON' })

const jsonValue = z.union(
  [
    z.string(),
    z.number(),
    z.boolean(),
    z.null(),
    z.instanceof(Secret),
    z.array(requestBody),
    z.record(z.string(), requestBody),
  ],
  { error: 'expected a text, a value of JSON, or a secret' },
)

/** What a function of the answer gets; `json` is undefined where the body is none. */
export type UriAnswer = { readonly status: number; readonly body: string; readonly json: unknown }

export type UriParams = {
  readonly url: string | Secret
  readonly method: string
  readonly headers: { readonly [name: string]: string | Secret }
  readonly body?: Json
  readonly bodyFormat: 'raw' | 'json' | 'form-urlencoded'
  readonly src?: string
  readonly urlUsername?: string
  readonly urlPassword?: string | Secret
  readonly clientCert?: string
  readonly clientKey?: string
  readonly caPath?: string
  readonly validateCerts: boolean
  readonly unixSocket?: string
  readonly statusCode: readonly number[]
  readonly contains?: string
  readonly followRedirects: 'safe' | 'all' | 'none'
  readonly timeout: number
  readonly creates?: string
  readonly removes?: string
  readonly changed?: boolean | ((answer: UriAnswer) => boolean)
}

/** Whether redirects are followed: never to where a secret would go along. */
export function doesFollow(params: UriParams): boolean {
  const { followRedirects, method, headers, body } = params
  if (followRedirects === 'none' || secretsIn([headers, body]).size > 0) return false
  return followRedirects === 'all' || method === 'GET' || method === 'HEAD'
}

/** Prints the headers and the body, or curl's error; curl reads all that may be secret from its standard input. */
export function requestScript(params: UriParams): Command {
  const { url, method, headers, src, urlUsername, urlPassword, clientCert, clientKey, caPath, unixSocket } =
    params
  const type = contentType(params)
  const hasType = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type')
  const given = (option: string, value: string | undefined): [string, string][] =>
    value === undefined ? [] : [[option, value]]
  const config = curlConfig([
    ['url', revealed(url)],
    ...Object.entries(headers).map(([name, value]): [string, string] => [
      'header',
      `${name}: ${revealed(value)}`,
    ]),
    ...(type !== undefined && !hasType ? given('header', `Content-Type: ${type}`) : []),
    ...given('data-raw', params.body === undefined ? undefined : bodyText(params)),
    ...given('data-binary', src && `@${src}`),
    ...given('user', urlUsername && `${urlUsername}:${revealed(urlPassword ?? '')}`),
    ...given('cert', clientCert),
    ...given('key', clientKey),
    ...given('cacert', caPath),
    ...given('unix-socket', unixSocket),
  ])
  const words = [
    ...['-q', '-g', '-sS', '-m', params.timeout],
    ...(method === 'HEAD' ? ['-I'] : ['-i', '-X', method]),
    ...(doesFollow(params) ? ['-L', '--proto-redir', '=http,https'] : []),
    ...(params.validateCerts ? [] : ['-k']),
  ]
  return shellText(
    sh`if command -v curl >/dev/null 2>&1; then
  printf %s ${config} | curl ${words} -K - 2>&1 | head -c ${answerLimitBytes}
else echo "= no client"; fi
exit 0`.script,
  )
}

function contentType({ body, bodyFormat }: UriParams): string | undefined {
  if (body === undefined) return undefined
  return { json: 'application/json', 'form-urlencoded': 'application/x-www-form-urlencoded', raw: undefined }[
    bodyFormat
  ]
}

/** @throws where the body is not of its format */
export function bodyText({ body, bodyFormat }: Pick<UriParams, 'body' | 'bodyFormat'>): string {
  if (bodyFormat === 'json') return JSON.stringify(revealedJson(body!))
  if (bodyFormat === 'raw') return revealed(body as string | Secret)
  const entries = Object.entries(body as { [key: string]: Json }).map(([key, value]): [string, string] => [
    key,
    String(revealed(value)),
  ])
  return new URLSearchParams(entries).toString()
}

function revealedJson(value: Json): unknown {
  if (value instanceof Secret) return value.reveal()
  if (Array.isArray(value)) return value.map(revealedJson)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, revealedJson(each)]))
}

export function isText(body: Json): boolean {
  return typeof body === 'string' || body instanceof Secret
}

export function isForm(body: Json): boolean {
  if (body === null || typeof body !== 'object' || Array.isArray(body) || body instanceof Secret) return false
  return Object.values(body).every(
    (value) => value instanceof Secret || (value !== null && typeof value !== 'object'),
  )
}
