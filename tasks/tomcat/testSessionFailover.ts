// The task testSessionFailover: proves that a session survives the stop of its Tomcat.

import {
  call,
  defineTask,
  type Output,
  PlaybookError,
  type StepConnection,
  sh,
  withTimeLimit,
  z,
} from '../../src/index.ts'
import { patternSource } from '../params/patterns.ts'
import { serverStep } from '../services/serverShell.ts'
import { type StartParams, tomcatParams } from './params.ts'
import { startTomcat, stopTomcat } from './process.ts'

const { httpPort, ...otherTomcatParams } = tomcatParams

/**
 * Tests that a user's session survives its server. With one cookie it requests a page that counts the session's requests,
 * through each web server in turn. Then, once for each Tomcat: it stops the one that serves the session (its route is the
 * end of the cookie), another one must answer the next requests, each with a count one higher, and it starts the stopped
 * one again.
 *
 * The route must change: even without a cluster, a Tomcat saves its sessions when it stops and loads them when it starts,
 * so the count alone proves nothing. Whatever happens, every Tomcat that was stopped is started again.
 *
 * - `host`: Host header of the virtual host. `path`: the page. `count`: a regular expression whose first group is the
 *   count in its text.
 * - `through`: web servers, as hosts of the inventory; requests are sent on the host itself, at `http://127.0.0.1:PORT`.
 * - `tomcats`: the members of the cluster: `on` (host of the inventory), `route` (jvmRoute), and what `tomcat` takes.
 *
 * It acts every time, on all hosts that it names, whichever host it runs for.
 *
 * @throws PlaybookError E_SESSION: which request, through which server, which route and count, and everything before it;
 *   and those of `tomcat`
 * @example
 * testSessionFailover({
 *   host: 'ecs.test.co.kr', path: '/sessionTest.jsp', through: ['web-01', 'web-02'],
 *   tomcats: [{ on: 'was-01', route: 'ecs1', home: '/data2/was/ws-ecs-server', httpPort: 8080 }, …],
 * })
 *
 * Sources: JvmRouteBinderValve, DeltaManager and StandardManager of Tomcat 9's Cluster How-To; curl(1).
 */
export const testSessionFailover = defineTask({
  name: 'testSessionFailover',
  summary: 'Proves that a session survives the stop of its Tomcat, by stopping each Tomcat once.',
  params: z.strictObject({
    host: z
      .string()
      .regex(/^[\w.:-]+$/, 'expected a host name')
      .describe('Host header of the requests.'),
    path: z
      .string()
      .regex(/^\/\S*$/, 'expected a path that begins with /')
      .describe('A page that counts the requests of a session.'),
    count: patternSource
      .refine((value) => hasGroup(value), 'expected a regular expression with a group')
      .default('[Cc]ount[^\\n]*?(?:</b>|[:=])\\s*(\\d+)')
      .describe('Regular expression whose first group is the count.'),
    cookie: z
      .string()
      .regex(/^[\w.-]+$/)
      .default('JSESSIONID')
      .describe('Name of the session cookie.'),
    port: z.int().min(1).max(65535).default(80).describe('Port of the web servers.'),
    through: z.array(z.string().min(1)).min(1).describe('Web servers: hosts of the inventory.'),
    tomcats: z
      .array(
        z.strictObject({
          on: z.string().min(1).describe('Host of the inventory on which it runs.'),
          route: z
            .string()
            .regex(/^[\w-]+$/, 'expected a jvmRoute')
            .describe('Its jvmRoute.'),
          httpPort,
          ...otherTomcatParams,
        }),
      )
      .min(2, 'expected at least two Tomcats')
      .describe('The members of the cluster: [{"on": …, "route": …, "home": …, "httpPort": …}, …].'),
  }),
  title: ({ host }) => host,
  probe: () => ({}),
  plan: (params) => [
    {
      what: `session of ${params.host}`,
      from: 'not tested',
      to: `survives the stop of ${params.tomcats.map(({ route }) => route).join(', ')}`,
      steps: [call(`session of ${params.host}`, (connection) => testFailover(connection, params))],
      effects: [{ state: 'processes' }, { state: 'listening' }],
    },
  ],
  verify: false,
})

type Tomcat = StartParams & { readonly on: string; readonly route: string }

type Params = {
  readonly host: string
  readonly path: string
  readonly count: string | RegExp
  readonly cookie: string
  readonly port: number
  readonly through: readonly string[]
  readonly tomcats: readonly Tomcat[]
}

/** The session as last seen, and a line for everything done so far. */
type Session = { id: string; route: string; count: number; readonly history: string[] }

async function testFailover(connection: StepConnection, params: Params): Promise<void> {
  const session: Session = { id: '', route: '', count: 0, history: [] }
  await requestThroughAll(connection, params, session)
  for (const _ of params.tomcats) {
    const tomcat = servingTomcat(session, params)
    await stop(connection, session, tomcat)
    try {
      await requestThroughAll(connection, params, session, tomcat.route)
    } finally {
      await start(connection, session, tomcat)
    }
    await requestThroughAll(connection, params, session)
  }
}

