// The changes of an account, made by the programs of shadow-utils.

import { createHash } from 'node:crypto'
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
import type { Account, UserState } from './userState.ts'

export function creationChange(params: UserParams, { hasNamesake }: UserState): Change {
  const { name, uid, group, groups, shell, home, system, comment, password } = params
  const makesHome = params.createHome ?? !system
  const options = [
    makesHome ? '-m' : '-M',
    ...(system ? ['-r'] : []),
    ...(uid === undefined ? [] : ['-u', uid]),
    ...(group !== undefined ? ['-g', group] : hasNamesake ? ['-g', name] : ['-U']),
    ...(groups?.length ? ['-G', groups.join(',')] : []),
    ...(shell === undefined ? [] : ['-s', shell]),
    ...(home === undefined ? [] : ['-d', home]),
    ...(comment === undefined ? [] : ['-c', comment]),
  ]
  const known = [
    uid === undefined ? '' : `uid ${uid}`,
    group ? `group ${group}` : '',
    groups?.join(', ') ?? '',
  ]
  return {
    what: `user ${name}`,
    from: 'absent',
    to: known.filter((part) => part !== '').join(', ') || 'present',
    steps: [
      command('useradd', [...options, '--', name], uid),
      ...(password ? [passwordStep(name, password)] : []),
    ],
    effects: [...accountEffects(params), ...(makesHome ? [{ tree: home ?? `/home/${name}` }] : [])],
  }
}

export function attributeChanges(params: UserParams, account: Account, current: UserState): Change[] {
  const { name, uid, group, shell, home, comment, createHome } = params
  const isOtherGroup = group !== undefined && group !== current.group && group !== String(account.gid)
  const fields: [what: string, option: string, from: string | number, to: string | number | undefined][] = [
    ['uid', '-u', account.uid, uid],
    ['group', '-g', current.group ?? account.gid, isOtherGroup ? group : undefined],
    ['shell', '-s', account.shell, shell],
    ['home', '-d', account.home, home],
    ['comment', '-c', account.comment, comment],
  ]
  const changes = fields.flatMap(([what, option, from, to]) =>
    to === undefined || to === from
      ? []
      : [
          change(
            ...([params, what, String(from), String(to)] as const),
            command('usermod', [option, to, '--', name], option === '-u' ? uid : undefined),
          ),
        ],
  )
  const homeChange = createHome && (!current.hasHome || (home !== undefined && home !== account.home))
  return [
    ...changes,
    ...groupsChange(params, current),
    ...(homeChange ? homeCreation(params, home ?? account.home) : []),
    ...passwordChange(params, current),
  ]
}

function groupsChange(params: UserParams, current: UserState): Change[] {
  const { name, groups, append } = params
  if (groups === undefined) return []
  const present = current.groups.filter((each) => each !== current.group)
  const all = current.groups
  const missing = groups.filter((each) => !all.includes(each))
  const extra = append ? [] : present.filter((each) => !groups.includes(each))
  if (missing.length === 0 && extra.length === 0) return []
  const words = append ? ['-a', '-G', missing.join(',')] : ['-G', groups.join(',')]
  const to = append ? [...present, ...missing] : groups
  const step = command('usermod', [...words, '--', name])
  return [change(params, 'groups', present.join(', ') || 'none', to.join(', ') || 'none', step)]
}

/** As useradd does it for a new account, but following nothing that somebody else could have put there. */
function homeCreation(params: UserParams, home: string): Change[] {
  const { name } = params
  const make = sh`rp_make=1
rp_target ${home}
rp_make=
[ ! -d "./$rp_base" ] || exit 0
rp_stage
mkdir -m 700 ./home || exit 1
[ ! -d /etc/skel ] || cp -R /etc/skel/. ./home || exit 1
chown -hR "$(id -u -- ${name}):$(id -g -- ${name})" ./home || exit 1
rp_label ${home} ./home
mv -nT -- ./home "../$rp_base" && [ ! -d ./home ] || { echo ${`${home} has been made by somebody else meanwhile.`} >&2; exit 1; }`
  const made = change(params, 'home directory', 'absent', home, run(make))
  return [{ ...made, effects: [{ tree: home }] }]
}

function passwordChange(params: UserParams, { passwordDigest }: UserState): Change[] {
  const { name, password, updatePassword } = params
  if (!password || updatePassword === 'onCreate') return []
  if (createHash('sha256').update(password.reveal()).digest('hex') === passwordDigest) return []
  return [change(params, 'password', 'another', 'as given', passwordStep(name, password))]
}

export function removalChange(params: UserParams, { uid, home }: Account): Change {
  const words = [...(params.remove ? ['-r'] : []), '--', params.name]
  return {
    what: `user ${params.name}`,
    from: `uid ${uid}`,
    to: params.remove ? 'absent, with its home directory' : 'absent',
    steps: [command('userdel', words)],
    effects: [...accountEffects(params), ...(params.remove ? [{ tree: home }] : [])],
  }
}

function change(params: UserParams, what: string, from: string, to: string, step: Step): Change {
  return { what: `user ${params.name} ${what}`, from, to, steps: [step], effects: accountEffects(params) }
}

function accountEffects({ name }: UserParams): { tree: string }[] {
  return [{ tree: `/etc/passwd/${name}` }, { tree: `/etc/group/${name}` }]
}

/** All that any change of the account may touch. */
export function userEffects(params: UserParams): { tree: string }[] {
  return [...accountEffects(params), { tree: params.home ?? `/home/${params.name}` }]
}

function passwordStep(name: string, password: Secret): Step {
  const stdin = secret(`${name}:${password.reveal()}\n`)
  return run(sh`chpasswd -e`, { stdin, explain: (result) => explained('chpasswd', result) })
}

function command(program: string, words: (string | number)[], uid?: number): Step {
  return run(sh`${program} ${words}`, {
    explain: (result) => explained(program, result),
    rehearse: rehearsal(program, 'passwd', uid),
  })
}

function explained(program: string, result: Output): PlaybookError {
  const lines = lastLines(result)
  const isBusy = result.code === 8 && program !== 'chpasswd'
  return new PlaybookError('E_USER', lines.at(-1) ?? `${program} ended with exit code ${result.code}.`, {
    details: lines.slice(0, -1),
    ...(isBusy ? { hint: 'End its processes before this task.' } : {}),
  })
}
