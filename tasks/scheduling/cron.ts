// The task cron: a job or a variable in the crontab of a user, or in a file of cron.d.

import { posix } from 'node:path'
import {
  account,
  type Change,
  contentOf,
  defineTask,
  type FileState,
  file,
  fileChanges,
  output,
  revealed,
  Secret,
  sh,
  z,
} from '../../src/index.ts'
import { noFolder } from '../params/paths.ts'
import { type CrontabEntry, type EditedCrontab, editCrontab } from './crontab.ts'
import { schedule, scheduleText } from './schedule.ts'
import { crontabState, installation, userCrontab } from './userCrontab.ts'

/**
 * Puts a job into the crontab of a user, or into a file of /etc/cron.d, or removes it. The line before it, `#Ansible:
 * NAME`, is how it is found again, so that jobs of Ansible are taken over; the same job without such a line is too.
 *
 * - `name`: of the job; with `env` of the variable.
 * - `job`: the command; cron takes `%` for a line end, unless it is `\%`. With `env` the value of the variable. A
 *   `Secret` is never shown.
 * - `minute`, `hour`, `day`, `month`, `weekday` (default `'*'`), or `specialTime`: `'reboot'`, `'hourly'`, `'daily'`,
 *   `'weekly'`, `'monthly'`, `'yearly'`.
 * - `user`: whose crontab; default: the task's user. With `cronFile` the user that the job runs as (default root).
 * - `cronFile`: a file in /etc/cron.d by its name (without dots, which Debian's cron ignores), or any by its path.
 * - `disabled` (default false): the job stays there as a comment.
 * - `env` (default false): a variable instead of a job, as `MAILTO`. A new one goes to the beginning, or after or before
 *   the variable that `insertafter` or `insertbefore` names.
 * - `backup` (default false): whether to keep the crontab at every change: in /tmp/crontabXXXXXXXX, or beside `cronFile`.
 * - `state` (default `'present'`): `'absent'` removes the job with its marker line. Without a job left, the crontab of a
 *   user goes too.
 *
 * Everything else in it stays byte for byte.
 *
 * Errors: E_TOOL (the host has no crontab), E_NO_ACCOUNT, E_CRON with the message of crontab, E_NO_FOLDER.
 *
 * Sources: crontab(1), crontab(5), Ansible's cron.
 *
 * @example cron({ name: 'backup', job: '/usr/local/bin/backup', hour: 3, minute: 30 })
 * @example cron({ name: 'MAILTO', env: true, job: 'ops@example.org', cronFile: 'app' })
 */
export const cron = defineTask({
  name: 'cron',
  summary: 'Puts a job or a variable into a crontab or a file of cron.d, or removes it.',
  ansible: { modules: ['cron', 'cronvar'], params: { value: 'job', dom: 'day', dow: 'weekday' } },
  params: z
    .strictObject({
      name: z
        .string()
        .regex(/^\S(?:[^\r\n\0]*\S)?$/, 'expected a text of one line')
        .describe('The name of the job, by which it is found again; or of the variable.'),
      job: z
        .union([z.string().regex(/^[^\r\n\0]+$/, 'expected one line'), z.instanceof(Secret)])
        .optional()
        .describe('The command, or the value of the variable. A secret is never shown.'),
      ...schedule,
      user: account.optional().describe("Whose crontab, or whom it runs as; default: the task's user."),
      cronFile: z
        .string()
        .regex(/^(?:[A-Za-z0-9_-]+|\/[^\0\n]*[^/\0\n])$/, 'expected a name without dots, or a path')
        .optional()
        .describe('A file in /etc/cron.d, or any by its path, instead of a crontab.'),
      disabled: z
        .boolean()
        .default(false)
        .describe('Whether the job is commented out, so that it does not run.'),
      env: z.boolean().default(false).describe('Whether it is a variable instead of a job.'),
      insertafter: z.string().min(1).optional().describe('The variable after which a new one goes.'),
      insertbefore: z.string().min(1).optional().describe('The variable before which a new one goes.'),
      backup: z.boolean().default(false).describe('Whether to keep the crontab at every change.'),
      state: z.enum(['present', 'absent']).default('present').describe('Whether it is there.'),
    })
    .refine(({ state, job }) => state === 'absent' || job !== undefined, {
      path: ['job'],
      error: 'expected the command, or the value of the variable',
    })
    .refine(({ env, name }) => !env || /^[A-Za-z_]\w*$/.test(name), {
      path: ['name'],
      error: 'expected the name of a variable, because env is true',
    })
    .refine(({ env, job }) => !env || job === undefined || !hasBothQuotes(job), {
      path: ['job'],
      error: 'expected a value without " or without \', since cron has no escape for them',
    })
    .refine(({ env, disabled, specialTime }) => !env || !(disabled || specialTime), {
      path: ['env'],
      error: 'expected neither disabled nor specialTime with it',
    })
    .refine(({ env, insertafter, insertbefore }) => env || (insertafter ?? insertbefore) === undefined, {
      path: ['env'],
      error: 'expected true, because insertafter and insertbefore are for variables',
    })
    .refine(({ insertafter, insertbefore }) => insertafter === undefined || insertbefore === undefined, {
      error: 'expected insertafter or insertbefore, not both',
    })
    .refine(
      ({ specialTime, minute, hour, day, month, weekday }) =>
        specialTime === undefined || [minute, hour, day, month, weekday].every((each) => each === '*'),
      { path: ['specialTime'], error: 'expected no minute, hour, … with it' },
    ),
  title: ({ name }) => name,
  needs: ({ cronFile }) => ({ tools: cronFile === undefined ? ['crontab'] : [] }),
  probe: ({ user, cronFile }) => {
    const path = fileOf(cronFile)
    return {
      crontab: cronFile === undefined ? userCrontab(user) : output(sh`:`, () => noCrontab, { reads: [] }),
      current: file(path ?? '/', path ? { content: true } : {}),
      folder: file(posix.dirname(path ?? '/')),
    }
  },
  plan: (params, { crontab, current, folder }): Change[] => {
    const { cronFile } = params
    const entry = entryOf(params)
    if (cronFile !== undefined) return cronFileChanges(params, current, folder, entry)
    const edited = editCrontab(crontab.text, entry)
    if (!edited.isChanged) return []
    const { user, backup, job } = params
    const title = `crontab${user === undefined ? '' : ` of ${user}`}`
    const desired = { user, title, text: edited.text, backup, isSecret: job instanceof Secret }
    return [{ ...described(params, title, edited), ...installation(crontab, desired) }]
  },
  effects: ({ user, cronFile }) => [
    cronFile === undefined ? { state: crontabState(user) } : { tree: fileOf(cronFile)! },
  ],
})

