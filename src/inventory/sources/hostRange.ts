// Expands host ranges: `web[01:10:2]`, `db[a:f]`, `host:2222`, `[2001:db8::1]:22`.

// Ansible's grammar of addresses (lib/ansible/parsing/utils/addresses.py).
const numericRange = String.raw`\[(?:[0-9]+:[0-9]+)(?::[0-9]+)?\]`
const hexRange = String.raw`\[(?:[0-9a-f]+:[0-9a-f]+)(?::[0-9]+)?\]`
const wordRange = String.raw`\[(?:[a-z]:[a-z]|[0-9]+:[0-9]+)(?::[0-9]+)?\]`
const part6 = `(?:[0-9a-f]{1,4}|${hexRange})`
const part4 = `(?:[01]?[0-9]{1,2}|2[0-4][0-9]|25[0-5]|${numericRange})`
const label = String.raw`(?:[\p{L}\p{N}_]|${wordRange})(?:[\p{L}\p{N}_\-]|${wordRange})*(?<![_\-])`
const ipv6Forms = [
  `(?:${part6}:){7}${part6}`,
  `(?:${part6}:){1,6}:`,
  `(?:${part6}:)(?::${part6}){1,6}`,
  `(?:${part6}:){2}(?::${part6}){1,5}`,
  `(?:${part6}:){3}(?::${part6}){1,4}`,
  `(?:${part6}:){4}(?::${part6}){1,3}`,
  `(?:${part6}:){5}(?::${part6}){1,2}`,
  `(?:${part6}:){6}(?::${part6})`,
  `:(?::${part6}){1,6}`,
  `${part6}?::`,
  String.raw`(?:0:){6}(?:${part6}\.){3}${part6}`,
  String.raw`::(?:ffff:)?(?:${part6}\.){3}${part6}`,
  String.raw`(?:0:){5}ffff:(?:${part6}\.){3}${part6}`,
]
const addressForms = [
  new RegExp(String.raw`^(?:${part4}\.){3}${part4}$`, 'iu'),
  new RegExp(`^(?:${ipv6Forms.join('|')})$`, 'iu'),
  new RegExp(String.raw`^${label}(?:\.${label})*$`, 'iu'),
]
const bracketedHostPort = /^\[(.+)\]:([0-9]+)$/
const hostPort = /^((?:[^:[\]]|\[[^\]]*\])*):([0-9]+)$/
/** A larger range is a typing error. */
const maxHosts = 1_000_000
const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'

type ExpandedHosts = { readonly names: readonly string[]; readonly port?: number }

/**
 * The host names of an inventory entry, and the port after them.
 *
 * @throws RangeError for a range that is not `[from:to]` or `[from:to:step]`, or runs backwards
 * @example expandHostRange('web[01:03]:2222') // { names: ['web01', 'web02', 'web03'], port: 2222 }
 */
export function expandHostRange(entry: string): ExpandedHosts {
  const address = parseAddress(entry)
  const pattern = address?.host ?? entry
  const names = pattern.includes('[') ? expandRange(pattern) : [pattern]
  return { names, port: address?.port }
}

/** The host and port of an address, which may contain ranges; undefined for another text. */
export function parseAddress(text: string): { readonly host: string; readonly port?: number } | undefined {
  let host = text
  let port: number | undefined
  for (const form of [bracketedHostPort, hostPort]) {
    const match = form.exec(host)
    if (!match) continue
    host = match[1]!
    port = Number(match[2])
  }
  return addressForms.some((form) => form.test(host)) ? { host, port } : undefined
}

function expandRange(pattern: string): string[] {
  const open = pattern.indexOf('[')
  const close = pattern.indexOf(']')
  if (open < 0 || close < open) throw new RangeError(`the brackets in "${pattern}" do not match`)
  const head = pattern.slice(0, open)
  const rest = pattern.slice(close + 1)
  const tails = /[[\]]/.test(rest) ? expandRange(rest) : [rest]
  const middles = rangeValues(pattern.slice(open + 1, close))
  if (middles.length * tails.length > maxHosts) throw new RangeError(`"${pattern}" is too many hosts`)
  return middles.flatMap((middle) => tails.map((tail) => head + middle + tail))
}

function rangeValues(range: string): string[] {
  const [from = '', to = '', stepText = '1', ...rest] = range.split(':')
  if (!range.includes(':') || rest.length > 0)
    throw new RangeError(`[${range}] is not [from:to] or [from:to:step]`)
  if (to === '') throw new RangeError(`[${range}] has no end`)
  const step = /^\d+$/.test(stepText) ? Number(stepText) : 0
  if (step < 1) throw new RangeError(`[${range}] has the step "${stepText}"; a step is 1 or more`)
  const values =
    isLetter(from) && isLetter(to) ? letterRange(from, to, step) : numberRange(range, from, to, step)
  if (values.length === 0) throw new RangeError(`[${range}] runs backwards`)
  return values
}

function isLetter(text: string): boolean {
  return text.length === 1 && letters.includes(text)
}

function letterRange(from: string, to: string, step: number): string[] {
  const span = letters.slice(letters.indexOf(from), letters.indexOf(to) + 1)
  return [...span].filter((_letter, index) => index % step === 0)
}

function numberRange(range: string, from: string, to: string, step: number): string[] {
  const first = from === '' ? '0' : from
  if (!/^\d+$/.test(first) || !/^\d+$/.test(to)) {
    throw new RangeError(`[${range}] is neither of numbers nor of single letters`)
  }
  const width = first.length > 1 && first.startsWith('0') ? first.length : 0
  if (width > 0 && to.length !== width) {
    throw new RangeError(`[${range}] has a leading zero, so both ends need the same number of digits`)
  }
  const values: string[] = []
  if ((Number(to) - Number(first)) / step > maxHosts) throw new RangeError(`[${range}] is too many hosts`)
  for (let at = Number(first); at <= Number(to); at += step) values.push(String(at).padStart(width, '0'))
  return values
}
