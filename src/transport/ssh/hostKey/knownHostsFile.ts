// Reads known_hosts files, and adds keys to them as ssh does.

import { createHmac, randomBytes } from 'node:crypto'
import { appendFileSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { distrustReason } from '../../../files/trust.ts'
import type { SshTarget } from '../config/target.ts'
import { distrustedFileError } from './hostKeyErrors.ts'
import {
  entriesFor,
  isListable,
  type KnownHostsEntry,
  keyType,
  knownHostsAddress,
  knownHostsLine,
  knownHostsName,
  parseKnownHosts,
} from './knownHosts.ts'

/** The entries of a file; none if it is missing, as in OpenSSH. @throws UnreachableError E_KNOWN_HOSTS */
export async function readKnownHosts(file: string, { endpoint }: SshTarget): Promise<KnownHostsEntry[]> {
  const isFile = statSync(file, { throwIfNoEntry: false })?.isFile() ?? false
  const reason = isFile ? distrustReason(file, { isGroupTrusted: true }) : undefined
  if (reason) throw distrustedFileError(file, endpoint, reason)
  try {
    return parseKnownHosts(await readFile(file, 'utf8'), file)
  } catch {
    return []
  }
}

/** Whether the file has the key now, and what happened. */
type Added = { readonly isKnown: boolean; readonly message: string }

/**
 * Adds a key to the first of UserKnownHostsFile, with a hashed name if HashKnownHosts is set. Runs at the same time may
 * add to the file as well: a line is written at once, at its end. Never throws.
 */
export function addToKnownHosts(target: SshTarget, key: Buffer): Added {
  const [file] = target.userKnownHostsFiles
  const { host, port } = knownHostsAddress(target)
  const failed = (reason: string) => {
    return {
      isKnown: false,
      message: `The host key of ${host} could not be added to ${file ?? 'a file'}: ${reason}`,
    }
  }
  if (file === undefined) return failed('there is no UserKnownHostsFile')
  if (!isListable(host)) return failed(`known_hosts would take "${host}" for a pattern`)
  try {
    const text = readText(file)
    const known = entriesFor(parseKnownHosts(text, file), host, port)
    if (known.some((entry) => entry.marker === undefined && entry.key.equals(key))) {
      return { isKnown: true, message: `The host key of ${host} is in ${file} already` }
    }
    // Not recursive: as ssh, it makes ~/.ssh at most.
    if (!existsSync(dirname(file))) mkdirSync(dirname(file), { mode: 0o700 })
    const line = target.hashKnownHosts
      ? `${hashedName(host, port)} ${keyType(key)} ${key.toString('base64')}`
      : knownHostsLine(host, port, key)
    const separator = text === '' || text.endsWith('\n') ? '' : '\n'
    appendFileSync(file, `${separator}${line}\n`, { mode: 0o600 })
    return { isKnown: true, message: `The host key of ${host} was added to ${file}` }
  } catch (error) {
    return failed((error as Error).message)
  }
}

/** `|1|salt|hash`: a name as HashKnownHosts writes it. */
function hashedName(host: string, port: number): string {
  const salt = randomBytes(20)
  const hash = createHmac('sha1', salt).update(knownHostsName(host, port)).digest('base64')
  return `|1|${salt.toString('base64')}|${hash}`
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}
