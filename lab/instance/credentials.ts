// Creates and keeps the keys and passwords of an instance.

import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { exists } from '../machine/exists.ts'
import { run } from '../machine/run.ts'
import type { InstanceFiles } from './instanceFiles.ts'
import type { Address } from './topology.ts'

/** Passwords of the users that have one: `deploy` needs it for sudo, `ops` does not. */
export type Passwords = { readonly deploy: string; readonly ops: string }

/** Makes what is missing: the client's key, one host key a host, the passwords (mode 0600). */
export async function makeCredentials(files: InstanceFiles, hosts: readonly Address[]): Promise<void> {
  await makeKey(files.keyFile, 'run-playbook-lab')
  await Promise.all(hosts.map(({ name }) => makeKey(files.hostKeyFile(name), name)))
  if (await exists(files.passwordsFile)) return
  const passwords: Passwords = { deploy: newPassword(), ops: newPassword() }
  await writeFile(`${files.passwordsFile}.new`, `${JSON.stringify(passwords, null, 2)}\n`, { mode: 0o600 })
  await rename(`${files.passwordsFile}.new`, files.passwordsFile)
}

/** Writes known_hosts: each host by its address and its name. Format: sshd(8). */
export async function writeKnownHosts(files: InstanceFiles, hosts: readonly Address[]): Promise<void> {
  const lines = hosts.map(async ({ name, address }) => {
    const [type, key] = (await readFile(`${files.hostKeyFile(name)}.pub`, 'utf8')).split(' ')
    return `${address},${name} ${type} ${key}\n`
  })
  await writeFile(files.knownHostsFile, (await Promise.all(lines)).join(''))
}

export async function readPasswords(files: InstanceFiles): Promise<Passwords> {
  return JSON.parse(await readFile(files.passwordsFile, 'utf8')) as Passwords
}

// The public half is written last, so a key without one was cut short.
async function makeKey(file: string, comment: string): Promise<void> {
  if (await exists(`${file}.pub`)) return
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  await run`rm -f ${file}`
  await run`ssh-keygen -q -t ed25519 -N ${''} -C ${comment} -f ${file}`
}

const newPassword = () => randomBytes(12).toString('base64url')
