// Tests random edits of this machine's files: only their own bytes change, and only once.

import { dirname } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { type Data, isList, isObject, type KeyPath } from '../../src/formats/data/data.ts'
import { valueAtPath } from '../../src/formats/data/operations.ts'
import { parseIni } from '../../src/formats/ini/parse.ts'
import { editIni, type IniEdit, iniOption, iniSection } from '../../src/formats/ini.ts'
import { dataOf as jsonData, parseJson } from '../../src/formats/json/document.ts'
import { type DataEdit, type DataValue, editJson } from '../../src/formats/json.ts'
import { scanPlain, scanShell } from '../../src/formats/keyValue/scan.ts'
import { editKeyValue, type KeyValueEdit, keyValueKey } from '../../src/formats/keyValue.ts'
import type { EditChange } from '../../src/formats/shared/change.ts'
import { parseSshd } from '../../src/formats/sshd/parse.ts'
import { editSshd, type SshdEdit } from '../../src/formats/sshd.ts'
import { parseYamlDocument, dataOf as yamlData } from '../../src/formats/yaml/document.ts'
import { editYaml } from '../../src/formats/yaml.ts'
import type { PlaybookError } from '../../src/index.ts'
import { oneOf, randomNumbers } from './httpd/fixtures.ts'
import { type RealFile, realFiles } from './realFiles.ts'

const nodeFolder = dirname(dirname(process.execPath))

