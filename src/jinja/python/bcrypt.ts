// bcrypt, as Ansible's password_hash makes it.

import { createRequire } from 'node:module'

const idents = ['2a', '2b', '2y'] as const
type BcryptIdent = (typeof idents)[number]

export function isBcryptIdent(text: string): text is BcryptIdent {
  return (idents as readonly string[]).includes(text)
}

/** @param salt 22 characters of ./A-Za-z0-9 @param rounds 4 to 31, each twice as long as the one before */
export function bcrypt(password: string, salt: string, rounds: number, ident: BcryptIdent): string {
  const { hashSync } = createRequire(import.meta.url)('bcryptjs') as typeof import('bcryptjs')
  return hashSync(password, `$${ident}$${String(rounds).padStart(2, '0')}$${salt}`)
}