/** One request through each web server; `stopped` is the route of the Tomcat that was just stopped. */
async function requestThroughAll(
  connection: StepConnection,
  params: Params,
  session: Session,
  stopped?: string,
): Promise<void> {
  for (const [index, through] of params.through.entries()) {
    await request(connection, params, session, through, index === 0 ? stopped : undefined)
  }
}

async function request(
  connection: StepConnection,
  params: Params,
  session: Session,
  through: string,
  stopped: string | undefined,
): Promise<void> {
  const output = await connection.on(through).run(sh`curl -sS -i -m 60 --noproxy '*' -K -`, {
    stdin: requestOf(params, session),
  })
  const answer = parseAnswer(output, params)
  const route = answer.cookie?.split('.').slice(1).join('.') ?? session.route
  const subject = `request ${session.count + 1}, through ${through}`
  const line = `${subject}: HTTP ${answer.status}, ${route || 'no route'}, count ${answer.count ?? 'missing'}`
  const problem = problemOf(answer, { session, route, stopped })
  if (problem) {
    throw new PlaybookError('E_SESSION', `${params.host}, ${subject}: ${problem}.`, {
      details: [
        ...session.history,
        line,
        ...(output.code === 0 ? [] : [output.stderr.toString('utf8').trim()]),
      ],
      hint: 'Do the Tomcats see each other (tomcatCluster)? Does the application have <distributable/>?',
    })
  }
  session.id = answer.cookie?.split('.')[0] ?? session.id
  session.route = route
  session.count += 1
  session.history.push(line)
  connection.progress(line)
}

type Answer = {
  readonly status: number
  readonly cookie: string | undefined
  readonly count: number | undefined
}

/** What is wrong with an answer; undefined if it is the next one of the session. */
function problemOf(
  { status, cookie, count }: Answer,
  { session, route, stopped }: { session: Session; route: string; stopped: string | undefined },
): string | undefined {
  if (status !== 200) return status === 0 ? 'no answer' : `HTTP ${status}, expected 200`
  if (route === '') return 'no session cookie with a route'
  if (count === undefined) return 'no count in the answer'
  if (session.id !== '' && cookie !== undefined && cookie.split('.')[0] !== session.id)
    return `a new session came from ${route}, with count ${count}; expected the old one with ${session.count + 1}`
  if (count !== session.count + 1)
    return `${route} answered with count ${count}, expected ${session.count + 1}`
  if (stopped !== undefined && route === stopped) return `${route} answered, which was stopped`
  if (stopped === undefined && session.route !== '' && route !== session.route)
    return `${route} answered, expected ${session.route}, which is up`
  return undefined
}

function servingTomcat(session: Session, { tomcats, host }: Params): Tomcat {
  const found = tomcats.find(({ route }) => route === session.route)
  if (found) return found
  throw new PlaybookError('E_SESSION', `${host}: no Tomcat has the route ${session.route}.`, {
    details: session.history,
    hint: `The Tomcats are ${tomcats.map(({ route, on }) => `${route} on ${on}`).join(', ')}.`,
  })
}

async function stop(connection: StepConnection, session: Session, tomcat: Tomcat): Promise<void> {
  note(connection, session, `${tomcat.route} on ${tomcat.on} is stopped`)
  await connection.on(tomcat.on).carryOut(serverStep(stopTomcat(tomcat)))
}

async function start(connection: StepConnection, session: Session, tomcat: Tomcat): Promise<void> {
  await connection.on(tomcat.on).carryOut(serverStep(startTomcat(tomcat)))
  note(connection, session, `${tomcat.route} on ${tomcat.on} is running again`)
}

function note(connection: StepConnection, session: Session, line: string): void {
  session.history.push(line)
  connection.progress(line)
}

/** curl's options for its standard input, so that ps shows no cookie. */
function requestOf({ host, path, port, cookie }: Params, { id, route }: Session): string {
  const headers = [`Host: ${host}`, ...(id === '' ? [] : [`Cookie: ${cookie}=${id}.${route}`])]
  const lines = [`url = "http://127.0.0.1:${port}${path.replace(/["\\]/g, '\\$&')}"`]
  return [...lines, ...headers.map((header) => `header = "${header}"`), ''].join('\n')
}

function parseAnswer({ stdout, code }: Output, { cookie, count }: Params): Answer {
  const text = stdout.toString('utf8')
  if (code !== 0) return { status: 0, cookie: undefined, count: undefined }
  const at = text.indexOf('\r\n\r\n')
  const head = at < 0 ? text : text.slice(0, at)
  const found = withTimeLimit([count], () => new RegExp(count).exec(text.slice(head.length)))?.[1]
  return {
    status: Number(/^HTTP\/\S+ (\d{3})/.exec(head)?.[1] ?? 0),
    cookie: new RegExp(`^set-cookie:\\s*${cookie.replaceAll('.', '\\.')}=([^;\\s]+)`, 'im').exec(head)?.[1],
    count: found === undefined ? undefined : Number(found),
  }
}

function hasGroup(pattern: string | RegExp): boolean {
  try {
    return new RegExp(`${pattern instanceof RegExp ? pattern.source : pattern}|`).exec('')!.length > 1
  } catch {
    return false
  }
}
