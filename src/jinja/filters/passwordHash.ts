// The filter password_hash: passwords as crypt(3) stores them.

import { randomInt } from 'node:crypto'
import { type CryptKind, shaCrypt } from '../python/shaCrypt.ts'
import { intOf, named } from '../values/arguments.ts'
import type { Filter } from '../values/library.ts'
import { quoted, str } from '../values/text.ts'
import { PyError } from '../values/value.ts'

/** Ansible's default rounds, which are those of passlib. */
const kinds: { readonly [name: string]: { readonly kind: CryptKind; readonly rounds: number } } = {
  sha512: { kind: 'sha512', rounds: 656_000 },
  sha512_crypt: { kind: 'sha512', rounds: 656_000 },
  sha256: { kind: 'sha256', rounds: 535_000 },
  sha256_crypt: { kind: 'sha256', rounds: 535_000 },
}

const saltCharacters = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/**
 * `password_hash('sha512', salt, rounds=…)`. Without a salt it makes a random one, so that each rendering differs: who
 * wants a task to change nothing the second time gives a salt.
 */
export const passwordHash: Filter = named(
  ['hashtype', 'salt', 'salt_size', 'rounds', 'ident'],
  (value, [name = 'sha512', salt = null, saltSize = null, rounds = null]) => {
    const known = kinds[str(name)]
    if (!known) {
      const hint = 'sha512 and sha256 are there; for others, hash on the host or with a program of your own.'
      throw new PyError(`cannot make a hash of the kind ${quoted(str(name))}`, hint)
    }
    const text = salt === null ? randomSalt(saltSize === null ? 16 : intOf(saltSize, 'salt_size')) : str(salt)
    if (!/^[./0-9A-Za-z]{0,16}$/.test(text))
      throw new PyError('the salt has to be at most 16 characters of ./0-9A-Za-z')
    return cached(known.kind, str(value), text, rounds === null ? known.rounds : intOf(rounds, 'rounds'))
  },
)

const made = new Map<string, string>()

/** A hash takes a second or two, and many hosts need the same. */
function cached(kind: CryptKind, password: string, salt: string, rounds: number): string {
  const key = JSON.stringify([kind, password, salt, rounds])
  const hash = made.get(key) ?? shaCrypt(kind, password, salt, rounds)
  made.set(key, hash)
  return hash
}

function randomSalt(length: number): string {
  return Array.from({ length }, () => saltCharacters[randomInt(saltCharacters.length)]).join('')
}
