// The task that proves that a session outlives the Tomcat that serves it: asks, stops it, asks again, starts it.

import {
  call,
  defineTask,
  type Output,
  PlaybookError,
  run,
  type StepConnection,
  sh,
  z,
} from '../../src/index.ts'
import { explainFault } from '../services/serverShell.ts'
import { type TomcatParams, tomcatParams } from './params.ts'
import { startTomcat, stopTomcat } from './process.ts'

const { httpPort, ...process } = tomcatParams

/**
 * A user's session outlives its server. With one cookie it asks a page that counts the session's requests, through each
 * web server in turn; then, for each Tomcat once: the one that serves the session (its route, the end of the cookie) is
 * shut down, the next requests must be answered by another with the count one higher each, and it is started again.
 *
 * The route must change: without a cluster a Tomcat saves its sessions when it is shut down and reads them when it is
 * started, so that the count alone can deceive. All that was stopped is started again, whatever happens.
 *
 * - `host`: Host header of the virtual host. `path`: the page. `count`: a regular expression whose first group is the
 *   count in its text.
 * - `through`: web servers, as hosts of the inventory; each is asked on itself, as `http://127.0.0.1:PORT`.
 * - `tomcats`: the cluster's members: `on` which host of the inventory, `route` (jvmRoute), and what `tomcatRunning` takes.
 *
 * It acts each time it is run, on all hosts that are named, wherever it stands.
 *
 * @throws PlaybookError E_SESSION: which request, through which server, which route and count, and all before it; and
 *   those of `tomcatRunning`, E_TOMCAT_STOP
 * @example
 * sessionSurvives({
 *   host: 'ecs.test.co.kr', path: '/sessionTest.jsp', through: ['web-01', 'web-02'],
 *   tomcats: [{ on: 'was-01', route: 'ecs1', home: '/data2/was/ws-ecs-server', httpPort: 8080 }, …],
 * })
 *
 * Sources: JvmRouteBinderValve, DeltaManager and StandardManager of Tomcat 9's Cluster How-To; curl(1).
 */
export const sessionSurvives = defineTask({
  name: 'sessionSurvives',
  summary:
    'Proves that a session goes on when the Tomcat that serves it is shut down, and stops each for that.',
  params: z.strictObject({
    host: z
      .string()
      .regex(/^[\w.:-]+$/, 'expected a host name')
      .describe('Host header of the requests.'),
    path: z
      .string()
      .regex(/^\/\S*$/, 'expected a path that begins with /')
      .describe('A page that counts the requests of a session.'),
    count: z
      .string()
      .refine((text) => isPattern(text), 'expected a regular expression with a group')
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
          ...process,
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
      from: 'not tried',
      to: `outlives each of ${params.tomcats.map(({ route }) => route).join(', ')}`,
      steps: [call(`session of ${params.host}`, (connection) => tried(connection, params))],
    },
  ],
  verify: false,
})

type Tomcat = TomcatParams & { readonly on: string; readonly route: string }

type Params = {
  readonly host: string
  readonly path: string
  readonly count: string
  readonly cookie: string
  readonly port: number
  readonly through: readonly string[]
  readonly tomcats: readonly Tomcat[]
}

/** The session as it was last seen, and all that was done. */
type Session = { id: string; route: string; count: number; readonly story: string[] }

async function tried(connection: StepConnection, params: Params): Promise<void> {
  const session: Session = { id: '', route: '', count: 0, story: [] }
  await askThroughAll(connection, params, session)
  for (const _ of params.tomcats) {
    const serving = tomcatOf(session, params)
    await stop(connection, session, serving)
    try {
      await askThroughAll(connection, params, session, serving.route)
    } finally {
      await start(connection, session, serving)
    }
    await askThroughAll(connection, params, session)
  }
}

/** Once through each web server; `gone` is the route of the Tomcat that was shut down just now. */
async function askThroughAll(
  connection: StepConnection,
  params: Params,
  session: Session,
  gone?: string,
): Promise<void> {
  for (const [index, through] of params.through.entries()) {
    await ask(connection, params, session, through, index === 0 ? gone : undefined)
  }
}

