// Logs in to a lab's hosts with OpenSSH, without the user's own configuration.

import { spawn } from 'node:child_process'
import { PlaybookError } from '../../src/model/errors/error.ts'
import type { Address } from './topology.ts'

type Access = { readonly keyFile: string; readonly knownHostsFile: string }
export type SshResult = { readonly code: number; readonly stdout: string; readonly stderr: string }
type SshOptions = {
  /** Who logs in; `root` when left out. */
  readonly user?: string
  /** What the command reads on stdin; nothing when left out. */
  readonly input?: string | Buffer
}

/**
 * Runs a command on a host and gives its exit code (255: ssh itself failed) and output.
 * @example (await ssh(lab, lab.hosts[0], 'rpm -q make')).code
 */
export function ssh(
  access: Access,
  host: Address,
  command: string,
  options: SshOptions = {},
): Promise<SshResult> {
  const child = spawn('ssh', [...sshArguments(access, host, options.user), command])
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
  child.stdin.on('error', () => {}) // a command need not read its stdin to the end
  child.stdin.end(options.input ?? '')
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) =>
      resolve({ code: code ?? 255, stdout: `${Buffer.concat(stdout)}`, stderr: `${Buffer.concat(stderr)}` }),
    )
  })
}

/** Hands this process's stdin and output to ssh, and gives its exit code; without a command, a shell. */
export function sshThrough(
  access: Access,
  host: Address,
  command: readonly string[],
  user?: string,
): Promise<number> {
  const child = spawn('ssh', [...sshArguments(access, host, user), ...command], { stdio: 'inherit' })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve(code ?? 255))
  })
}

/** The host of a lab by its name. */
export function findLabHost(hosts: readonly Address[], name: string): Address {
  const host = hosts.find((one) => one.name === name)
  if (host) return host
  throw new PlaybookError(
    'E_LAB_HOST',
    `No host "${name}" in the lab.`,
    `It has ${hosts.map((one) => one.name).join(', ')}.`,
  )
}

function sshArguments(
  { keyFile, knownHostsFile }: Access,
  { address, port = 22 }: Address,
  user = 'root',
): string[] {
  const settings = {
    UserKnownHostsFile: `"${knownHostsFile}"`, // ssh splits the value at blanks
    GlobalKnownHostsFile: '/dev/null',
    IdentitiesOnly: 'yes',
    BatchMode: 'yes',
    LogLevel: 'ERROR',
    ConnectTimeout: '20',
    KexAlgorithms: 'curve25519-sha256', // OpenSSH's first choice takes six times the processor time of all else
  }
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`])
  return ['-F', '/dev/null', '-i', keyFile, '-p', String(port), ...options, `${user}@${address}`]
}
