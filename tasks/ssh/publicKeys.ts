// Reads lines of authorized_keys: options, type, key, comment.

export type PublicKey = {
  /** Without them: ''. */
  readonly options: string
  readonly type: string
  readonly blob: string
  readonly comment: string
}

const types =
  /^(?:ssh-(?:rsa|dss|ed25519|ed448)|ecdsa-sha2-nistp\d+|sk-(?:ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com|[a-z0-9-]+-cert-v\d\d@openssh\.com)$/

/** The lines of a text without comments and empty ones. */
export function keyLines(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.trimStart().startsWith('#'))
}

/** undefined for comments, empty lines and what is no key. */
export function parseKey(line: string): PublicKey | undefined {
  const words = split(line)
  const at = words.findIndex(({ text }) => types.test(text))
  if (at === -1 || at > 1 || line.trimStart().startsWith('#')) return undefined
  const [type, blob] = [words[at]!.text, words[at + 1]?.text]
  if (blob === undefined || !isBlob(blob, type)) return undefined
  const rest = words[at + 2]
  return {
    options: at === 0 ? '' : words[0]!.text,
    type,
    blob,
    comment: rest === undefined ? '' : line.slice(rest.from).trim(),
  }
}

export function publicKeyText({ options, type, blob, comment }: PublicKey): string {
  return [options, type, blob, comment].filter((each) => each !== '').join(' ')
}

export function isSameKey(one: PublicKey, other: PublicKey): boolean {
  return one.type === other.type && one.blob === other.blob
}

/** The blob begins with its type. */
function isBlob(blob: string, type: string): boolean {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(blob)) return false
  const bytes = Buffer.from(blob, 'base64')
  return bytes.length > 4 && bytes.toString('latin1', 4, 4 + bytes.readUInt32BE(0)) === type
}

type Word = { readonly text: string; readonly from: number }

/** Blanks in quotes, which options have, do not separate. */
function split(line: string): Word[] {
  return [...line.matchAll(/(?:"(?:\\.|[^"\\])*"|[^\s"])+/g)].map(({ 0: text, index }) => ({
    text,
    from: index,
  }))
}
