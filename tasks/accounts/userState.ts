// Reads an account and its groups from a host.

import {
  type Command,
  lastLines,
  type Output,
  output,
  PlaybookError,
  type Probe,
  sh,
} from '../../src/index.ts'
import { keyedLines } from '../params/keyedLines.ts'
import { readsShadow, requestedGroups, sshKeyPath, type UserParams } from './userParams.ts'

export type Account = { uid: number; gid: number; comment: string; home: string; shell: string }

/** What the host says of the account: `groups` with the primary one, `group` its name; `passwordDigest`: SHA-256 of the hash. */
export type UserState = {
  account?: Account
  group?: string
  groups: string[]
  hasHome: boolean
  passwordDigest?: string
  /** Of its entry in shadow, which only root can read. */
  shadow?: Shadow
  hasSshKey?: boolean
}

/** Days; -1: none. `expires` counts from 1970. */
export type Shadow = {
  isLocked: boolean
  min: number
  max: number
  warn: number
  inactive: number
  expires: number
}

/** A line for each thing known, its name first. The hash of the password is hashed, so that it stays on the host. */
export function userStateCommand(params: UserParams): Command {
  const { name, password, generateSshKey, passwordLock } = params
  const digest = sh`printf 'password %s\n' "$(getent shadow ${name} | cut -d : -f 2 | sed ${passwordLock === undefined ? '' : 's/^!*//'} | tr -d '\n' | sha256sum)"`
  const shadow = sh`getent shadow ${name} | sed -n 's/^[^:]*:\(!\{0,1\}\)[^:]*:[^:]*:/shadow \1:/p'`
  const path = sshKeyPath(params)
  const key = sh`cd "\${home:-/}" 2>/dev/null && [ -n "$home" ] && [ -e ${path} ] && echo sshkey
:`
  return sh`getent passwd ${name} | sed 's/^/passwd /'
printf 'group %s\ngroups %s\n' "$(id -gn -- ${name} 2>/dev/null)" "$(id -Gn -- ${name} 2>/dev/null)"
home=$(getent passwd ${name} | cut -d : -f 6); [ -z "$home" ] || [ ! -d "$home" ] || echo home
${password ? digest : sh`:`}
${readsShadow(params) ? shadow : sh`:`}
${generateSshKey ? key : sh`:`}`
}

export function parseUserState(result: Output): UserState {
  if (result.code !== 0) {
    throw new PlaybookError('E_USER', 'The accounts of the host cannot be read.', {
      details: lastLines(result),
    })
  }
  const values = keyedLines(result)
  const passwd = values('passwd')[0]
  return {
    account: passwd === undefined ? undefined : parseAccount(passwd),
    group: values('group')[0],
    groups: (values('groups')[0] ?? '').split(' ').filter((name) => name !== ''),
    hasHome: values('home').length > 0,
    passwordDigest: values('password')[0]?.split(' ')[0],
    shadow: parseShadow(values('shadow')[0]),
    hasSshKey: values('sshkey').length > 0,
  }
}

/** Whether each group exists that the account needs, and the one of its own name. A dry run knows of planned ones. */
export function groupProbes(params: UserParams): { readonly [probe: `group ${string}`]: Probe<boolean> } {
  const names = new Set([params.name, ...requestedGroups(params)])
  return Object.fromEntries([...names].map((name) => [`group ${name}`, groupExists(name)]))
}

/** The state that tells of a group; none has a number, by which a group can be requested too. */
export function groupState(name: string): string {
  return `groups/${name}`
}

function groupExists(name: string): Probe<boolean> {
  const isNumber = /^\d+$/.test(name)
  return output(sh`getent group ${name} >/dev/null`, ({ code }) => code === 0, {
    reads: [isNumber ? '/etc/group' : `/etc/group/${name}`],
    ...(isNumber ? {} : { state: groupState(name) }),
  })
}

function parseAccount(passwd: string): Account {
  const [, , uid, gid, comment = '', home = '', shell = ''] = passwd.split(':')
  return { uid: Number(uid), gid: Number(gid), comment, home, shell }
}

/** `!:0:99999:7:::`: a lock, and the fields from the least age on. */
function parseShadow(line: string | undefined): Shadow | undefined {
  if (line === undefined) return undefined
  const [lock, ...fields] = line.split(':')
  const [min = -1, max = -1, warn = -1, inactive = -1, expires = -1] = fields.map((days) =>
    days === '' ? -1 : Number(days),
  )
  return { isLocked: lock === '!', min, max, warn, inactive, expires }
}
