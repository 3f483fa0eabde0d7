// Ports to which the policy or the site gives types, and semanage lines that change them.

import { lastLines, type Output } from '../../src/index.ts'
import { refusal } from './policy.ts'

export type Range = { readonly first: number; readonly last: number; readonly protocol: string }

type Typed = Range & { readonly type: string }

/** What has types, by the policy and by the site; `own`: by the site. */
export type PortRecord = {
  readonly hasTools: boolean
  readonly all: readonly Typed[]
  readonly own: readonly Typed[]
}

type Request = { readonly setype: string; readonly selevel: string; readonly state: 'present' | 'absent' }

/** The line for `semanage import` that makes a range as requested, and what differs; nothing where it is so already. */
export function lineFor(
  range: Range,
  { setype, selevel, state }: Request,
  { all, own }: PortRecord,
): { readonly line: string; readonly from: string; readonly to: string } | undefined {
  const where = `-p ${range.protocol} ${portText(range)}`
  if (state === 'absent') {
    const mine = own.find((each) => isSame(each, range) && each.type === setype)
    return mine && { line: `port -d ${where}`, from: setype, to: "the policy's" }
  }
  const narrowest = all
    .filter((each) => covers(each, range))
    .sort((a, b) => a.last - a.first - (b.last - b.first))[0]
  if (narrowest?.type === setype) return undefined
  const isKnown = all.some((each) => isSame(each, range))
  return {
    line: `port ${isKnown ? '-m' : '-a'} -t ${setype} -r ${selevel} ${where}`,
    from: narrowest?.type ?? 'none',
    to: setype,
  }
}

/** The record once these ranges have the type; undefined where one is taken back, for the policy's own type is not known. */
export function withTypes(
  { all, own, ...rest }: PortRecord,
  ranges: readonly Range[],
  { setype: type, state }: Request,
): PortRecord | undefined {
  if (state === 'absent') return undefined
  const isOther = (each: Range) => !ranges.some((range) => isSame(range, each))
  const added = ranges.map((range) => ({ ...range, type }))
  return { ...rest, all: [...all.filter(isOther), ...added], own: [...own.filter(isOther), ...added] }
}

/** @throws PlaybookError E_SELINUX where semanage failed */
export function parsePorts(printed: readonly string[], result: Output): PortRecord | undefined {
  if (printed[0] === 'off') return undefined
  if (printed[0] === '= none') return { hasTools: false, all: [], own: [] }
  if (result.code !== 0) throw refusal(lastLines(result))
  const end = printed.indexOf('= local')
  return {
    hasTools: true,
    all: printed.slice(0, end).flatMap(listedPorts),
    own: printed.slice(end + 1).flatMap(ownPort),
  }
}

/** `http_port_t   tcp   80, 81, 8008-8009` of `semanage port -l`. */
function listedPorts(line: string): Typed[] {
  const [, type, protocol, list] = /^(\S+)\s+(\S+)\s+(\d.*)$/.exec(line) ?? []
  if (!type || !protocol || !list) return []
  return list.split(',').flatMap((each) => {
    const range = rangeOf(each.trim(), protocol)
    return range ? [{ ...range, type }] : []
  })
}

/** `portcon tcp 8010 system_u:object_r:http_port_t:s0`, as libsemanage keeps it. */
function ownPort(line: string): Typed[] {
  const [, protocol = '', ports = '', type] =
    /^portcon (\S+) (\d+(?:-\d+)?) [^:]+:[^:]+:([^:\s]+)/.exec(line) ?? []
  const range = rangeOf(ports, protocol)
  return type && range ? [{ ...range, type }] : []
}

function rangeOf(text: string, protocol: string): Range | undefined {
  const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? []
  return first === undefined ? undefined : { first: Number(first), last: Number(last), protocol }
}

function isSame(a: Range, b: Range): boolean {
  return a.first === b.first && a.last === b.last && a.protocol === b.protocol
}

function covers(outer: Range, inner: Range): boolean {
  return outer.protocol === inner.protocol && outer.first <= inner.first && outer.last >= inner.last
}

export function rangeText(range: Range): string {
  return `${portText(range)}/${range.protocol}`
}

function portText({ first, last }: Range): string {
  return first === last ? String(first) : `${first}-${last}`
}
