// TCP proxy that delays both directions, the handshake included.

import { connect, createServer, type Server, type Socket } from 'node:net'

export type DelayProxy = { readonly port: number; readonly close: () => Promise<void> }

type DelayOptions = {
  readonly host: string
  readonly port: number
  /** Round trip in milliseconds; half of it is added to each direction. */
  readonly rttMs: number
}

/**
 * Listens on a loopback port and passes everything on to `host:port`.
 *
 * The kernel completes the client's connect at once, which on a real line would take a round trip. So time on a
 * connection begins one round trip after it was accepted: nothing the client says counts as sent before that, and the
 * server sees the connection half a round trip later still.
 */
export async function startDelayProxy({ host, port, rttMs }: DelayOptions): Promise<DelayProxy> {
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (client) => {
    const established = performance.now() + rttMs
    const pipe = delayed(rttMs / 2, established)
    keep(sockets, client)
    setTimeout(() => {
      const upstream = connect({ host, port, noDelay: true, allowHalfOpen: true })
      keep(sockets, upstream)
      pipe.into(upstream)
      delayed(rttMs / 2, 0)
        .from(upstream)
        .into(client)
    }, rttMs * 1.5)
    pipe.from(client)
  })
  return { port: await listening(server), close: () => closed(server, sockets) }
}

type Delivery = { readonly due: number; readonly bytes: Buffer | undefined }

/** One direction: what comes from a socket goes into another, in order, `delayMs` later, never before `begin`. */
function delayed(delayMs: number, begin: number) {
  const waiting: Delivery[] = []
  let target: Socket | undefined
  const deliver = () => {
    const now = performance.now()
    while (target && waiting[0] && waiting[0].due <= now) {
      const { bytes } = waiting.shift()!
      if (bytes) target.write(bytes)
      else target.end()
    }
    if (target && waiting[0]) setTimeout(deliver, waiting[0].due - now)
  }
  const take = (bytes: Buffer | undefined) => {
    waiting.push({ bytes, due: Math.max(performance.now(), begin) + delayMs })
    if (waiting.length === 1) deliver()
  }
  const pipe = {
    from: (source: Socket) => {
      source.on('data', take)
      source.on('end', () => take(undefined))
      return pipe
    },
    into: (socket: Socket) => {
      target = socket
      deliver()
      return pipe
    },
  }
  return pipe
}

function keep(sockets: Set<Socket>, socket: Socket): void {
  sockets.add(socket)
  socket.on('error', () => socket.destroy())
  socket.on('close', () => sockets.delete(socket))
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.on('error', reject)
    server.listen({ port: 0, host: '127.0.0.1', backlog: 511 }, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : 0)
    })
  })
}

function closed(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    for (const socket of sockets) socket.destroy()
  })
}
