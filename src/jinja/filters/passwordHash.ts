// The filter password_hash: passwords as crypt(3) stores them.

import { randomInt } from 'node:crypto'
import { bcrypt, isBcryptIdent } from '../python/bcrypt.ts'
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
  (value, [name = 'sha512', salt = null, size = null, rounds = null, ident = null]) => {
    const kind = str(name)
    const given = {
      salt: salt === null ? undefined : str(salt),
      size: size === null ? undefined : intOf(size, 'salt_size'),
      rounds: rounds === null ? undefined : intOf(rounds, 'rounds'),
    }
    if (kind === 'bcrypt' || kind === 'blowfish')
      return bcryptHash(str(value), given, ident === null ? '2b' : str(ident))
    const known = kinds[kind]
    if (known) return shaHash(known, str(value), given)
    const hint =
      'sha512, sha256 and bcrypt are there; for others, hash on the host or with a program of your own.'
    throw new PyError(`cannot make a hash of the kind ${quoted(kind)}`, hint)
  },
)

type Given = {
  readonly salt: string | undefined
  readonly size: number | undefined
  readonly rounds: number | undefined
}

function shaHash(
  known: { readonly kind: CryptKind; readonly rounds: number },
  password: string,
  { salt, size = 16, rounds = known.rounds }: Given,
): string {
  const text = salt ?? randomSalt(size)
  if (!/^[./0-9A-Za-z]{0,16}$/.test(text))
    throw new PyError('the salt has to be at most 16 characters of ./0-9A-Za-z')
  return cached([known.kind, password, text, rounds], () => shaCrypt(known.kind, password, text, rounds))
}

function bcryptHash(password: string, { salt = randomSalt(22), rounds = 12 }: Given, ident: string): string {
  if (!/^[./0-9A-Za-z]{22}$/.test(salt))
    throw new PyError('the salt of bcrypt has to be 22 characters of ./0-9A-Za-z')
  if (rounds < 4 || rounds > 31)
    throw new PyError(`bcrypt has 4 to 31 rounds, not ${rounds}`, 'Each doubles the time; the default is 12.')
  if (!isBcryptIdent(ident)) throw new PyError(`no ident ${quoted(ident)} of bcrypt`, 'Give 2b, 2a or 2y.')
  if (Buffer.byteLength(password) > 72)
    throw new PyError('the password has more than 72 bytes, the limit of bcrypt', 'Take sha512.')
  return cached([ident, password, salt, rounds], () => bcrypt(password, salt, rounds, ident))
}

const made = new Map<string, string>()

/** A hash takes a second or two, and many hosts need the same. */
function cached(of: readonly unknown[], make: () => string): string {
  const key = JSON.stringify(of)
  const hash = made.get(key) ?? make()
  made.set(key, hash)
  return hash
}

function randomSalt(length: number): string {
  return Array.from({ length }, () => saltCharacters[randomInt(saltCharacters.length)]).join('')
}
