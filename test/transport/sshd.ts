// Runs OpenSSH's sshd on loopback, with its own keys, for tests.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const program = '/usr/sbin/sshd'

/** Why tests with sshd cannot run here, if they cannot. With CI=true, that is an error. */
export function sshdMissing(): string | undefined {
  const reason = !existsSync(program)
    ? `no ${program}`
    : process.getuid?.() === 0
      ? undefined
      : 'not root, so that sshd cannot log users in'
  if (reason && process.env.CI === 'true') throw new Error(`These tests need OpenSSH: ${reason}.`)
  return reason
}

type SshdOptions = {
  /** Lines of sshd_config, before the usual ones: the first of a keyword counts. */
  readonly config?: readonly string[]
  readonly hostKeyType?: 'ed25519' | 'rsa' | 'ecdsa'
}

export type Sshd = {
  readonly port: number
  /** A folder for the test's own files, removed by `stop`. */
  readonly folder: string
  /** A private key without passphrase that everybody's account accepts. */
  readonly keyFile: string
  readonly authorizedKeysFile: string
  readonly knownHostsFile: string
  readonly hostKeyFile: string
  /** What sshd logged so far. */
  readonly log: () => string
  /** Cuts all connections at once, without a word. */
  readonly killSessions: () => void
  readonly stop: () => Promise<void>
}

/** An sshd that accepts `keyFile` for every account. It is up when this resolves. */
export async function startSshd({ config = [], hostKeyType = 'ed25519' }: SshdOptions = {}): Promise<Sshd> {
  mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })
  const folder = mkdtempSync(join(tmpdir(), 'rp-sshd-'))
  chmodSync(folder, 0o755)
  const file = (name: string) => join(folder, name)
  const port = await freePort()
  makeKey(file('host_key'), hostKeyType)
  makeKey(file('key'), 'ed25519')
  writeFileSync(file('authorized_keys'), readFileSync(file('key.pub')), { mode: 0o644 })
  const [type, key] = readFileSync(file('host_key.pub'), 'utf8').split(' ')
  writeFileSync(file('known_hosts'), `[127.0.0.1]:${port} ${type} ${key}\n`)
  writeFileSync(file('sshd_config'), [...config, ...usual(file, port)].join('\n'))
  const child = spawn(program, ['-D', '-e', '-f', file('sshd_config')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let log = ''
  child.stderr.on('data', (bytes) => {
    log += String(bytes)
  })
  await untilItAnswers(port, child, () => log)
  return {
    port,
    folder,
    keyFile: file('key'),
    authorizedKeysFile: file('authorized_keys'),
    knownHostsFile: file('known_hosts'),
    hostKeyFile: file('host_key'),
    log: () => log,
    killSessions: () => {
      for (const pid of sessionsUnder(child.pid!)) kill(pid)
    },
    stop: async () => {
      await ended(child)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function usual(file: (name: string) => string, port: number): string[] {
  return [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${file('host_key')}`,
    `PidFile ${file('pid')}`,
    `AuthorizedKeysFile ${file('authorized_keys')}`,
    'StrictModes no',
    'PermitRootLogin yes',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'UsePAM no',
    'UseDNS no',
    'MaxStartups 100',
    'LogLevel VERBOSE',
    // With it bash does not take itself for a login's first shell, which reads this machine's ~/.bashrc.
    'SetEnv SHLVL=1',
    '',
  ]
}

/** Makes a key pair with ssh-keygen. RSA keys are of 2048 bits, which takes a third of the time of its 3072. */
export function makeKey(file: string, type: 'ed25519' | 'rsa' | 'ecdsa', passphrase = ''): void {
  const bits = type === 'rsa' ? ['-b', '2048'] : []
  execFileSync('ssh-keygen', ['-q', '-t', type, ...bits, '-N', passphrase, '-C', 'test', '-f', file])
}

/** A port on loopback that nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

async function untilItAnswers(port: number, child: ChildProcess, log: () => string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`sshd ended: ${log()}`)
    if (await answers(port)) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`sshd does not answer: ${log()}`)
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('data', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}

/** The processes of sshd below this one: a connection has one, and one more without privileges. */
function sessionsUnder(pid: number): number[] {
  const text = readIfThere(`/proc/${pid}/task/${pid}/children`)
  const children = text.split(' ').filter(Boolean).map(Number)
  const sessions = children.filter((child) => readIfThere(`/proc/${child}/comm`) === 'sshd\n')
  return [...sessions, ...sessions.flatMap(sessionsUnder)]
}

/** A process may end at any time. */
function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** A session may end with the process before it. */
function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) return resolve()
    child.on('exit', () => resolve())
    child.kill('SIGTERM')
  })
}
