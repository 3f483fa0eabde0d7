// The stream that an ssh connection runs on: TCP, a channel through a jump host, or a ProxyCommand's own streams.

import { spawn } from 'node:child_process'
import { connect } from 'node:net'
import { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from 'ssh2'
import { UnreachableError } from '../../model/errors/error.ts'
import type { SshTarget } from './config/target.ts'
import { connectError } from './sshErrors.ts'

export type SshSocket = {
  readonly stream: Duplex
  /** What a ProxyCommand said about its failing, once it ended. */
  readonly proxyErrors: () => Promise<string[]>
}

/** Opens the stream to a target; `jump` is the connection to the jump host before it. */
export function openSocket(
  target: SshTarget,
  jump: Client | undefined,
  signal: AbortSignal,
): Promise<SshSocket> {
  if (jump) return connectThroughJump(target, jump)
  if (target.proxyCommand !== undefined) return connectThroughCommand(target.proxyCommand)
  return connectDirectly(target, signal)
}

function connectDirectly(target: SshTarget, signal: AbortSignal): Promise<SshSocket> {
  const { host, port, family, bindAddress } = target
  return new Promise((resolve, reject) => {
    // Without noDelay every command waits 40 ms for a delayed acknowledgement.
    const socket = connect({ host, port, family, localAddress: bindAddress, noDelay: true })
    const abort = () => socket.destroy(new Error('aborted'))
    signal.addEventListener('abort', abort, { once: true })
    socket.on('error', (error) => reject(connectError(target, error)))
    socket.on('connect', () => {
      signal.removeEventListener('abort', abort)
      resolve({ stream: socket, proxyErrors: async () => [] })
    })
  })
}

function connectThroughJump(target: SshTarget, jump: Client): Promise<SshSocket> {
  const { host, port, endpoint } = target
  return new Promise((resolve, reject) => {
    const fail = (error: Error) =>
      reject(
        new UnreachableError(
          'E_PROXY',
          `The jump host does not get through to ${endpoint}: ${error.message.replace(/^\(SSH\) /, '')}.`,
          'connect',
          { cause: error, hint: `Can the jump host reach ${host} on port ${port}, and may it forward?` },
        ),
      )
    try {
      jump.forwardOut('127.0.0.1', 0, host, port, (error, channel) => {
        if (error) fail(error)
        else resolve({ stream: channel.on('error', () => {}), proxyErrors: async () => [] })
      })
    } catch (error) {
      fail(error as Error)
    }
  })
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
  return Promise.resolve({ stream, proxyErrors: proxyErrors })
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGTERM')
  } catch {
    // it ended by itself
  }
}
