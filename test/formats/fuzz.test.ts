// Random edits of this machine's own files change only their own bytes, and nothing the second time.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { parseIni } from '../../src/formats/ini/parse.ts'
import { editIni, type IniEdit } from '../../src/formats/ini.ts'
import { scanPlain, scanShell } from '../../src/formats/keyValue/scan.ts'
import { editKeyValue, type KeyValueEdit, keyValueKey } from '../../src/formats/keyValue.ts'
import type { EditChange } from '../../src/formats/shared/change.ts'
import { oneOf, randomNumbers } from './httpd/fixtures.ts'
import { type RealFile, realFiles } from './realFiles.ts'

type Span = { readonly start: number; readonly end: number }

const iniFiles = realFiles(
  ['/etc', '/usr/lib/systemd/system', '/usr/share/applications', 'node_modules'],
  /\.(?:ini|cfg|cnf|service|socket|timer|repo|desktop|target)$|gitconfig|systemd\/.*\.conf$/,
  150,
)

test(`INI: ${iniFiles.length} files`, () => {
  for (const file of iniFiles) {
    const random = randomNumbers(file.text.length)
    const lines = parseIni(file.text, false)
    const options = lines.flatMap((line, index) => (line.kind === 'option' ? [{ line, index }] : []))
    for (let round = 0; round < 4; round++) {
      const chosen = options.length > 0 ? oneOf(random, options) : undefined
      const header = chosen && chosen.line.section >= 0 ? lines[chosen.line.section] : undefined
      const section = header?.kind === 'header' ? header.name : undefined
      if (section !== undefined && /[\]\r\n]|^\s|\s$/.test(section)) continue
      const name = chosen && random(4) > 0 ? chosen.line.name : `fuzz${random(9)}`
      const edit: IniEdit =
        chosen && random(4) === 0
          ? { remove: name, section }
          : { set: name, section, values: [`r${random(1000)} é=;#`], exclusive: random(3) > 0 }
      const at = lines.flatMap((line, index) => ('name' in line && line.name === name ? [index] : []))
      checkLines(
        file,
        (bytes) => editIni(bytes, [edit]),
        edit,
        (line) => at.includes(line) || isContinued(lines, line),
      )
    }
  }
})

function isContinued(lines: ReturnType<typeof parseIni>, index: number): boolean {
  return lines[index]?.kind === 'continuation' || lines[index + 1]?.kind === 'continuation'
}

const keyFiles = realFiles(
  ['/etc/sysctl.d', '/etc/default', '/usr/lib/sysctl.d', '/etc'],
  /\.conf$|\/default\/|\/etc\/[^/.]+$/,
  150,
)

test(`keys and values: ${keyFiles.length} files`, () => {
  for (const file of keyFiles) {
    const random = randomNumbers(file.text.length)
    for (const quotes of ['shell', 'none'] as const) {
      if (quotes === 'shell' && !isShell(file.text)) continue
      const entries = quotes === 'shell' ? scanShell(file.text) : scanPlain(file.text)
      for (let round = 0; round < 4; round++) {
        const entry = entries.length > 0 && random(4) > 0 ? oneOf(random, entries) : undefined
        const key = entry?.key ?? `fuzz_${random(9)}`
        if (!keyValueKey.safeParse(key).success) continue
        const edit: KeyValueEdit =
          entry && random(4) === 0 ? { remove: key } : { set: key, value: `r${random(1000)} $é"'\`#` }
        const all = entries.filter((each) => each.key === key)
        const spans = 'set' in edit ? all.slice(-1) : all
        checkSpans(file, (bytes) => editKeyValue(bytes, [edit], { quotes }), edit, spans)
      }
    }
  }
})

/** Whether every quote is closed, which is not so where the file is of another kind. */
function isShell(text: string): boolean {
  try {
    scanShell(text)
    return true
  } catch {
    return false
  }
}

type Edited = { bytes: Uint8Array; changes: readonly EditChange[] }
type Edit = (bytes: Uint8Array) => Edited

/** One span of the text has changed: inside one of these, or an insertion of whole lines. */
function checkSpans({ path, text }: RealFile, edit: Edit, what: object, spans: readonly Span[]): string {
  const place = `${path} ${JSON.stringify(what)}`
  const { bytes, changes } = edit(Buffer.from(text))
  const after = Buffer.from(bytes).toString()
  assert.equal(edit(bytes).changes, [], `${place} is not quiet`)
  assert.is(after === text, changes.length === 0, place)
  const rest = spans.reduceRight((left, { start, end }) => left.slice(0, start) + left.slice(end), text)
  if (after === text || isWithin(after, rest) || isWithin(after, text)) return after
  assert.unreachable(`${place} changed other bytes`)
  return after
}

/** Whether all lines but some stay as they are, in order. */
function checkLines(
  { path, text }: RealFile,
  edit: Edit,
  what: object,
  mayChange: (line: number) => boolean,
): void {
  const place = `${path} ${JSON.stringify(what)}`
  const { bytes, changes } = edit(Buffer.from(text))
  const after = Buffer.from(bytes).toString()
  assert.equal(edit(bytes).changes, [], `${place} is not quiet`)
  assert.is(after === text, changes.length === 0, place)
  const kept = text.split('\n').filter((line, index) => !mayChange(index) && line !== '')
  const left = after.split('\n')
  let at = 0
  for (const line of kept) {
    at = left.indexOf(line, at) + 1
    assert.ok(at > 0, `${place} lost ${JSON.stringify(line)}`)
  }
}

/** Whether a text is another one with some of its pieces, in order, and at most a few new characters in between. */
function isWithin(longer: string, shorter: string): boolean {
  let start = 0
  while (start < shorter.length && longer[start] === shorter[start]) start++
  const end = shorter.length - start
  return longer.endsWith(shorter.slice(shorter.length - end))
}

test.run()
