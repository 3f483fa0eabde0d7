// Opens the stream under an ssh connection: TCP, jump host or ProxyCommand.

import { spawn } from 'node:child_process'
import { connect, isIP, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { NodeSSH } from 'node-ssh'
import { UnreachableError } from '../../model/errors/error.ts'
import type { SshTarget } from './config/target.ts'
import { connectError } from './sshErrors.ts'

export type SshSocket = {
  readonly stream: Duplex
  /** What a ProxyCommand wrote to stderr until it ended. */
  readonly proxyErrors: () => Promise<string[]>
}

/** Opens the stream to a target, through the jump host before it, if there is one. */
export function openSocket(
  target: SshTarget,
  jumpHost: NodeSSH | undefined,
  signal: AbortSignal,
): Promise<SshSocket> {
  if (jumpHost) return connectThroughJumpHost(target, jumpHost)
  if (target.proxyCommand !== undefined) return connectThroughCommand(target.proxyCommand)
  return connectDirectly(target, signal)
}

function connectDirectly(target: SshTarget, signal: AbortSignal): Promise<SshSocket> {
  const { host, port, family, bindAddress } = target
  // Node.js heeds the family only where it looks up a name.
  if (family !== undefined && isIP(host) !== 0 && isIP(host) !== family) {
    const message = `${host} is not an address of AddressFamily ${family === 4 ? 'inet' : 'inet6'}`
    return Promise.reject(connectError(target, Object.assign(new Error(message), { code: 'EAFNOSUPPORT' })))
  }
  return new Promise((resolve, reject) => {
    // Without noDelay every command would wait 40 ms for a delayed acknowledgement.
    const socket = connect({ host, port, family, localAddress: bindAddress, noDelay: true })
    const abort = () => socket.destroy(new Error('aborted'))
    signal.addEventListener('abort', abort, { once: true })
    socket.on('error', (error) => reject(connectError(target, error)))
    socket.on('connect', () => {
      signal.removeEventListener('abort', abort)
      resolve({ stream: gatherWrites(socket), proxyErrors: async () => [] })
    })
  })
}

/** Sends what is written in one turn of the event loop as one: ssh2 writes each packet in three pieces. */
function gatherWrites(socket: Socket): Socket {
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean
  return Object.assign(socket, {
    write: (...args: unknown[]) => {
      if (socket.writableCorked === 0) {
        socket.cork()
        process.nextTick(() => socket.uncork())
      }
      return write(...args)
    },
  })
}

async function connectThroughJumpHost(target: SshTarget, jumpHost: NodeSSH): Promise<SshSocket> {
  const { host, port, endpoint } = target
  try {
    const channel = await jumpHost.forwardOut('127.0.0.1', 0, host, port)
    return { stream: channel.on('error', () => {}), proxyErrors: async () => [] }
  } catch (error) {
    const reason = (error as Error).message.replace(/^\(SSH\) /, '')
    throw new UnreachableError('E_PROXY', `The jump host cannot reach ${endpoint}: ${reason}.`, 'connect', {
      cause: error,
      hint: `Can the jump host reach ${host} on port ${port}, and is it allowed to forward?`,
    })
  }
}

function connectThroughCommand(command: string): Promise<SshSocket> {
  const child = spawn('/bin/sh', ['-c', `exec ${command}`], { stdio: 'pipe', detached: true })
  const stderr: Buffer[] = []
  child.stderr.on('data', (bytes: Buffer) => stderr.push(bytes))
  child.on('error', (error) => stderr.push(Buffer.from(error.message)))
  const stream = new Duplex({
    read: () => child.stdout.resume(),
    write: (bytes, _encoding, done) => {
      child.stdin.write(bytes, done)
    },
    final: (done) => {
      child.stdin.end(done)
    },
    destroy: (error, done) => {
      killGroup(child.pid)
      done(error)
    },
  })
  child.stdin.on('error', () => stream.destroy())
  child.stdout.on('data', (bytes: Buffer) => {
    if (!stream.push(bytes)) child.stdout.pause()
  })
  child.stdout.on('end', () => stream.push(null))
  child.on('close', () => stream.destroy())
  stream.on('error', () => {})
  const closed = new Promise<void>((resolve) => child.on('close', () => resolve()))
  const proxyErrors = async () => {
    await Promise.race([closed, sleep(500, undefined, { ref: false })])
    const text = Buffer.concat(stderr).toString('utf8')
    return text.split('\n').filter((line) => line.trim() !== '')
  }
  return Promise.resolve({ stream, proxyErrors })
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGTERM')
  } catch {
    // it has ended
  }
}
