// The rules of a policy for the contexts of files, and files with other contexts.

import { type Effect, type Output, output, quote, shellText, splitLines, text } from '../../src/index.ts'
import { endIfOff, isOff, policyReads, withPolicy } from './policy.ts'

/** Letters of semanage, and how file_contexts(5) writes them. */
export const fileTypes = { a: '', f: '--', d: '-d', l: '-l', s: '-s', p: '-p', b: '-b', c: '-c' } as const
export type FileType = keyof typeof fileTypes

export type Rule = {
  readonly target: string
  readonly ftype: FileType
  readonly seuser: string
  readonly setype: string
  readonly selevel: string
}

/** The rules of the site, and which programs change rules and labels. */
type OwnRules = {
  readonly hasSemanage: boolean
  readonly hasRestorecon: boolean
  readonly own: readonly Rule[]
}

export type WrongLabel = { readonly path: string; readonly from: string; readonly to: string }

/** The state that planned rules change, for tasks that come later. */
const rulesState = 'selinux/contexts'

/** The rules of the site, all of them; undefined where SELinux is off. */
export const ownRules = output(
  shellText(`${withPolicy}command -v semanage >/dev/null && echo semanage
command -v restorecon >/dev/null && echo restorecon
cat "/etc/selinux/$policy/contexts/files/file_contexts.local" 2>/dev/null
:`),
  (result): OwnRules | undefined => {
    const printed = splitLines(text(result))
    if (printed[0] === 'off') return undefined
    const [hasSemanage, hasRestorecon] = ['semanage', 'restorecon'].map((tool) => printed.includes(tool))
    return { hasSemanage: hasSemanage!, hasRestorecon: hasRestorecon!, own: printed.flatMap(ruleOf) }
  },
  { reads: policyReads, state: rulesState, holds: isOff },
)

/** The policy's rules for some targets, and the names that it has for some types: older names stay valid. */
type PolicyRules = { readonly base: readonly Rule[]; readonly names: ReadonlyMap<string, string> }

/** The kernel answers a context that is written to selinuxfs with its own names for it. */
export function policyRules(rules: readonly Pick<Rule, 'target' | 'setype'>[]) {
  const patterns = rules.map(({ target }) => `-e ${quote(target)}`).join(' ')
  const types = [...new Set(rules.map(({ setype }) => setype))].filter((type) => /^\w+$/.test(type))
  return output(
    shellText(`${withPolicy}cd "/etc/selinux/$policy/contexts/files" || exit
grep -F ${patterns} file_contexts
level=
[ "$(cat /sys/fs/selinux/mls 2>/dev/null)" != 1 ] || level=:s0
for type in ${types.join(' ')}; do
  { printf %s "system_u:object_r:$type$level" >&3 && echo "= $type $(tr -d '\\000' <&3)"; } 2>/dev/null 3<>/sys/fs/selinux/context
done
:`),
    (result): PolicyRules => {
      const printed = splitLines(text(result))
      const names = printed.flatMap((line) => {
        const [, type, name] = /^= (\S+) [^:]+:[^:]+:([^:]+)/.exec(line) ?? []
        return type && name ? [[type, name] as const] : []
      })
      return { base: printed.flatMap(ruleOf), names: new Map(names) }
    },
    { reads: policyReads },
  )
}

/** Files below these paths whose context is not the one that the rules give them: what restorecon would change. */
export function wrongLabels(paths: readonly string[]) {
  const words = paths.map(quote).join(' ')
  return output(
    shellText(`${endIfOff}command -v restorecon >/dev/null || exit 0
for path in ${words}; do [ ! -e "$path" ] && [ ! -L "$path" ] || restorecon -nvR -- "$path" 2>/dev/null; done
:`),
    parseLabels,
    { reads: [...paths, ...policyReads, ...paths.map(labelsState)] },
  )
}

/** What planned rules and relabelings below these paths change, and what the rules of the site then are. */
export function contextEffects(paths: readonly string[], becomes?: OwnRules): Effect[] {
  const labels = paths.map((path) => ({ state: labelsState(path) }))
  return becomes ? [{ state: rulesState, becomes }, ...labels] : labels
}

function labelsState(path: string): string {
  return `selinux/labels${path === '/' ? '' : path}`
}

