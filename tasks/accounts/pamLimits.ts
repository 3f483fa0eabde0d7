// The task pamLimits: limits of users and groups in limits.conf.

import { filePath, z } from '../../src/index.ts'
import { writingParams } from '../params/writing.ts'
import { defineFileEdit } from '../text/fileEdit.ts'

const items = [
  ...['core', 'data', 'fsize', 'memlock', 'nofile', 'rss', 'stack', 'cpu', 'nproc', 'as', 'maxlogins'],
  ...[
    'maxsyslogins',
    'nonewprivs',
    'priority',
    'locks',
    'sigpending',
    'msgqueue',
    'nice',
    'rtprio',
    'chroot',
  ],
] as const

/**
 * Sets a limit of users or groups, which a login then gets by pam_limits.
 *
 * - `domain`: a user, `@group`, `%group`, `*`, or a range of uids (`1000:`).
 * - `limitType`: `'soft'`, `'hard'`, or `'-'` for both. `limitItem`: `'nofile'`, `'nproc'`, `'core'`, …
 * - `value`: a number, or `'unlimited'` (also `'infinity'`, `-1`). With `useMax` a higher value that is there stays, with
 *   `useMin` a lower one.
 * - `comment`: for a new line.
 * - `state` (default `'present'`): `'absent'` removes the line; then no `value`.
 * - `dest` (default `/etc/security/limits.conf`): made if it is missing.
 * - `owner`, `group`, `mode`, `keep`, `backup`, `validate`: as for copyFile.
 *
 * All other lines stay byte for byte. Of several lines with the same domain, type and item the last one counts, and is
 * set. Sessions that are open keep their limits.
 *
 * Errors: E_NOT_A_FILE, E_NO_FOLDER.
 *
 * Sources: limits.conf(5), Ansible's pam_limits (community.general).
 *
 * @example pamLimits({ domain: 'tomcat', limitType: '-', limitItem: 'nofile', value: 65536 })
 */
export const pamLimits = defineFileEdit({
  name: 'pamLimits',
  summary: 'Sets a limit of users or groups in limits.conf.',
  ansible: { modules: ['pam_limits'] },
  params: z
    .strictObject({
      domain: z
        .string()
        .regex(/^[^\s#\0]+$/, 'expected a user, @group, * or a range of uids')
        .describe('A user, @group, * or a range of uids.'),
      limitType: z.enum(['hard', 'soft', '-']).describe("Which limit; '-' is both."),
      limitItem: z.enum(items).describe('What is limited.'),
      value: z
        .union([
          z.int(),
          z.string().regex(/^(?:-?\d+|unlimited|infinity|\/\S*)$/, 'expected a number or unlimited'),
        ])
        .transform(String)
        .optional()
        .describe('The limit: a number, or unlimited.'),
      useMax: z.boolean().default(false).describe('Whether a higher value that is there stays.'),
      useMin: z.boolean().default(false).describe('Whether a lower value that is there stays.'),
      comment: z
        .string()
        .regex(/^[^\r\n\0]*$/, 'expected one line')
        .default('')
        .describe('A comment for a new line.'),
      state: z.enum(['present', 'absent']).default('present').describe('Whether the limit is there.'),
      dest: filePath.default('/etc/security/limits.conf').describe('The file.'),
      ...writingParams,
    })
    .refine(({ state, value }) => (state === 'present') === (value !== undefined), {
      path: ['value'],
      error: "expected a value, or none with state: 'absent'",
    })
    .refine(({ useMax, useMin }) => !(useMax && useMin), { error: 'expected useMax or useMin, not both' })
    .transform(({ dest, ...rest }) => ({ ...rest, path: dest, create: true })),
  allowsMissing: ({ state }) => state === 'absent',
  edit: (before, params) => {
    const { text, from, to } = editLimits(before.toString('latin1'), params)
    const what = `${params.path}: ${params.domain} ${params.limitType} ${params.limitItem}`
    return { content: Buffer.from(text, 'latin1'), edits: from === to ? [] : [{ what, from, to }] }
  },
})

type LimitParams = {
  readonly domain: string
  readonly limitType: string
  readonly limitItem: string
  readonly value?: string
  readonly useMax: boolean
  readonly useMin: boolean
  readonly comment: string
}

type EditedLimits = { readonly text: string; readonly from: string; readonly to: string }

function editLimits(before: string, params: LimitParams): EditedLimits {
  const { domain, limitType, limitItem, value, comment } = params
  const key = [domain, limitType, limitItem].join(' ')
  const lines = before.split('\n')
  const found = lines.flatMap((line, index) => {
    const [, fields, blank, present] = /^\s*([^\s#]+\s+[^\s#]+\s+[^\s#]+)(\s+)([^\s#]+)/.exec(line) ?? []
    return blank !== undefined && fields!.split(/\s+/).join(' ') === key ? [{ index, present: present! }] : []
  })
  const last = found.at(-1)
  const from = last?.present ?? 'absent'
  if (value === undefined) {
    const gone = new Set(found.map(({ index }) => index))
    return { text: lines.filter((_, index) => !gone.has(index)).join('\n'), from, to: 'absent' }
  }
  if (last && stays(last.present, value, params)) return { text: before, from, to: from }
  if (last) {
    lines[last.index] = lines[last.index]!.replace(
      /^(\s*\S+\s+\S+\s+\S+\s+)[^\s#]+/,
      (_, start: string) => `${start}${value}`,
    )
    return { text: lines.join('\n'), from, to: value }
  }
  const start = before === '' || before.endsWith('\n') ? before : `${before}\n`
  const line = `${[domain, limitType, limitItem, value].join('\t')}${comment === '' ? '' : `\t# ${comment}`}\n`
  const end = /^(?:.*\n)*# End of file\n$/.test(start) ? '# End of file\n' : ''
  return { text: `${start.slice(0, start.length - end.length)}${line}${end}`, from, to: value }
}

function stays(present: string, value: string, { limitItem, useMax, useMin }: LimitParams): boolean {
  const [one, other] = [amount(present, limitItem), amount(value, limitItem)]
  return one === other || (useMax && one > other) || (useMin && one < other)
}

/** For a priority -1 is a number. */
function amount(text: string, item: string): number | string {
  const isSigned = item === 'nice' || item === 'priority'
  if (!isSigned && ['unlimited', 'infinity', '-1'].includes(text)) return Number.POSITIVE_INFINITY
  return /^-?\d+$/.test(text) ? Number(text) : text
}
