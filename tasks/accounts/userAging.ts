// The changes of an account's entry in shadow: its end, its lock, the ages of its password.

import { type Change, PlaybookError, type Step } from '../../src/index.ts'
import type { UserParams } from './userParams.ts'
import { readsShadow } from './userParams.ts'
import { sshKeyStep } from './userSshKey.ts'
import type { Shadow, UserState } from './userState.ts'
import { change, commandStep } from './userSteps.ts'

const dayMs = 86_400_000

type Field = {
  readonly what: string
  readonly key: Exclude<keyof Shadow, 'isLocked'>
  readonly option: string
}

const fields: readonly (Field & { readonly param: keyof UserParams })[] = [
  { what: 'least age of the password', key: 'min', option: '-m', param: 'passwordExpireMin' },
  { what: 'greatest age of the password', key: 'max', option: '-M', param: 'passwordExpireMax' },
  { what: 'warning before the password ends', key: 'warn', option: '-W', param: 'passwordExpireWarn' },
  { what: 'time until it is disabled', key: 'inactive', option: '-I', param: 'passwordExpireAccountDisable' },
]

/** `isNewPassword`: a password is set before, which undoes a lock. @throws PlaybookError E_USER */
export function agingChanges(params: UserParams, { shadow }: UserState, isNewPassword: boolean): Change[] {
  if (!readsShadow(params)) return []
  if (!shadow) throw noShadow(params.name)
  const { name, passwordLock } = params
  const ages = fields.flatMap(({ what, key, option, param }) => {
    const days = params[param] as number | undefined
    if (days === undefined || days === shadow[key]) return []
    return [
      change(
        params,
        what,
        daysText(shadow[key]),
        daysText(days),
        commandStep('chage', [option, days, '--', name]),
      ),
    ]
  })
  const end = endDay(params.expires)
  const ends =
    end === undefined || end === shadow.expires
      ? []
      : [change(params, 'end', dateText(shadow.expires), dateText(end), endStep(name, end))]
  const isLocked = shadow.isLocked && !isNewPassword
  const locks =
    passwordLock === undefined || passwordLock === isLocked
      ? []
      : [change(params, 'password', lockText(isLocked), lockText(passwordLock), lockStep(name, passwordLock))]
  return [...ages, ...ends, ...locks]
}

/** The same for an account that has just been made, and its key. */
export function newAccountSteps(params: UserParams): Step[] {
  const { name, expires, passwordLock, generateSshKey } = params
  const ages = fields.flatMap(({ option, param }) => {
    const days = params[param] as number | undefined
    return days === undefined ? [] : [commandStep('chage', [option, days, '--', name])]
  })
  const end = endDay(expires)
  return [
    ...ages,
    ...(end === undefined || end === -1 ? [] : [endStep(name, end)]),
    ...(passwordLock ? [lockStep(name, true)] : []),
    ...(generateSshKey ? [sshKeyStep(params)] : []),
  ]
}

function endStep(name: string, day: number): Step {
  return commandStep('usermod', ['-e', day === -1 ? '' : dateText(day), '--', name])
}

function lockStep(name: string, isLocked: boolean): Step {
  return commandStep('usermod', [isLocked ? '-L' : '-U', '--', name])
}

/** Days since 1970; -1: never. */
function endDay(expires: string | number | undefined): number | undefined {
  if (expires === undefined) return undefined
  if (expires === 'never') return -1
  if (typeof expires === 'number') return expires < 0 ? -1 : Math.floor(expires / 86_400)
  return Date.parse(`${expires}T00:00:00Z`) / dayMs
}

function dateText(day: number): string {
  return day === -1 ? 'never' : new Date(day * dayMs).toISOString().slice(0, 10)
}

function daysText(days: number): string {
  return days === -1 ? 'none' : `${days} d`
}

function lockText(isLocked: boolean): string {
  return isLocked ? 'locked' : 'not locked'
}

function noShadow(name: string): PlaybookError {
  return new PlaybookError(
    'E_USER',
    `The host does not show when the password of ${name} expires, or whether it is locked.`,
    {
      hint: 'Only root can read that: become: true. A host without /etc/shadow has no such data.',
    },
  )
}