/** The rules of the site once these are as requested. */
export function withRules(rules: OwnRules, desired: readonly Rule[], state: 'present' | 'absent'): OwnRules {
  const isOther = ({ target, ftype }: Rule) =>
    !desired.some((each) => each.target === target && each.ftype === ftype)
  return { ...rules, own: [...rules.own.filter(isOther), ...(state === 'present' ? desired : [])] }
}

/** `/srv/www(/.*)?  --  system_u:object_r:httpd_sys_content_t:s0`. */
function ruleOf(line: string): Rule[] {
  const [target = '', ...rest] = line.trim().split(/\s+/)
  const context = rest.at(-1)
  if (!target.startsWith('/') || context === undefined) return []
  const mark = rest.length > 1 ? rest[0] : ''
  const ftype = (Object.keys(fileTypes) as FileType[]).find((each) => fileTypes[each] === mark)
  if (ftype === undefined) return []
  if (context === '<<none>>') return [{ target, ftype, seuser: '', setype: context, selevel: '' }]
  const [seuser = '', , setype = '', ...level] = context.split(':')
  return [{ target, ftype, seuser, setype, selevel: level.join(':') }]
}

/** The line for `semanage import` that makes a rule as requested, and what differs; nothing where it is so already. */
export function difference(
  desired: Rule,
  state: 'present' | 'absent',
  own: readonly Rule[],
  ofPolicy: () => PolicyRules,
): { readonly rule: Rule; readonly line: string; readonly from: string; readonly to: string } | undefined {
  const { target, ftype, setype, seuser, selevel } = desired
  const isMeant = (rule: Rule) => rule.target === target && rule.ftype === ftype
  const mine = own.find(isMeant)
  if (state === 'absent') {
    const line = `fcontext -d -f ${ftype} '${target}'`
    return mine && { rule: desired, line, from: ruleText(mine), to: "the policy's" }
  }
  const is = mine ?? ofPolicy().base.find(isMeant)
  const isSame =
    is &&
    (sameRule(is, desired) || sameRule(is, { ...desired, setype: ofPolicy().names.get(setype) ?? setype }))
  if (isSame) return undefined
  const options = `-f ${ftype} -t '${setype}' -s ${seuser} -r ${selevel}`
  const line = `fcontext ${mine ? '-m' : '-a'} ${options} '${target}'`
  return { rule: desired, line, from: is ? ruleText(is) : 'none', to: ruleText(desired) }
}

/** A policy without levels has none to compare. */
function sameRule(is: Rule, desired: Rule): boolean {
  if (is.setype === '<<none>>' || desired.setype === '<<none>>') return is.setype === desired.setype
  const isSameLevel = is.selevel === '' || is.selevel === desired.selevel
  return is.setype === desired.setype && is.seuser === desired.seuser && isSameLevel
}

function ruleText({ seuser, setype, selevel }: Rule): string {
  const isUsual = (seuser === 'system_u' || seuser === '') && (selevel === 's0' || selevel === '')
  return isUsual ? setype : `${seuser}:${setype}:${selevel}`
}

/** `Would relabel /srv/x from system_u:object_r:var_t:s0 to system_u:object_r:httpd_log_t:s0`. */
function parseLabels(result: Output): WrongLabel[] {
  return splitLines(text(result)).flatMap((line) => {
    const [, path, from, to] = /^Would relabel (.*) from (\S+) to (\S+)$/.exec(line) ?? []
    return path && from && to ? [{ path, from: typeOf(from), to: typeOf(to) }] : []
  })
}

function typeOf(context: string): string {
  return context.split(':')[2] ?? context
}

/**
 * The path below which a target's files are: `/srv/www` of `/srv/www(/.*)?`, `/srv` of `/srv/[^/]+/logs`.
 * A backslash takes a character's meaning, as in `/srv/a\.b`.
 */
export function stemOf(target: string): string {
  const [literal = ''] = /^(?:\\.|[^\\^$.?*+|[({])*/.exec(target) ?? []
  const rest = target.slice(literal.length)
  const path = literal.replace(/\\(.)/g, '$1')
  const isWhole = rest === '' || rest === '(/.*)?' || rest === '/.*'
  const stem = isWhole ? path : path.slice(0, path.lastIndexOf('/'))
  return stem.replace(/\/+$/, '') || '/'
}