async function ask(
  connection: StepConnection,
  params: Params,
  session: Session,
  through: string,
  gone: string | undefined,
): Promise<void> {
  const said = await connection.on(through).run(sh`curl -sS -i -m 60 --noproxy '*' -K -`, {
    stdin: requestOf(params, session),
  })
  const answer = parseAnswer(said, params)
  const route = answer.cookie?.split('.').slice(1).join('.') ?? session.route
  const request = `request ${session.count + 1}, through ${through}`
  const line = `${request}: HTTP ${answer.status}, ${route || 'no route'}, count ${answer.count ?? 'missing'}`
  const wrong = fault(answer, { session, route, gone })
  if (wrong) {
    throw new PlaybookError('E_SESSION', `${params.host}, ${request}: ${wrong}.`, {
      details: [...session.story, line, ...(said.code === 0 ? [] : [said.stderr.toString('utf8').trim()])],
      hint: 'Do the Tomcats see each other (tomcatCluster), and has their application <distributable/>?',
    })
  }
  session.id = answer.cookie?.split('.')[0] ?? session.id
  session.route = route
  session.count += 1
  session.story.push(line)
  connection.progress(line)
}

type Answer = {
  readonly status: number
  readonly cookie: string | undefined
  readonly count: number | undefined
}

/** What is wrong with an answer: undefined if it is the next one of the session. */
function fault(
  { status, cookie, count }: Answer,
  { session, route, gone }: { session: Session; route: string; gone: string | undefined },
): string | undefined {
  if (status !== 200) return status === 0 ? 'no answer' : `HTTP ${status}, expected 200`
  if (route === '') return 'no session cookie with a route came'
  if (count === undefined) return 'the answer holds no count'
  if (session.id !== '' && cookie !== undefined && cookie.split('.')[0] !== session.id)
    return `a new session came from ${route}, with count ${count}; expected the old one with ${session.count + 1}`
  if (count !== session.count + 1)
    return `${route} answered with count ${count}, expected ${session.count + 1}`
  if (gone !== undefined && route === gone) return `${route} answered, which was shut down`
  if (gone === undefined && session.route !== '' && route !== session.route)
    return `${route} answered, expected ${session.route}, which is up`
  return undefined
}

function tomcatOf(session: Session, { tomcats, host }: Params): Tomcat {
  const found = tomcats.find(({ route }) => route === session.route)
  if (found) return found
  throw new PlaybookError('E_SESSION', `${host}: the route ${session.route} is that of no Tomcat.`, {
    details: session.story,
    hint: `The Tomcats are ${tomcats.map(({ route, on }) => `${route} on ${on}`).join(', ')}.`,
  })
}

async function stop(connection: StepConnection, session: Session, tomcat: Tomcat): Promise<void> {
  note(connection, session, `${tomcat.route} on ${tomcat.on} is shut down`)
  await connection.on(tomcat.on).carryOut(run(stopTomcat(tomcat), { explain: explainFault }))
}

async function start(connection: StepConnection, session: Session, tomcat: Tomcat): Promise<void> {
  await connection.on(tomcat.on).carryOut(run(startTomcat(tomcat), { explain: explainFault }))
  note(connection, session, `${tomcat.route} on ${tomcat.on} is up again`)
}

function note(connection: StepConnection, session: Session, line: string): void {
  session.story.push(line)
  connection.progress(line)
}

/** curl's options on its standard input, so that ps shows no cookie. */
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
  const found = new RegExp(count).exec(text.slice(head.length))?.[1]
  return {
    status: Number(/^HTTP\/\S+ (\d{3})/.exec(head)?.[1] ?? 0),
    cookie: new RegExp(`^set-cookie:\\s*${cookie.replaceAll('.', '\\.')}=([^;\\s]+)`, 'im').exec(head)?.[1],
    count: found === undefined ? undefined : Number(found),
  }
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(`${text}|`).exec('')!.length > 1
  } catch {
    return false
  }
}
