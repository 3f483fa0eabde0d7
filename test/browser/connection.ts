// Speaks the Chrome DevTools Protocol with a browser, through two pipes.

import type { ChildProcess } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'

type Values = { readonly [name: string]: unknown }
type Listener = (method: string, values: Values) => void
type Waiting = { readonly resolve: (values: Values) => void; readonly reject: (error: Error) => void }
type Message = {
  readonly id?: number
  readonly method?: string
  readonly params?: Values
  readonly result?: Values
  readonly error?: { readonly message: string }
  readonly sessionId?: string
}

export type Connection = {
  /** @throws Error that the browser answers with, or if it has ended */
  readonly send: (method: string, params?: Values, session?: string) => Promise<Values>
  /** Listens to the events of one page. */
  readonly listen: (session: string, listener: Listener) => void
}

/** @param child a browser with --remote-debugging-pipe: it reads from descriptor 3 and writes to descriptor 4 */
export function connectionOf(child: ChildProcess): Connection {
  const [input, output] = [child.stdio[3] as Writable, child.stdio[4] as Readable]
  const waiting = new Map<number, Waiting>()
  const listeners = new Map<string, Listener>()
  let rest = ''
  let lastId = 0
  let hasEnded = false
  const take = ({ id, method, params, result, error, sessionId }: Message) => {
    if (id === undefined) return listeners.get(sessionId ?? '')?.(method ?? '', params ?? {})
    const { resolve, reject } = waiting.get(id)!
    waiting.delete(id)
    if (error) reject(new Error(error.message))
    else resolve(result ?? {})
  }
  output.setEncoding('utf8').on('data', (text: string) => {
    const messages = (rest + text).split('\0')
    rest = messages.pop()!
    for (const message of messages) take(JSON.parse(message))
  })
  input.on('error', () => {}) // it has ended, which is reported below
  child.on('exit', () => {
    hasEnded = true
    for (const { reject } of waiting.values()) reject(new Error('The browser has ended.'))
  })
  return {
    send: (method, params = {}, sessionId) =>
      new Promise((resolve, reject) => {
        if (hasEnded) return reject(new Error('The browser has ended.'))
        lastId += 1
        waiting.set(lastId, { resolve, reject: (error) => reject(new Error(`${method}: ${error.message}`)) })
        input.write(`${JSON.stringify({ id: lastId, method, params, sessionId })}\0`)
      }),
    listen: (session, listener) => listeners.set(session, listener),
  }
}
