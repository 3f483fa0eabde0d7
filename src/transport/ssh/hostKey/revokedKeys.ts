// Looks keys up in the file of RevokedHostKeys: public keys, or a key revocation list.

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { keyType } from './knownHosts.ts'

/**
 * Why a key must not be accepted: it is revoked, or that cannot be found out, as in OpenSSH. undefined: it may.
 *
 * @param file as RevokedHostKeys names it; undefined: nothing is revoked
 */
export function revokedProblem(file: string | undefined, key: Buffer): string | undefined {
  if (file === undefined) return undefined
  try {
    const content = readFileSync(file)
    const isRevoked = content.subarray(0, 8).equals(listMagic) ? isInList(file, key) : isInText(content, key)
    return isRevoked ? `it is revoked in ${file}` : undefined
  } catch (error) {
    return `the file of RevokedHostKeys cannot be used: ${(error as Error).message}`
  }
}

const listMagic = Buffer.from('SSHKRL\n\0', 'latin1')

/** ssh-keygen reads the binary format, which it alone can write. */
function isInList(file: string, key: Buffer): boolean {
  const input = `${keyType(key)} ${key.toString('base64')}\n`
  const { status, error, stderr } = spawnSync('/bin/sh', ['-c', query, file], { input })
  if (error) throw error
  if (status === 0 || status === 1) return status === 1
  throw new Error(`ssh-keygen -Q: ${stderr.toString('utf8').trim()}`)
}

/** Node.js gives a socket as standard input, which cannot be opened by name; `cat` makes it a pipe. */
const query = 'cat | ssh-keygen -Q -f "$0" /dev/stdin'

function isInText(content: Buffer, key: Buffer): boolean {
  const base64 = key.toString('base64')
  const lines = content.toString('utf8').split('\n')
  return lines.some((line) => !/^\s*#/.test(line) && line.trim().split(/\s+/).includes(base64))
}
