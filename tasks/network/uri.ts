// The task uri: sends a request to a web service from the host, and checks the answer.

import {
  absolutePath,
  defineTask,
  type FileState,
  file,
  type Output,
  output,
  PlaybookError,
  type Probe,
  revealed,
  run,
  Secret,
  type Step,
  z,
} from '../../src/index.ts'
import { isLoopback } from '../params/loopback.ts'
import {
  answerError,
  type HttpAnswer,
  isExpected,
  parseAnswer,
  requestHeaders,
  statusCodes,
} from './httpAnswer.ts'
import {
  bodyText,
  doesFollow,
  isForm,
  isText,
  requestBody,
  requestScript,
  type UriAnswer,
  type UriParams,
} from './uriRequest.ts'

const safeMethods = ['GET', 'HEAD', 'OPTIONS']

/**
 * Sends a request to a web service from the host, by curl, and checks the answer's status and text.
 *
 * GET, HEAD and OPTIONS change nothing: they are sent whenever the host is probed, in dry runs too, and a wrong answer
 * is an error. Any other method counts as a change each time, and is not sent in a dry run; `creates`, `removes`,
 * `when` and `changed` restrict that.
 *
 * - `url`: http or https, without a password; a secret is never shown.
 * - `method` (default GET). `headers`: by name.
 * - `body` with `bodyFormat`: `'raw'` (default, a text), `'json'` (any value; texts inside may be secrets) or
 *   `'form-urlencoded'` (an object); the Content-Type is set unless `headers` have one. Or `src`: a file of the host, up to
 *   any size; `body` may have 64 KiB.
 * - `urlUsername`, `urlPassword`: for basic authentication, sent at once. `clientCert`, `clientKey`, `caPath`: files of the
 *   host, in PEM. `validateCerts` (default true): false accepts any certificate. `unixSocket`: a path to connect to instead.
 * - `statusCode` (default 200): one, or a list. `contains`: a text in the first 256 KiB of the body.
 * - `followRedirects` (default `'safe'`): of GET and HEAD; `'all'`, `'none'`. With secret headers or a secret body no
 *   redirect is followed, because it might lead to another host.
 * - `timeout` (default 30): seconds for the whole answer.
 * - `creates`, `removes`: paths: nothing is sent if the one exists, or the other does not.
 * - `changed`: whether it changes something: true, false, or a function of `{ status, body, json }`. A GET with it is sent as
 *   a step, once.
 *
 * Secrets, headers, the body and the URL never appear in an argument list.
 *
 * @throws PlaybookError E_HTTP (another status or text, with the first lines of the body; no answer), E_NO_HTTP_CLIENT
 *   (there is no curl), E_FUNCTION
 * @example uri({ url: 'http://127.0.0.1:8080/health', contains: '"UP"' })
 * @example
 * uri({
 *   url: 'https://api.example/v1/hosts',
 *   method: 'POST',
 *   bodyFormat: 'json',
 *   body: { name: host.name },
 *   headers: { Authorization: secret`Bearer ${vars.token}` },
 *   statusCode: [201, 409],
 *   changed: ({ status }) => status === 201,
 * })
 *
 * Sources: curl(1), Ansible's uri.
 */
