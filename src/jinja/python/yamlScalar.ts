// Resolves unquoted YAML scalars by the rules of YAML 1.1, as PyYAML applies them.

const boolWords = /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/
const nullWords = /^(?:~|null|Null|NULL|)$/
const intWords =
  /^(?:[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$/
const floatWords =
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/
const dateWords =
  /^(\d{4})-(\d\d?)-(\d\d?)(?:(?:[Tt]|[ \t]+)(\d\d?):(\d\d):(\d\d)(?:\.(\d*))?(?:[ \t]*(Z|[-+]\d\d?(?::\d\d)?))?)?$/
/** Words with a meaning of their own as keys; PyYAML refuses them as values. */
const keyWords = /^(?:<<|=)$/

/**
 * The value of an unquoted scalar: `no` is false, `017` is 15, `12:30` is 750, `1e3` and `0o17` are text.
 * A date becomes the text of Python's isoformat. An integer that JavaScript cannot represent exactly stays text.
 *
 * @throws RangeError for a date that does not exist, and for `<<` and `=`
 */
export function plainScalar(text: string): unknown {
  const first = text.charCodeAt(0)
  const isNumeric = (first >= 48 && first <= 57) || first === 43 || first === 45 || first === 46
  if (isNumeric) {
    if (intWords.test(text)) return yamlInt(text)
    if (floatWords.test(text)) return yamlFloat(text)
    return isDate(text) ? isoDate(text) : text
  }
  if (nullWords.test(text)) return null
  if (keyWords.test(text)) throw new RangeError(`${text} is not allowed as a value`)
  return boolWords.test(text) ? yamlBool(text) : text
}

/** Whether an unquoted scalar is something else than a text, or not allowed. */
export function isWord(text: string): boolean {
  const words = [boolWords, nullWords, intWords, floatWords, keyWords]
  return words.some((each) => each.test(text)) || isDate(text)
}

/**
 * A boolean: `yes`, `on`, `true`, `no`, `off`, `false`, in any case.
 *
 * @throws SyntaxError for another word
 */
export function yamlBool(text: string): boolean {
  if (!/^(?:yes|true|on|no|false|off)$/i.test(text)) throw new SyntaxError('not a boolean')
  return /^(?:yes|true|on)$/i.test(text)
}

/**
 * An integer in any of YAML 1.1's forms: decimal, `0x1f`, `017`, `0b11`, `12:30`.
 *
 * @throws SyntaxError for another text
 */
export function yamlInt(text: string): number | string {
  const plain = text.replaceAll('_', '')
  const isNegative = plain.startsWith('-')
  const digits = plain.replace(/^[-+]/, '')
  const sign = isNegative ? -1 : 1
  if (digits.includes(':')) return sign * sexagesimal(digits)
  const isOctal = /^0\d/.test(digits)
  if (digits === '') throw new SyntaxError('not an integer')
  const exact = BigInt(isOctal ? `0o${digits.slice(1)}` : digits)
  return exact <= BigInt(Number.MAX_SAFE_INTEGER)
    ? zeroSafe(sign * Number(exact))
    : `${isNegative ? '-' : ''}${exact}`
}

/** Whether an unquoted word is a float: a key keeps its decimal point, as in `1.0`. */
export function isFloatWord(text: string): boolean {
  return floatWords.test(text)
}

/**
 * A date, or a date with a time.
 *
 * @throws SyntaxError for another text, RangeError for a date that does not exist
 */
export function yamlTimestamp(text: string): string {
  if (!isDate(text)) throw new SyntaxError('not a date')
  return isoDate(text)
}

/** A float in any of YAML 1.1's forms: `1.5`, `.5`, `1.5e+3`, `12:30.5`, `.inf`, `.nan`. */
export function yamlFloat(text: string): number {
  const plain = text.replaceAll('_', '').toLowerCase()
  const sign = plain.startsWith('-') ? -1 : 1
  const digits = plain.replace(/^[-+]/, '')
  if (digits === '.inf') return sign * Number.POSITIVE_INFINITY
  if (digits === '.nan') return Number.NaN
  const value = digits.includes(':') ? sexagesimal(digits) : Number(digits)
  if (digits === '' || Number.isNaN(value)) throw new SyntaxError('not a number')
  return sign * value
}

function zeroSafe(value: number): number {
  return value === 0 ? 0 : value
}

function sexagesimal(digits: string): number {
  return digits.split(':').reduce((sum, part) => sum * 60 + Number(part), 0)
}

function isDate(text: string): boolean {
  const match = dateWords.exec(text)
  return match !== null && (match[4] !== undefined || text.length === 10)
}

function isoDate(text: string): string {
  const [, year, month, day, hour, minute, second, fraction, zone] = dateWords.exec(text)!
  const date = `${year}-${pad(month!)}-${pad(day!)}`
  const parsed = new Date(`${date}T00:00:00Z`)
  const isDay = year !== '0000' && parsed.getUTCDate() === Number(day)
  const isTime = hour === undefined || (Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60)
  if (!isDay || !isTime || isInvalidOffset(zone)) throw new RangeError(`${text} is not a valid date`)
  if (hour === undefined) return date
  const micros = fraction ? `.${fraction.slice(0, 6).padEnd(6, '0')}` : ''
  const time = `${pad(hour)}:${minute}:${second}${/^\.0*$/.test(micros) ? '' : micros}`
  return `${date}T${time}${zone ? isoZone(zone) : ''}`
}

/** Python's offsets from UTC are less than a day. */
function isInvalidOffset(zone: string | undefined): boolean {
  return zone !== undefined && /^[-+](?:2[4-9]|[3-9]\d)|:[6-9]/.test(zone)
}

function isoZone(zone: string): string {
  const [hours = '', minutes = '00'] = zone.slice(1).split(':')
  const isUtc = zone === 'Z' || (Number(hours) === 0 && Number(minutes) === 0)
  return isUtc ? '+00:00' : `${zone[0]}${pad(hours)}:${minutes}`
}

function pad(digits: string): string {
  return digits.padStart(2, '0')
}
