// The changes of an account, made by the programs of shadow-utils.

import { createHash } from 'node:crypto'
import { type Change, run, sh } from '../../src/index.ts'
import { agingChanges, newAccountSteps } from './userAging.ts'
import { sshKeyPath, type UserParams } from './userParams.ts'
import { sshKeyStep } from './userSshKey.ts'
import { type Account, groupState, type UserState } from './userState.ts'
import { accountEffects, change, commandStep, passwordStep } from './userSteps.ts'

/** `hasNamesake`: there is a group of its name. */
export function creationChange(params: UserParams, hasNamesake: boolean): Change {
  const { name, uid, group, groups, shell, home, system, comment, password } = params
  const { nonUnique, umask, skeleton } = params
  const makesHome = params.createHome ?? !system
  const options = [
    makesHome ? '-m' : '-M',
    ...(system ? ['-r'] : []),
    ...(uid === undefined ? [] : [...(nonUnique ? ['-o'] : []), '-u', uid]),
    ...(group !== undefined ? ['-g', group] : hasNamesake ? ['-g', name] : ['-U']),
    ...(groups?.length ? ['-G', groups.join(',')] : []),
    ...(shell === undefined ? [] : ['-s', shell]),
    ...(home === undefined ? [] : ['-d', home]),
    ...(comment === undefined ? [] : ['-c', comment]),
    ...(makesHome && skeleton !== undefined ? ['-k', skeleton] : []),
    ...(makesHome && umask !== undefined ? ['-K', `UMASK=${umask}`] : []),
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
      commandStep('useradd', [...options, '--', name], nonUnique ? undefined : uid),
      ...(password ? [passwordStep(name, password)] : []),
      ...newAccountSteps(params),
    ],
    effects: [
      ...accountEffects(params),
      ...(group === undefined ? [{ state: groupState(name), becomes: true }] : []),
      ...(makesHome ? [{ tree: home ?? `/home/${name}` }] : []),
    ],
  }
}

export function fieldChanges(params: UserParams, account: Account, current: UserState): Change[] {
  const { name, uid, group, shell, home, comment, createHome, nonUnique, moveHome } = params
  const movesHome = moveHome && home !== undefined && home !== account.home && current.hasHome
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
            params,
            what,
            String(from),
            String(to),
            commandStep(
              'usermod',
              [
                ...(option === '-u' && nonUnique ? ['-o'] : []),
                ...(option === '-d' && movesHome ? ['-m'] : []),
                option,
                to,
                '--',
                name,
              ],
              option === '-u' && !nonUnique ? uid : undefined,
            ),
          ),
        ],
  )
  const homeChange =
    createHome && !movesHome && (!current.hasHome || (home !== undefined && home !== account.home))
  const moved = movesHome ? changes.map((each) => withTrees(each, [account.home, home])) : changes
  const passwordChanges = passwordChange(params, current)
  return [
    ...moved,
    ...groupsChange(params, current),
    ...(homeChange ? homeCreation(params, home ?? account.home) : []),
    ...passwordChanges,
    ...agingChanges(params, current, passwordChanges.length > 0),
    ...(params.generateSshKey && !current.hasSshKey
      ? [
          withTrees(change(params, 'SSH key', 'absent', sshKeyPath(params), sshKeyStep(params)), [
            home ?? account.home,
          ]),
        ]
      : []),
  ]
}

function withTrees(change: Change, trees: readonly string[]): Change {
  return { ...change, effects: [...(change.effects ?? []), ...trees.map((tree) => ({ tree }))] }
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
  const step = commandStep('usermod', [...words, '--', name])
  return [change(params, 'groups', present.join(', ') || 'none', to.join(', ') || 'none', step)]
}

/** As useradd does it for a new account, but following nothing that somebody else could have put there. */
function homeCreation(params: UserParams, home: string): Change[] {
  const { name, skeleton = '/etc/skel', umask = '077' } = params
  const mode = (0o777 & ~Number.parseInt(umask, 8)).toString(8)
  const make = sh`rp_make=1
rp_target ${home}
rp_make=
[ ! -d "./$rp_base" ] || exit 0
rp_stage
mkdir -m ${mode} ./home || exit 1
[ ! -d ${skeleton} ] || cp -R ${`${skeleton}/.`} ./home || exit 1
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
  const words = [...(params.force ? ['-f'] : []), ...(params.remove ? ['-r'] : []), '--', params.name]
  return {
    what: `user ${params.name}`,
    from: `uid ${uid}`,
    to: params.remove ? 'absent, with its home directory' : 'absent',
    steps: [commandStep('userdel', words)],
    effects: [...accountEffects(params), ...(params.remove ? [{ tree: home }] : [])],
  }
}

/** All that any change of the account may touch. */
export function userEffects(params: UserParams): { tree: string }[] {
  return [...accountEffects(params), { tree: params.home ?? `/home/${params.name}` }]
}
