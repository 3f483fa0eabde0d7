// Puts an entry into the text of fstab, comparing by meaning; the other lines stay.

export type FstabEntry = {
  readonly src: string
  readonly path: string
  readonly fstype: string
  readonly opts: string
  readonly dump: number
  readonly passno: number
}

type Edited = { readonly text: string; readonly from: FstabEntry | undefined; readonly isChanged: boolean }

/** Without `entry` its line goes. A line that means the same stays as it is written. */
export function editFstab(
  before: string,
  key: Pick<FstabEntry, 'path' | 'src'>,
  entry: FstabEntry | undefined,
): Edited {
  const lines = before.split('\n')
  const found = lines.flatMap((line, index) => {
    const present = parseLine(line)
    return present && isSame(present, key) ? [{ index, present }] : []
  })
  const [last, ...others] = found.reverse()
  const from = last?.present
  if (entry === undefined) {
    const gone = new Set(found.map(({ index }) => index))
    const text = lines.filter((_, index) => !gone.has(index)).join('\n')
    return { text, from, isChanged: found.length > 0 }
  }
  if (from && others.length === 0 && meaning(from) === meaning(entry))
    return { text: before, from, isChanged: false }
  if (last) {
    lines[last.index] = written(lines[last.index]!, entry)
    for (const { index } of others) lines.splice(index, 1)
    return { text: lines.join('\n'), from, isChanged: true }
  }
  const start = before === '' || before.endsWith('\n') ? before : `${before}\n`
  return { text: `${start}${fields(entry).join(' ')}\n`, from, isChanged: true }
}

export function entryText(entry: FstabEntry): string {
  return fields(entry).join(' ')
}

function isSame(entry: FstabEntry, { path, src }: Pick<FstabEntry, 'path' | 'src'>): boolean {
  return path === 'none'
    ? entry.fstype === 'swap' && entry.src === src
    : withoutSlash(entry.path) === withoutSlash(path)
}

function withoutSlash(path: string): string {
  return path.length > 1 ? path.replace(/\/+$/, '') : path
}

/** The order of options does not matter, but of those that repeat a name the last counts. */
function meaning({ src, path, fstype, opts, dump, passno }: FstabEntry): string {
  const byName = new Map(opts.split(',').map((option) => [option.split('=')[0]!, option]))
  byName.delete('defaults')
  return JSON.stringify([src, withoutSlash(path), fstype, [...byName.values()].sort(), dump, passno])
}

function parseLine(line: string): FstabEntry | undefined {
  const [src = '', path, fstype, opts = 'defaults', dump = '0', passno = '0'] = line.trim().split(/\s+/)
  if (/^(?:#|$)/.test(src) || path === undefined || fstype === undefined) return undefined
  return {
    src: unescaped(src),
    path: unescaped(path),
    fstype,
    opts,
    dump: Number(dump) || 0,
    passno: Number(passno) || 0,
  }
}

/** The blanks between the fields of the line stay. */
function written(line: string, entry: FstabEntry): string {
  const blanks = [...line.trim().matchAll(/\s+/g)].map(([blank]) => blank)
  const indent = /^\s*/.exec(line)![0]
  const words = fields(entry)
  return (
    indent + words.map((word, index) => (index === 0 ? word : `${blanks[index - 1] ?? ' '}${word}`)).join('')
  )
}

function fields({ src, path, fstype, opts, dump, passno }: FstabEntry): string[] {
  return [escaped(src), escaped(path), fstype, opts, String(dump), String(passno)]
}

function escaped(text: string): string {
  return text.replace(/[\s\\#]/g, (letter) => `\\${letter.charCodeAt(0).toString(8).padStart(3, '0')}`)
}

/** A field as fstab and mountinfo write it, `\\040` for a blank, as text. */
export function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))
}
