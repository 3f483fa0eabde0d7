// The steps of changes of an account, and their errors.

import {
  type Change,
  lastLines,
  type Output,
  PlaybookError,
  run,
  type Secret,
  type Step,
  secret,
  sh,
} from '../../src/index.ts'
import { rehearsal } from './rehearsal.ts'
import type { UserParams } from './userParams.ts'

export function change(params: UserParams, what: string, from: string, to: string, step: Step): Change {
  return { what: `user ${params.name} ${what}`, from, to, steps: [step], effects: accountEffects(params) }
}

export function accountEffects({ name }: UserParams): { tree: string }[] {
  return [{ tree: `/etc/passwd/${name}` }, { tree: `/etc/group/${name}` }]
}

export function passwordStep(name: string, password: Secret): Step {
  const stdin = secret(`${name}:${password.reveal()}\n`)
  return run(sh`chpasswd -e`, { stdin, explain: (result) => explained('chpasswd', result) })
}

export function commandStep(program: string, words: (string | number)[], uid?: number): Step {
  return run(sh`${program} ${words}`, {
    explain: (result) => explained(program, result),
    rehearse: rehearsal(program, 'passwd', uid),
  })
}

export function explained(program: string, result: Output): PlaybookError {
  const lines = lastLines(result)
  if (result.code === 127)
    return new PlaybookError('E_USER', `The host has no ${program}.`, { details: lines })
  const isBusy = result.code === 8 && program !== 'chpasswd'
  return new PlaybookError('E_USER', lines.at(-1) ?? `${program} ended with exit code ${result.code}.`, {
    details: lines.slice(0, -1),
    ...(isBusy ? { hint: 'End its processes before this task.' } : {}),
  })
}
