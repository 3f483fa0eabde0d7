// Reads an account and its groups from a host.

import { type Command, lastLines, type Output, PlaybookError, sh, splitLines, text } from '../../src/index.ts'
import { requestedGroups, type UserParams } from './userParams.ts'

export type Account = { uid: number; gid: number; comment: string; home: string; shell: string }

/** What the host says: `groups` with the primary one, `group` its name; `passwordDigest`: SHA-256 of the hash. */
export type UserState = {
  account?: Account
  group?: string
  groups: string[]
  hasHome: boolean
  hasNamesake: boolean
  missingGroups: string[]
  passwordDigest?: string
}

/** A line for each thing known, its name first. The hash of the password is hashed, so that it stays on the host. */
export function userStateCommand(params: UserParams): Command {
  const { name, password } = params
  const digest = sh`printf 'password %s\n' "$(getent shadow ${name} | cut -d : -f 2 | tr -d '\n' | sha256sum)"`
  return sh`getent passwd ${name} | sed 's/^/passwd /'
printf 'group %s\ngroups %s\n' "$(id -gn -- ${name} 2>/dev/null)" "$(id -Gn -- ${name} 2>/dev/null)"
home=$(getent passwd ${name} | cut -d : -f 6); [ -z "$home" ] || [ ! -d "$home" ] || echo home
getent group ${name} >/dev/null && echo namesake
for group in ${requestedGroups(params)}; do getent group "$group" >/dev/null || printf 'missing %s\n' "$group"; done
${password ? digest : sh`:`}`
}

export function parseUserState(result: Output): UserState {
  if (result.code !== 0) {
    throw new PlaybookError('E_USER', 'The host cannot tell its accounts.', { details: lastLines(result) })
  }
  const lines = splitLines(text(result)).map((line) => /^(\S+) ?(.*)$/.exec(line) ?? [])
  const values = (key: string) => lines.filter(([, name]) => name === key).map(([, , value = '']) => value)
  const passwd = values('passwd')[0]
  return {
    account: passwd === undefined ? undefined : parseAccount(passwd),
    group: values('group')[0],
    groups: (values('groups')[0] ?? '').split(' ').filter((name) => name !== ''),
    hasHome: values('home').length > 0,
    hasNamesake: values('namesake').length > 0,
    missingGroups: values('missing'),
    passwordDigest: values('password')[0]?.split(' ')[0],
  }
}

function parseAccount(passwd: string): Account {
  const [, , uid, gid, comment = '', home = '', shell = ''] = passwd.split(':')
  return { uid: Number(uid), gid: Number(gid), comment, home, shell }
}
