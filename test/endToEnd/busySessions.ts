// HTTP clients with sessions that count failed requests and lost sessions.

import { Agent, get } from 'node:http'

type BusyOptions = {
  /** Addresses of the web servers; each session goes through them in turn. */
  readonly through: readonly string[]
  /** Host headers; the sessions are spread over them. */
  readonly hosts: readonly string[]
  readonly sessions: number
  /** Milliseconds between an answer and the session's next request. */
  readonly thinkMs: number
}

type BusyCount = {
  readonly requests: number
  /** Requests without HTTP 200, in words. */
  readonly failed: readonly string[]
  /** Sessions that were replaced, or whose count was not one higher, in words. */
  readonly lost: readonly string[]
  /** Routes that answered, with how many requests each. */
  readonly routes: ReadonlyMap<string, number>
}

/**
 * Starts the clients; `stop` waits for the last answers and counts. Half of them keep their connections. As every browser
 * does, a request on a kept connection that the server has closed meanwhile is sent again on a new one.
 */
export function busySessions(options: BusyOptions): { readonly stop: () => Promise<BusyCount> } {
  const tally = {
    requests: 0,
    failed: [] as string[],
    lost: [] as string[],
    routes: new Map<string, number>(),
  }
  const state = { isOver: false }
  const clients = Array.from({ length: options.sessions }, (_, index) => client(index, options, tally, state))
  return {
    stop: async () => {
      state.isOver = true
      await Promise.all(clients)
      return tally
    },
  }
}

type Tally = { requests: number; failed: string[]; lost: string[]; routes: Map<string, number> }

async function client(
  index: number,
  { through, hosts, thinkMs }: BusyOptions,
  tally: Tally,
  state: { readonly isOver: boolean },
): Promise<void> {
  const host = hosts[index % hosts.length]!
  const agent = new Agent({ keepAlive: index % 2 === 0, maxSockets: 1 })
  let cookie = ''
  let count = 0
  await pause((index * thinkMs) / 10)
  for (let turn = index; !state.isOver; turn += 1) {
    const address = through[turn % through.length]!
    const answer = await ask(address, host, cookie, agent)
    tally.requests += 1
    const [id, route = ''] = (answer.cookie ?? cookie).split('.')
    tally.routes.set(route, (tally.routes.get(route) ?? 0) + 1)
    const where = `${new Date().toISOString()} session ${index} of ${host} through ${address}, request ${count + 1}`
    if (answer.status !== 200 || answer.count === undefined) tally.failed.push(`${where}: ${answer.text}`)
    else {
      if (answer.count !== count + 1)
        tally.lost.push(`${where}, of ${cookie}: count ${answer.count} from ${id}.${route}`)
      count = answer.count
      cookie = answer.cookie ?? cookie
    }
    await pause(thinkMs)
  }
  agent.destroy()
}

type Answer = {
  readonly status: number
  readonly cookie?: string
  readonly count?: number
  readonly text: string
}

async function ask(address: string, host: string, cookie: string, agent: Agent): Promise<Answer> {
  for (;;) {
    const answer = await once(address, host, cookie, agent)
    if (answer !== 'stale') return answer
  }
}

function once(address: string, host: string, cookie: string, agent: Agent): Promise<Answer | 'stale'> {
  return new Promise((resolve) => {
    const headers = { Host: host, ...(cookie ? { Cookie: `JSESSIONID=${cookie}` } : {}) }
    const request = get(
      { host: address, port: 80, path: '/sessionTest.jsp', headers, agent, timeout: 60_000 },
      (response) => {
        let body = ''
        response.setEncoding('utf8').on('data', (text) => (body += text))
        response.on('error', (error) => resolve({ status: 0, text: error.message }))
        response.on('end', () => {
          const set = response.headers['set-cookie']?.join('; ')
          const count = /확인용\):<\/b>(\d+)/.exec(body)?.[1]
          resolve({
            status: response.statusCode ?? 0,
            cookie: /JSESSIONID=([^;\s]+)/.exec(set ?? '')?.[1],
            count: count === undefined ? undefined : Number(count),
            text: `HTTP ${response.statusCode} ${body.slice(0, 80)}`,
          })
        })
      },
    )
    request.on('timeout', () => request.destroy(new Error('no answer for 60 s')))
    request.on('error', (error: NodeJS.ErrnoException) =>
      resolve(
        request.reusedSocket && error.code === 'ECONNRESET' ? 'stale' : { status: 0, text: error.message },
      ),
    )
  })
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