export const uri = defineTask({
  name: 'uri',
  summary: 'Sends a request to a web service from the host, and checks the answer.',
  ansible: {
    modules: ['uri'],
    params: {
      user: 'urlUsername',
      password: 'urlPassword',
      force_basic_auth: 'There is no such option: user name and password are sent at once.',
      return_content: 'There is no such option: changed gets the body, and contains checks it.',
      dest: 'The task download writes an answer to a file.',
      client_cert: 'clientCert',
      http_agent: "Use headers: { 'User-Agent': … }.",
      use_proxy: 'Set the environment: { no_proxy: … }.',
    },
  },
  params: z
    .strictObject({
      url: z
        .union([z.string(), z.instanceof(Secret)])
        .refine((value) => /^https?:\/\/[^\s/@]+(?:\/\S*)?$/.test(revealed(value)), {
          error: 'expected a URL that begins with http:// or https://, without a password',
        })
        .describe('The URL to request.'),
      method: z
        .string()
        .regex(/^[A-Z]+$/, 'expected a method in capitals, such as POST')
        .default('GET')
        .describe('HTTP method.'),
      headers: requestHeaders.default({}).describe('Headers of the request; values may be secrets.'),
      body: requestBody
        .optional()
        .describe('The body: a text, or with bodyFormat a value. May be or hold secrets.'),
      bodyFormat: z
        .enum(['raw', 'json', 'form-urlencoded'])
        .default('raw')
        .describe('How the body is written.'),
      src: absolutePath.optional().describe('A file of the host that is the body.'),
      urlUsername: z.string().min(1).optional().describe('User name, for basic authentication.'),
      urlPassword: z
        .union([z.string(), z.instanceof(Secret)])
        .optional()
        .describe('Password, for basic authentication.'),
      clientCert: absolutePath.optional().describe('Certificate of the client, a file of the host.'),
      clientKey: absolutePath.optional().describe('Its key, a file of the host.'),
      caPath: absolutePath.optional().describe("Certificates to check the server's by, a file of the host."),
      validateCerts: z.boolean().default(true).describe('Whether the certificate of the server is checked.'),
      unixSocket: absolutePath.optional().describe('Socket to connect to instead.'),
      statusCode: statusCodes.default([200]).describe('Expected HTTP status, or statuses.'),
      contains: z.string().min(1).optional().describe('Text that the body must contain.'),
      followRedirects: z
        .enum(['safe', 'all', 'none'])
        .default('safe')
        .describe('Which redirects are followed.'),
      timeout: z.number().positive().default(30).describe('Seconds for the whole answer.'),
      creates: absolutePath.optional().describe('Path: if it exists, nothing is sent.'),
      removes: absolutePath.optional().describe('Path: if it does not exist, nothing is sent.'),
      changed: z
        .custom<(answer: UriAnswer) => boolean>((value) => typeof value === 'function')
        .or(z.boolean({ error: 'expected true, false, or in a playbook a function of the answer' }))
        .meta({ title: 'boolean | (answer) => boolean' })
        .optional()
        .describe('Whether it changes something, by its answer.'),
    })
    .refine(({ body, bodyFormat }) => body === undefined || bodyFormat !== 'raw' || isText(body), {
      path: ['body'],
      error: "expected a text, or bodyFormat: 'json'",
    })
    .refine(
      ({ body, bodyFormat }) => body === undefined || bodyFormat !== 'form-urlencoded' || isForm(body),
      {
        path: ['body'],
        error: 'expected an object of texts, numbers, true and false',
      },
    )
    .refine(({ body, src }) => body === undefined || src === undefined, {
      error: 'expected body or src, not both',
    })
    .refine(({ urlUsername, urlPassword }) => urlPassword === undefined || urlUsername !== undefined, {
      path: ['urlUsername'],
      error: 'expected a user name for the password',
    })
    .refine(({ clientCert, clientKey }) => clientKey === undefined || clientCert !== undefined, {
      path: ['clientCert'],
      error: 'expected a certificate for the key',
    })
    .refine((params) => params.body === undefined || bodyText(params).length <= 65_536, {
      path: ['body'],
      error: 'expected at most 64 KiB: put a larger one into a file of the host, and name it as src',
    }),
  title: requestName,
  needs: { tools: ['curl'] },
  probe: (params): { readonly [name: string]: Probe<HttpAnswer | FileState> } => ({
    created: file(params.creates ?? '/', { follow: false }),
    removed: file(params.removes ?? '/', { follow: false }),
    ...(isLook(params)
      ? {
          answer: output(requestScript(params), (result) => answerOf(result, params), {
            reads: readsOf(params),
          }),
        }
      : {}),
  }),
  plan: (params, observed) => {
    const { creates, removes, statusCode: status, contains } = params
    if (creates !== undefined && (observed.created as FileState).type !== 'absent') return []
    if (removes !== undefined && (observed.removed as FileState).type === 'absent') return []
    if (isLook(params)) {
      const answer = observed.answer as HttpAnswer
      if (isExpected(answer, { status, contains })) return []
      throw answerError(answer, requestName(params), { status, contains })
    }
    const effects = isHere(params) ? {} : { effects: [{ state: 'elsewhere' }] }
    return [
      { what: requestName(params), from: 'not sent', to: 'sent', steps: [requestStep(params)], ...effects },
    ]
  },
  effects: (params) => (isLook(params) ? [] : isHere(params) ? [{ tree: '/' }] : [{ state: 'elsewhere' }]),
  verify: false,
})

/** Whether the request only looks. */
function isLook({ method, changed }: UriParams): boolean {
  return safeMethods.includes(method) && (changed === undefined || changed === false)
}

function requestName({ method, url }: UriParams): string {
  return `${method} ${url instanceof Secret ? 'a secret URL' : url}`
}

function isHere({ url, unixSocket }: UriParams): boolean {
  return unixSocket !== undefined || isLoopback(new URL(revealed(url)).hostname)
}

function readsOf(params: UriParams): readonly string[] {
  const { clientCert, clientKey, caPath, src } = params
  const files = [clientCert, clientKey, caPath, src].filter((path) => path !== undefined)
  return [...files, 'listening', ...(isHere(params) ? [] : ['elsewhere'])]
}

function requestStep(params: UriParams): Step {
  const { statusCode: status, contains, changed, method } = params
  const isSafe = safeMethods.includes(method)
  return run(requestScript(params), {
    failed: (result) => {
      const answer = answerOf(result, params)
      return isExpected(answer, { status, contains })
        ? undefined
        : answerError(answer, requestName(params), { status, contains })
    },
    ...(changed === false ? { changed } : {}),
    ...(typeof changed === 'function'
      ? { changed: (result) => isChanged(changed, answerOf(result, params)) }
      : {}),
    ...(isSafe ? { runsInCheckMode: { reads: readsOf(params) } } : {}),
  })
}

/** @throws PlaybookError E_FUNCTION for an answer that is neither true nor false */
function isChanged(changed: (answer: UriAnswer) => boolean, answer: HttpAnswer): boolean {
  if ('error' in answer) return true
  const given: unknown = changed({ ...answer, json: parsedJson(answer.body) })
  if (typeof given === 'boolean') return given
  throw new PlaybookError(
    'E_FUNCTION',
    `The function changed returned ${given === null ? 'null' : typeof given}.`,
    {
      hint: 'It has to return true or false, and must not be async.',
    },
  )
}

function parsedJson(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

function answerOf(result: Output, params: UriParams): HttpAnswer {
  const missing = 'There is no curl on this host.'
  return parseAnswer(result, { followRedirects: doesFollow(params), missing })
}
