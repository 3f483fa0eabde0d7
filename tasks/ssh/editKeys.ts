// Sets and removes keys in the text of an authorized_keys file; the other lines stay.

import { isSameKey, type PublicKey, parseKey, publicKeyText } from './publicKeys.ts'

type KeyOptions = {
  readonly keyOptions?: string
  readonly comment?: string
  readonly exclusive: boolean
  readonly state: 'present' | 'absent'
}

export type EditedKeys = {
  readonly text: string
  readonly edits: readonly { readonly what: string; readonly from: string; readonly to: string }[]
}

/** Each key becomes one entry, with the options and the comment that it has, unless others are given. */
export function editKeys(
  before: string,
  keys: readonly PublicKey[],
  { keyOptions, comment, exclusive, state }: KeyOptions,
): EditedKeys {
  const lines = before === '' ? [] : before.replace(/\n$/, '').split('\n')
  const edits: EditedKeys['edits'][number][] = []
  for (const given of keys) {
    const key = { ...given, comment: latin1(comment ?? given.comment) }
    const found = lines.flatMap((line, index) => {
      const present = parseKey(line)
      return present && isSameKey(present, key) ? [{ index, line, present }] : []
    })
    const [first, ...others] = found
    const desired = {
      ...key,
      options: keyOptions ?? (key.options || (first?.present.options ?? '')),
      comment: comment === undefined ? key.comment || (first?.present.comment ?? '') : key.comment,
    }
    const isSame = first && publicKeyText(first.present) === publicKeyText(desired)
    if (state === 'absent') {
      if (first) edits.push({ what: shown(key), from: described(first.present), to: 'absent' })
    } else if (!isSame) {
      edits.push({
        what: shown(key),
        from: first ? described(first.present) : 'absent',
        to: described(desired),
      })
      if (first) lines[first.index] = publicKeyText(desired)
      else lines.push(publicKeyText(desired))
    } else if (others.length > 0)
      edits.push({ what: shown(key), from: `${found.length} entries`, to: 'one entry' })
    const gone = state === 'absent' ? found : others
    for (const { index } of [...gone].reverse()) lines.splice(index, 1)
  }
  if (exclusive) {
    for (const [index, line] of [...lines.entries()].reverse()) {
      const present = parseKey(line)
      if (!present || keys.some((key) => isSameKey(key, present))) continue
      edits.push({ what: shown(present), from: described(present), to: 'absent' })
      lines.splice(index, 1)
    }
  }
  if (edits.length === 0) return { text: before, edits }
  return { text: lines.length === 0 ? '' : `${lines.join('\n')}\n`, edits }
}

/** Comments are UTF-8, whose bytes the text has as Latin-1. */
function latin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}

/** `ssh-ed25519 …4xBq`: the end of a key tells it from others. */
function shown({ type, blob }: PublicKey): string {
  return `${type} …${blob.replace(/=+$/, '').slice(-8)}`
}

function described({ options, comment }: Pick<PublicKey, 'options' | 'comment'>): string {
  const text = [options, comment].filter((each) => each !== '').join(' ')
  return Buffer.from(text, 'latin1').toString('utf8') || 'without a comment'
}
