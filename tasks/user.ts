// The task user: an account of the host that is there, or not.

import { createHash } from 'node:crypto'
import {
  absolutePath,
  account,
  type Change,
  type Command,
  defineTask,
  lastLines,
  type Output,
  output,
  PlaybookError,
  run,
  Secret,
  type Step,
  secret,
  sh,
  splitLines,
  text,
  z,
} from '../src/index.ts'

const groupName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_.-]*$/, 'expected the name of a group')

/**
 * Makes, changes or removes an account. What is not given is left as it is, and decided by the host for a new account.
 *
 * - `name`: not a number. `uid`: its number (files keep the old one when it changes).
 * - `group`: the primary group, which must exist; a new account gets one of its own name if not given.
 * - `groups`: further groups, which must exist. `append` (default true) adds them to those it is in; false makes them
 *   all it is in.
 * - `shell`, `home` (absolute; files are not moved when it changes), `comment`.
 * - `createHome`: whether the home directory is made; true if not given, false for `system`, whatever the
 *   distribution's default. true, given, makes it for an account that is there too.
 * - `system` (default false): a new account gets a number from the system's range.
 * - `password`: a crypt hash (`openssl passwd -6`), or `'!'` or `'*'` for none that works. It is never shown and
 *   travels on standard input; the host's present hash does not leave it. `updatePassword` (default `'always'`):
 *   `'onCreate'` leaves that of an account that is there.
 * - `state` (default `'present'`): `'absent'` removes the account; with `remove` its home directory and mail too.
 *
 * Errors: E_NO_GROUP, E_PASSWORD_HASH (a plain password), E_USER with what useradd, usermod or userdel said.
 *
 * Sources: useradd(8), usermod(8), userdel(8), chpasswd(8), getent(1).
 *
 * @example user({ name: 'ecsuser', createHome: false, shell: '/sbin/nologin' })
 */
export const user = defineTask({
  name: 'user',
  summary: 'Makes, changes or removes an account.',
  params: z.strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_.-]*\$?$/, 'expected the name of a user')
      .describe('The account.'),
    uid: z.int().min(0).optional().describe('Its number.'),
    group: account.optional().describe('Its primary group, by name or number.'),
    groups: z.array(groupName).optional().describe('Further groups it shall be in.'),
    append: z
      .boolean()
      .default(true)
      .describe('Whether the groups are added; false: it shall be in no others.'),
    shell: absolutePath.optional().describe('Its shell.'),
    home: absolutePath.optional().describe('Its home directory.'),
    createHome: z
      .boolean()
      .optional()
      .describe('Whether the home directory is made; not for system if not given.'),
    system: z
      .boolean()
      .default(false)
      .describe("Whether a new account gets a number from the system's range."),
    comment: z
      .string()
      .regex(/^[^:\r\n\0]*$/, 'expected a text without ":" and line ends')
      .optional()
      .describe('The comment, usually the full name.'),
    password: z
      .union([z.instanceof(Secret), z.string().transform(secret)])
      .optional()
      .describe('A crypt hash. Never shown.'),
    updatePassword: z
      .enum(['always', 'onCreate'])
      .default('always')
      .describe('Whether the password of an account that is there is changed.'),
    state: z.enum(['present', 'absent']).default('present').describe('Whether it shall be there.'),
    remove: z.boolean().default(false).describe('With absent: whether its home directory and mail go too.'),
  }),
  title: ({ name }) => name,
  // The files of accounts are taken for folders of entries, so that check mode knows which of them are pending.
  probe: (wanted) => ({
    found: output(lookup(wanted), parseFound, {
      reads: [`/etc/passwd/${wanted.name}`, ...wantedGroups(wanted).map((name) => `/etc/group/${name}`)],
    }),
  }),
  plan: (wanted, { found }): Change[] => {
    const { account } = found
    if (wanted.state === 'absent') return account ? [removal(wanted, account)] : []
    requireHash(wanted.password)
    if (found.missingGroups.length > 0) throw noGroup(found.missingGroups)
    return account ? differences(wanted, account, found) : [creation(wanted, found)]
  },
})

type Wanted = {
  name: string
  uid?: number
  group?: string
  groups?: string[]
  append: boolean
  shell?: string
  home?: string
  createHome?: boolean
  system: boolean
  comment?: string
  password?: Secret
  updatePassword: 'always' | 'onCreate'
  state: 'present' | 'absent'
  remove: boolean
}

type Account = { uid: number; gid: number; comment: string; home: string; shell: string }

/** What the host says: `groups` with the primary one, `group` its name; `passwordDigest`: SHA-256 of the hash. */
type Found = {
  account?: Account
  group?: string
  groups: string[]
  hasHome: boolean
  hasNamesake: boolean
  missingGroups: string[]
  passwordDigest?: string
}

function wantedGroups({ group, groups = [] }: Wanted): string[] {
  return [...(group === undefined ? [] : [group]), ...groups]
}

/** A line for each thing known, its name first. The hash of the password is hashed, so that it stays on the host. */
function lookup(wanted: Wanted): Command {
  const { name, password } = wanted
  const digest = sh`printf 'password %s\\n' "$(getent shadow ${name} | cut -d : -f 2 | tr -d '\\n' | sha256sum)"`
  return sh`getent passwd ${name} | sed 's/^/passwd /'
printf 'group %s\\ngroups %s\\n' "$(id -gn -- ${name} 2>/dev/null)" "$(id -Gn -- ${name} 2>/dev/null)"
home=$(getent passwd ${name} | cut -d : -f 6); [ -z "$home" ] || [ ! -d "$home" ] || echo home
getent group ${name} >/dev/null && echo namesake
for group in ${wantedGroups(wanted)}; do getent group "$group" >/dev/null || printf 'missing %s\\n' "$group"; done
${password ? digest : sh`:`}`
}