function hasBothQuotes(value: string | Secret): boolean {
  const both = /".*'|'.*"/s
  return value instanceof Secret ? value.doesMatch(both) : both.test(value)
}

const noCrontab = { text: '', digest: '' }

type CronParams = {
  readonly name: string
  readonly job?: string | Secret
  readonly user?: string
  readonly cronFile?: string
  readonly disabled: boolean
  readonly env: boolean
  readonly insertafter?: string
  readonly insertbefore?: string
  readonly backup: boolean
  readonly state: 'present' | 'absent'
} & Parameters<typeof scheduleText>[0]

/** Its UTF-8 as Latin-1, so that bytes of others that are not UTF-8 stay. */
function entryOf(params: CronParams): CrontabEntry {
  const { name, env, insertafter: after, insertbefore: before } = params
  const line = lineOf(params)
  const common = { name: latin1(name), isVariable: env, after, before }
  return line === undefined ? common : { ...common, line: latin1(line) }
}

function latin1(value: string): string {
  return Buffer.from(value, 'utf8').toString('latin1')
}

function lineOf(params: CronParams): string | undefined {
  const { name, job, env, state } = params
  if (state === 'absent') return undefined
  return env ? `${name}=${quoted(revealed(job!))}` : jobLine(params)
}

/** crontab refuses what follows the quote that ends a value. */
function quoted(value: string): string {
  return value.includes('"') ? `'${value}'` : `"${value}"`
}

/** With the user in a file of cron.d. */
function jobLine(params: CronParams): string {
  const { user = 'root', cronFile, disabled, job } = params
  const words = [scheduleText(params), ...(cronFile === undefined ? [] : [user]), revealed(job!)]
  return `${disabled ? '#' : ''}${words.join(' ')}`
}

function cronFileChanges(
  params: CronParams,
  current: FileState,
  folder: FileState,
  entry: CrontabEntry,
): Change[] {
  const { backup, job } = params
  const path = fileOf(params.cronFile)!
  if (current.type === 'absent' && params.state === 'absent') return []
  if (folder.type === 'absent') throw noFolder(path)
  const before = contentOf(path, current)?.toString('latin1') ?? ''
  const edited = editCrontab(before, entry)
  if (!edited.isChanged) return []
  const content = Buffer.from(edited.text, 'latin1')
  const edits = current.type === 'absent' ? undefined : [described(params, path, edited)]
  return fileChanges(current, { path, content, backup, isSecret: job instanceof Secret, edits })
}

function described(params: CronParams, where: string, { from }: EditedCrontab) {
  const shown = (line: string | undefined) => {
    if (line === undefined) return 'absent'
    return params.job instanceof Secret ? 'a secret line' : Buffer.from(line, 'latin1').toString('utf8')
  }
  const line = lineOf(params)
  return { what: `${where}: ${params.name}`, from: shown(from), to: shown(line && latin1(line)) }
}

function fileOf(cronFile: string | undefined): string | undefined {
  return cronFile === undefined || cronFile.startsWith('/') ? cronFile : `/etc/cron.d/${cronFile}`
}
