// The lookup password: a random password that is made once and kept in a file.

import { randomInt } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import { Secret } from '../../model/secrets/secret.ts'
import { bindArguments, type CallContext, type Lookup } from '../values/library.ts'
import { str } from '../values/text.ts'
import { type Kwargs, PyError, type Value } from '../values/value.ts'

const letters = 'abcdefghijklmnopqrstuvwxyz'

/** The names of Python's module `string` for sets of characters. */
const characterSets: { readonly [name: string]: string } = {
  ascii_lowercase: letters,
  ascii_uppercase: letters.toUpperCase(),
  ascii_letters: letters + letters.toUpperCase(),
  digits: '0123456789',
  hexdigits: '0123456789abcdefABCDEF',
  octdigits: '01234567',
  punctuation: '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
}

type Wish = {
  readonly path: string
  readonly length: number
  readonly chars: string
  readonly encrypt?: string
}

/** `lookup('password', 'path length=20 chars=ascii_letters,digits encrypt=sha512_crypt')`: a secret. */
export const password: Lookup = (terms, kwargs, context) =>
  terms.map((term) => {
    const wish = wishOf(str(term), kwargs)
    const path = isAbsolute(wish.path) ? wish.path : join(context.searchPath[0] ?? '.', wish.path)
    const kept = path === '/dev/null' ? undefined : read(path)
    const [plain = '', salt] = kept?.split(' salt=') ?? [randomText(wish.chars, wish.length)]
    if (wish.encrypt === undefined) {
      if (kept === undefined) write(path, `${plain}\n`)
      return new Secret(plain)
    }
    const ownSalt =
      salt ??
      randomText(
        `./${characterSets.ascii_letters}${characterSets.digits}`,
        /^(?:bcrypt|blowfish)$/.test(wish.encrypt) ? 22 : 16,
      )
    if (kept === undefined || salt === undefined) write(path, `${plain} salt=${ownSalt}\n`)
    return hashed(plain, wish.encrypt, ownSalt, context)
  })

function hashed(plain: string, method: string, salt: string, { filter }: CallContext): Value {
  const kind = method.replace(/_crypt$/, '')
  return filter('password_hash', new Secret(plain), [
    kind,
    kind === 'sha512' || kind === 'sha256' ? salt.slice(0, 16) : salt,
  ])
}

function wishOf(term: string, kwargs: Kwargs): Wish {
  const words = term.split(' ')
  const from = words.findIndex(
    (word, index) => index > 0 && /^(?:length|chars|encrypt|ident|seed)=/.test(word),
  )
  const pairs = from < 0 ? [] : words.slice(from).filter((word) => word !== '')
  const written = pairs.map((pair): [string, Value] => [
    pair.slice(0, pair.indexOf('=')),
    pair.slice(pair.indexOf('=') + 1),
  ])
  const named = new Map([...kwargs, ...written])
  const [length = 20, chars = 'ascii_letters,digits,.,:-_', encrypt] = bindArguments([], named, [
    'length',
    'chars',
    'encrypt',
  ])
  const count = Number(str(length))
  if (!Number.isInteger(count) || count < 1 || count > 10_000)
    throw new PyError(`lookup password: the length ${str(length)} is not a number of characters`)
  return {
    path: (from < 0 ? words : words.slice(0, from)).join(' ').trim(),
    length: count,
    chars: charactersOf(Array.isArray(chars) ? chars.map(str).join(',') : str(chars)),
    encrypt: encrypt === undefined || encrypt === null || encrypt === '' ? undefined : str(encrypt),
  }
}

/** Names of sets and single characters with commas between them; two commas are a comma. */
function charactersOf(text: string): string {
  const parts = text
    .replaceAll(',,', ',comma')
    .split(',')
    .filter((part) => part !== '')
  return [
    ...new Set(parts.map((part) => (part === 'comma' ? ',' : (characterSets[part] ?? part))).join('')),
  ].join('')
}

function randomText(characters: string, length: number): string {
  return Array.from({ length }, () => characters[randomInt(characters.length)]).join('')
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').replace(/\n$/, '')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    throw new PyError(`lookup password: ${message}`)
  }
}

function write(path: string, text: string): void {
  if (path === '/dev/null') return
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    writeFileSync(path, text, { mode: 0o600 })
  } catch (error) {
    throw new PyError(`lookup password: ${(error as Error).message}`)
  }
}