function parseFound(result: Output): Found {
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

function creation(wanted: Wanted, { hasNamesake }: Found): Change {
  const { name, uid, group, groups, shell, home, system, comment, password } = wanted
  const makesHome = wanted.createHome ?? !system
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
      command('useradd', [...options, '--', name]),
      ...(password ? [passwordStep(name, password)] : []),
    ],
    effects: [...effects(wanted), ...(makesHome ? [{ tree: home ?? `/home/${name}` }] : [])],
  }
}

function differences(wanted: Wanted, account: Account, found: Found): Change[] {
  const { name, uid, group, shell, home, comment, createHome } = wanted
  const isOtherGroup = group !== undefined && group !== found.group && group !== String(account.gid)
  const fields: [what: string, option: string, from: string | number, to: string | number | undefined][] = [
    ['uid', '-u', account.uid, uid],
    ['group', '-g', found.group ?? account.gid, isOtherGroup ? group : undefined],
    ['shell', '-s', account.shell, shell],
    ['home', '-d', account.home, home],
    ['comment', '-c', account.comment, comment],
  ]
  const changes = fields.flatMap(([what, option, from, to]) =>
    to === undefined || to === from
      ? []
      : [change(wanted, what, String(from), String(to), command('usermod', [option, to, '--', name]))],
  )
  const homeChange = createHome && (!found.hasHome || (home !== undefined && home !== account.home))
  return [
    ...changes,
    ...groupsChange(wanted, found),
    ...(homeChange ? homeCreation(wanted, home ?? account.home) : []),
    ...passwordChange(wanted, found),
  ]
}

function groupsChange(wanted: Wanted, found: Found): Change[] {
  const { name, groups, append } = wanted
  if (groups === undefined) return []
  const present = found.groups.filter((each) => each !== found.group)
  const all = found.groups
  const missing = groups.filter((each) => !all.includes(each))
  const extra = append ? [] : present.filter((each) => !groups.includes(each))
  if (missing.length === 0 && extra.length === 0) return []
  const words = append ? ['-a', '-G', missing.join(',')] : ['-G', groups.join(',')]
  const to = append ? [...present, ...missing] : groups
  const step = command('usermod', [...words, '--', name])
  return [change(wanted, 'groups', present.join(', ') || 'none', to.join(', ') || 'none', step)]
}

/** As useradd does it for a new account. */
function homeCreation(wanted: Wanted, home: string): Change[] {
  const { name } = wanted
  const make = sh`home=${home}
[ -d "$home" ] && exit 0
mkdir -p -- "$home" || exit 1
[ ! -d /etc/skel ] || cp -R /etc/skel/. "$home" || exit 1
chown -hR "$(id -u -- ${name}):$(id -g -- ${name})" "$home" && chmod 0700 "$home"`
  const made = change(wanted, 'home directory', 'absent', home, run(make))
  return [{ ...made, effects: [{ tree: home }] }]
}

function passwordChange(wanted: Wanted, { passwordDigest }: Found): Change[] {
  const { name, password, updatePassword } = wanted
  if (!password || updatePassword === 'onCreate') return []
  if (createHash('sha256').update(password.reveal()).digest('hex') === passwordDigest) return []
  return [change(wanted, 'password', 'another', 'as given', passwordStep(name, password))]
}

function removal(wanted: Wanted, { uid, home }: Account): Change {
  const words = [...(wanted.remove ? ['-r'] : []), '--', wanted.name]
  return {
    what: `user ${wanted.name}`,
    from: `uid ${uid}`,
    to: wanted.remove ? 'absent, with its home directory' : 'absent',
    steps: [command('userdel', words)],
    effects: [...effects(wanted), ...(wanted.remove ? [{ tree: home }] : [])],
  }
}

function change(wanted: Wanted, what: string, from: string, to: string, step: Step): Change {
  return { what: `user ${wanted.name} ${what}`, from, to, steps: [step], effects: effects(wanted) }
}

function effects({ name }: Wanted): { tree: string }[] {
  return [{ tree: `/etc/passwd/${name}` }, { tree: `/etc/group/${name}` }]
}

function passwordStep(name: string, password: Secret): Step {
  const stdin = secret(`${name}:${password.reveal()}\n`)
  return run(sh`chpasswd -e`, { stdin, explain: (result) => explained('chpasswd', result) })
}

function command(program: string, words: (string | number)[]): Step {
  return run(sh`${program} ${words}`, { explain: (result) => explained(program, result) })
}

function explained(program: string, result: Output): PlaybookError {
  const said = lastLines(result)
  const isBusy = result.code === 8 && program !== 'chpasswd'
  return new PlaybookError('E_USER', said.at(-1) ?? `${program} ended with exit code ${result.code}.`, {
    details: said.slice(0, -1),
    ...(isBusy ? { hint: 'End its processes before this task.' } : {}),
  })
}

/** A plain password, stored as a hash, would lock the account. @throws PlaybookError E_PASSWORD_HASH */
function requireHash(password: Secret | undefined): void {
  const isHash = (value: string) => /^[!*]+$|^!{0,2}\$[^:\s]+\$[^:\s]+$/.test(value)
  if (password === undefined || isHash(password.reveal())) return
  throw new PlaybookError('E_PASSWORD_HASH', 'The password is not a crypt hash.', {
    hint: "openssl passwd -6 makes one; it begins with '$6$'.",
  })
}

function noGroup(names: string[]): PlaybookError {
  const calls = names.map((name) => `group({ name: '${name}' })`).join(', ')
  return new PlaybookError('E_NO_GROUP', `The host has no group ${names.join(', ')}.`, {
    hint: `Put ${calls} before this task.`,
  })
}