const further = process.env.FORMATS_ROOTS !== undefined

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
      if (section !== undefined && !iniSection.safeParse(section).success) continue
      const isKept = chosen && random(4) > 0 && iniOption.safeParse(chosen.line.name).success
      const name = isKept && !/["'(]/.test(chosen.line.name) ? chosen.line.name : `fuzz${random(9)}`
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

function readable(read: () => Data): Data {
  try {
    return read()
  } catch {
    return undefined
  }
}

function placesIn(data: Data, place: KeyPath = []): KeyPath[] {
  const inside = isList(data)
    ? data.flatMap((each, index) => placesIn(each, [...place, index]))
    : isObject(data)
      ? Object.entries(data).flatMap(([key, each]) => placesIn(each, [...place, key]))
      : []
  return place.length === 0 ? inside : [place, ...inside]
}

/** The keys and texts of a value. */
function textsIn(data: Data): string[] {
  if (isList(data)) return data.flatMap(textsIn)
  if (isObject(data)) return Object.entries(data).flatMap(([key, each]) => [key, ...textsIn(each)])
  return [String(data)]
}

/** Files in the manner of those that distributions and administrators write. */
function madeSshdFiles(count: number): RealFile[] {
  return Array.from({ length: count }, (_, index) => {
    const random = randomNumbers(index)
    const end = random(5) === 0 ? '\r\n' : '\n'
    const keywords = [
      'Port',
      'PermitRootLogin',
      'AllowUsers',
      'acceptenv',
      'X11Forwarding',
      'Banner',
      'Subsystem',
      'UseDNS',
    ]
    const line = () =>
      oneOf(random, [
        () =>
          `${oneOf(random, keywords)}${oneOf(random, [' ', '\t', ' = ', '=', '   '])}${oneOf(random, ['no', 'a b', '"a b" c', '22', 'no # why'])}`,
        () => `#${oneOf(random, keywords)} no`,
        () => '# The strategy used for options',
        () => '',
        () => `  ${oneOf(random, keywords)} yes  `,
      ])()
    const lines = (most: number) => Array.from({ length: random(most) }, line)
    const blocks = Array.from({ length: random(4) }, () => [
      `${oneOf(random, ['Match', 'match'])} ${oneOf(random, ['User anna', 'Group sftp,wheel', 'Address 10.0.0.0/8 User bob', 'all'])}`,
      ...lines(6),
    ])
    const text = [...lines(25), ...blocks.flat()].join(end)
    return { path: `sshd_config ${index}`, text: random(4) === 0 ? text : `${text}${end}` }
  })
}

/** Whether every quote is closed, which is not so where the file is of another kind. */
function isShell(text: string): boolean {
  try {
    scanShell(text)
    return true
  } catch {
    return false
  }
}

const sshdFiles = [
  ...realFiles(['/etc/ssh', '/usr/share/openssh'], /sshd?_config[^/]*$/, 100),
  ...madeSshdFiles(100),
]

test(`sshd_config: ${sshdFiles.length} files`, () => {
  for (const file of sshdFiles) {
    const random = randomNumbers(file.text.length)
    const lines = parseSshd(file.text)
    const used = lines.filter(({ keyword }) => keyword !== '' && keyword !== 'match' && keyword !== 'include')
    for (let round = 0; round < 20 && used.length > 0; round++) {
      const { keyword, match } = oneOf(random, used)
      const edit = oneOf<SshdEdit>(random, [
        { set: keyword, values: [`r${random(99)}`], match },
        { set: `Fuzz${random(9)}`, values: ['"a b"'], match },
        { remove: keyword, match },
      ])
      const mayChange = (index: number) => lines[index]?.keyword === keyword && lines[index].match === match
      checkLines(file, (bytes) => editSshd(bytes, [edit]), edit, mayChange)
    }
  }
})

const jsonFiles = realFiles(['/etc', 'node_modules'], /\.(?:json|jsonc)$/, 150)
const yamlFiles = realFiles(['/etc', 'node_modules', nodeFolder], /\.(?:yml|yaml)$/, 100)

test(`JSON: ${jsonFiles.length} files`, () => {
  for (const file of jsonFiles) fuzzData(file, editJson, (text) => jsonData(parseJson(text)))
})

test(`YAML: ${yamlFiles.length} files`, () => {
  for (const file of yamlFiles) {
    const edit = (bytes: Uint8Array, edits: readonly DataEdit[]) => editYaml(bytes, edits, { document: 0 })
    fuzzData(file, edit, (text) => yamlData(parseYamlDocument(text, { document: 0 })))
  }
})

/** Sets, adds and removes a value at a random place; what the text then holds, the editor itself checks. */
function fuzzData(
  file: RealFile,
  edit: (bytes: Uint8Array, edits: readonly DataEdit[]) => Edited,
  read: (text: string) => Data,
): void {
  const random = randomNumbers(file.text.length)
  const data = readable(() => read(file.text))
  const places = placesIn(data).slice(0, 5000)
  for (let round = 0; round < (further ? 4 : 1) && places.length > 0; round++) {
    const place = oneOf(random, places)
    const old = valueAtPath(data, place)
    const value = oneOf<DataValue>(random, [
      `r${random(99)}: "é'#`,
      'yes',
      random(1000),
      null,
      [1, 'x'],
      { k: { l: [] } },
    ])
    const chosen = oneOf<DataEdit>(random, [
      { set: place, value },
      {
        set: [...place.slice(0, -1), isList(valueAtPath(data, place.slice(0, -1))) ? '-' : `fuzz${round}`],
        value,
      },
      ...(isObject(old) ? [{ merge: place, value: { added: value } }] : []),
      ...(isList(old) ? [{ include: place, items: [value] }] : []),
      { remove: place },
    ])
    const lost = 'set' in chosen || 'remove' in chosen ? textsIn(old) : []
    const isTwice = 'remove' in chosen || ('set' in chosen && chosen.set.at(-1) === '-')
    const run = (bytes: Uint8Array) =>
      isTwice && bytes !== first ? { bytes, changes: [] } : refusable(edit, bytes, chosen)
    const first = Buffer.from(file.text)
    checkComments(file, run, chosen, first, lost)
  }
}

/** An alias or a repeated anchor may be refused, and nothing else. */
function refusable(
  edit: (bytes: Uint8Array, edits: readonly DataEdit[]) => Edited,
  bytes: Uint8Array,
  chosen: DataEdit,
): Edited {
  try {
    return edit(bytes, [chosen])
  } catch (error) {
    const { code } = error as PlaybookError
    const isRepeated = code === 'E_YAML_EDIT' && /[-:[,] *\*\w/.test(Buffer.from(bytes).toString())
    if (code === 'E_YAML_ALIAS' || isRepeated) return { bytes, changes: [] }
    throw new Error(`${(error as Error).message} ${JSON.stringify(chosen)}`, { cause: error })
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
  const kept = text.split(/\r?\n/).filter((line, index) => !mayChange(index) && line !== '')
  const left = after.split(/\r?\n/)
  let at = 0
  for (const line of kept) {
    at = left.indexOf(line, at) + 1
    assert.ok(at > 0, `${place} lost ${JSON.stringify(line)}`)
  }
}

/**
 * Most lines stay as they are, in order, but for a comma at the end: those that are lost hold one of the old texts, or
 * belong to what was changed.
 */
function checkComments(
  { path, text }: RealFile,
  edit: Edit,
  what: DataEdit,
  bytes: Buffer,
  lost: readonly string[],
): void {
  const place = `${path} ${JSON.stringify(what)}`
  const result = edit(bytes)
  const after = Buffer.from(result.bytes).toString()
  assert.equal(edit(result.bytes).changes, [], `${place} is not quiet`)
  assert.is(after === text, result.changes.length === 0, place)
  if (after === text) return
  let start = 0
  while (start < text.length && text[start] === after[start]) start++
  let end = 0
  while (end < Math.min(text.length, after.length) - start && text.at(-1 - end) === after.at(-1 - end)) end++
  const gone = text.slice(start, text.length - end)
  const allowed = lost.reduce((sum, each) => sum + JSON.stringify(each).length * 2 + 12, 60)
  const blanks = gone.replace(/#.*|\/\/.*|[\s,:\-[\]{}"'&|>]+/g, '').length
  assert.ok(blanks <= allowed, `${place} lost ${blanks} of ${allowed}: ${gone.slice(0, 300)}`)
}

/** Whether a text is another one with some of its pieces, in order, and at most a few new characters in between. */
function isWithin(longer: string, shorter: string): boolean {
  let start = 0
  while (start < shorter.length && longer[start] === shorter[start]) start++
  const end = shorter.length - start
  return longer.endsWith(shorter.slice(shorter.length - end))
}

test.run()
