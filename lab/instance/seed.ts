// Writes what differs between hosts into their layers: name, address, keys, users.

import { randomBytes } from 'node:crypto'
import { chmod, chown, lstat, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { runIn } from '../machine/run.ts'
import { type Passwords, readPasswords } from './credentials.ts'
import type { InstanceFiles } from './instanceFiles.ts'
import type { Address, Topology } from './topology.ts'

export type SeedFile = { readonly path: string; readonly text: string; readonly mode?: number }

/** Fills `upper`, the overlay's writable layer, for a host over the image `lower`. */
export async function seedHost(
  upper: string,
  lower: string,
  host: Address,
  network: Topology,
  files: InstanceFiles,
  packageSources: readonly SeedFile[],
): Promise<void> {
  const keys = {
    hostKey: await readFile(files.hostKeyFile(host.name), 'utf8'),
    hostKeyPublic: await readFile(`${files.hostKeyFile(host.name)}.pub`, 'utf8'),
    login: await readFile(`${files.keyFile}.pub`, 'utf8'),
  }
  const seeds: SeedFile[] = [
    ...identity(host, network),
    ...(host.system === 'busybox' ? boxOnly(host) : await systemdOnly(host, lower, files)),
    ...access(keys, host.system === 'busybox' ? ['root'] : ['root', 'home/deploy', 'home/ops']),
    ...packageSources,
  ]
  for (const seed of seeds) await writeSeed(upper, lower, seed)
}

function identity({ name }: Address, { hosts }: Topology): SeedFile[] {
  const others = hosts.filter((host) => host.name !== name)
  const names = [
    '127.0.0.1 localhost',
    `127.0.1.1 ${name}`,
    ...others.map((host) => `${host.address} ${host.name}`),
  ]
  return [
    { path: 'etc/hostname', text: `${name}\n` },
    { path: 'etc/hosts', text: `${names.join('\n')}\n` },
  ]
}

async function systemdOnly({ address }: Address, lower: string, files: InstanceFiles): Promise<SeedFile[]> {
  const shadow = await readFile(join(lower, 'etc/shadow'), 'utf8')
  return [
    { path: 'etc/machine-id', text: `${randomBytes(16).toString('hex')}\n`, mode: 0o444 },
    { path: 'etc/systemd/network/10-lab.network', text: interfaceText(address) },
    { path: 'etc/shadow', text: await withPasswords(shadow, await readPasswords(files)), mode: 0o640 },
  ]
}

/** The address that its /etc/init.d/rcS sets. */
function boxOnly({ address }: Address): SeedFile[] {
  return [{ path: 'etc/address', text: `${address}\n` }]
}

// Without a default route multicast needs one of its own, or Tomcat's membership cannot send.
function interfaceText(address: string): string {
  return `[Match]
Name=host0
[Network]
Address=${address}/24
LinkLocalAddressing=no
IPv6AcceptRA=no
[Route]
Destination=224.0.0.0/4
Scope=link
`
}

function access(
  keys: { hostKey: string; hostKeyPublic: string; login: string },
  homes: readonly string[],
): SeedFile[] {
  return [
    { path: 'etc/ssh/ssh_host_ed25519_key', text: keys.hostKey, mode: 0o600 },
    { path: 'etc/ssh/ssh_host_ed25519_key.pub', text: keys.hostKeyPublic },
    ...homes.map((home) => ({
      path: `${home}/.ssh/authorized_keys`,
      text: keys.login,
      mode: 0o600,
    })),
  ]
}

/** The image's shadow(5) with the users' passwords in it. */
async function withPasswords(shadow: string, passwords: Passwords): Promise<string> {
  const hash = async (password: string) =>
    (await runIn({ input: `${password}\n` })`openssl passwd -6 -stdin`).trim()
  const hashes = { deploy: await hash(passwords.deploy), ops: await hash(passwords.ops) }
  return shadow.replace(/^(deploy|ops):[^:]*:/gm, (_, user: keyof Passwords) => `${user}:${hashes[user]}:`)
}

/** Writes one file into the upper layer; folders and owners are as in the image, which shows through elsewhere. */
async function writeSeed(
  upper: string,
  lower: string,
  { path, text, mode = 0o644 }: SeedFile,
): Promise<void> {
  const owner = await createFolder(upper, lower, dirname(path))
  await writeFile(join(upper, path), text)
  await chmod(join(upper, path), mode)
  const { uid, gid } = await lstat(join(lower, path)).catch(() => owner)
  await chown(join(upper, path), uid, gid)
}

async function createFolder(
  upper: string,
  lower: string,
  path: string,
): Promise<{ uid: number; gid: number }> {
  if (path !== '.') await createFolder(upper, lower, dirname(path))
  const { mode, uid, gid } = await lstat(join(lower, path))
  await mkdir(join(upper, path), { recursive: true })
  await chmod(join(upper, path), mode & 0o7777)
  await chown(join(upper, path), uid, gid)
  return { uid, gid }
}
