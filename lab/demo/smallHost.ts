// SSH server in this process that runs commands with /bin/sh in a folder.

import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ssh2, { type ServerChannel, type Session } from 'ssh2'

type SmallKeys = { readonly clientKeyFile: string; readonly clientPublic: Buffer }
export type SmallHost = {
  readonly name: string
  readonly port: number
  readonly home: string
  /** `ssh-ed25519 AAAA…`, as known_hosts has it. */
  readonly publicKey: string
  readonly stop: () => void
}

/** A key pair for the client, its private half in a file of mode 0600. */
export function makeKeys(folder: string): SmallKeys {
  const pair = ssh2.utils.generateKeyPairSync('ed25519')
  const clientKeyFile = join(folder, 'id_ed25519')
  writeFileSync(clientKeyFile, pair.private, { mode: 0o600 })
  return { clientKeyFile, clientPublic: parsedPublic(pair.public) }
}

/** Listens on a free port of the loopback interface; only the given key may log in. */
export function startSmallHost(name: string, home: string, { clientPublic }: SmallKeys): Promise<SmallHost> {
  const hostKey = ssh2.utils.generateKeyPairSync('ed25519')
  const server = new ssh2.Server({ hostKeys: [hostKey.private] }, (client) => {
    client.on('error', () => {})
    client.on('authentication', (attempt) => {
      const isOurs = attempt.method === 'publickey' && attempt.key.data.equals(clientPublic)
      if (isOurs) attempt.accept()
      else attempt.reject(['publickey'])
    })
    client.on('session', (accept) => serveSession(accept(), home))
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      const publicKey = hostKey.public.split(' ').slice(0, 2).join(' ')
      resolve({ name, port, home, publicKey, stop: () => server.close() })
    })
  })
}

function serveSession(session: Session, home: string): void {
  session.on('exec', (accept, _reject, { command }) => pipeCommand(accept(), command, home))
}

function pipeCommand(channel: ServerChannel, command: string, home: string): void {
  const child = spawn('/bin/sh', ['-c', command], { cwd: home, stdio: 'pipe' })
  channel.pipe(child.stdin)
  child.stdin.on('error', () => {})
  child.stdout.pipe(channel, { end: false })
  child.stderr.pipe(channel.stderr, { end: false })
  child.on('close', (code) => {
    channel.exit(code ?? 1)
    channel.end()
  })
}

function parsedPublic(text: string): Buffer {
  const key = ssh2.utils.parseKey(text)
  if (key instanceof Error) throw key
  return key.getPublicSSH()
}
