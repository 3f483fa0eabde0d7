// The task user: makes, changes or removes an account.

import {
  absolutePath,
  account,
  type Change,
  defineTask,
  output,
  PlaybookError,
  Secret,
  secret,
  z,
} from '../../src/index.ts'
import { creationChange, fieldChanges, removalChange, userEffects } from './userChanges.ts'
import { requestedGroups, type UserParams } from './userParams.ts'
import { groupProbes, parseUserState, userStateCommand } from './userState.ts'

const days = z.int().min(-1).optional()
const groupName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_.-]*$/, 'expected the name of a group')

/**
 * Makes, changes or removes an account. What is not given stays unchanged; for a new account the host decides.
 *
 * - `name`: not a number. `uid`: its number (files keep the old one when it changes).
 * - `group`: the primary group, which must exist; default for a new account: one of its own name.
 * - `groups`: further groups, which must exist. `append` (default true) adds them to its groups; false removes it
 *   from all others.
 * - `shell`, `home` (absolute; files are not moved when it changes), `comment`.
 * - `createHome`: whether to make the home directory; default: true, but false for `system`, whatever the
 *   distribution's default. If given, true makes it for an existing account too.
 * - `system` (default false): a new account gets a number from the system's range.
 * - `password`: a crypt hash (`openssl passwd -6`), or `'!'` or `'*'` for none that works. It is never shown and
 *   travels on standard input; the host's present hash does not leave it. `updatePassword` (default `'always'`):
 *   `'onCreate'` keeps that of an existing account.
 * - `expires`: a date (`'2027-01-31'`, UTC), `'never'`, or seconds since 1970. `passwordLock`: the hash is kept, and does
 *   not let anybody in. `passwordExpireMin`, `passwordExpireMax`, `passwordExpireWarn`, `passwordExpireAccountDisable`:
 *   days, -1 for none; they take `chage`.
 * - `generateSshKey`: makes a key pair if there is none, as the account itself: `sshKeyType` (default `'rsa'`),
 *   `sshKeyBits`, `sshKeyFile`, `sshKeyComment`, `sshKeyPassphrase` (on standard input, never an argument; OpenSSH 8.4 or
 *   newer). Ansible's defaults. `authorizedKey` puts public keys in.
 * - `nonUnique`: `uid` may be another account's. `moveHome`: files move to a new `home`. `skeleton` and `umask`: for a
 *   home directory that is made.
 * - `state` (default `'present'`): `'absent'` removes the account; with `remove` its home directory and mail too, with
 *   `force` even if it is logged in.
 *
 * Errors: E_NO_GROUP, E_PASSWORD_HASH (a plain password), E_USER with the message of useradd, usermod or userdel.
 *
 * A missing program is an error that names it; Debian's busybox has none of useradd, usermod and chage.
 *
 * Sources: useradd(8), chage(1), ssh-keygen(1), usermod(8), userdel(8), chpasswd(8), getent(1).
 *
 * @example user({ name: 'ecsuser', createHome: false, shell: '/sbin/nologin' })
 */
export const user = defineTask({
  name: 'user',
  summary: 'Makes, changes or removes an account.',
  ansible: {
    modules: ['user'],
    params: {
      user: 'name',
      local: 'There is no such option: only local accounts are changed.',
      seuser: 'There is no such option.',
      hidden: 'There is no such option.',
    },
  },
  params: z.strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_.-]*\$?$/, 'expected the name of a user')
      .describe('The account.'),
    uid: z.int().min(0).optional().describe('Its number.'),
    group: account.optional().describe('Its primary group, by name or number.'),
    groups: z.array(groupName).optional().describe('Further groups.'),
    append: z
      .boolean()
      .default(true)
      .describe('Whether to add the groups; false removes it from all others.'),
    shell: absolutePath.optional().describe('Its shell.'),
    home: absolutePath.optional().describe('Its home directory.'),
    createHome: z
      .boolean()
      .optional()
      .describe('Whether to make the home directory; default: true, but false for system.'),
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
      .describe('Whether to change the password of an existing account.'),
    state: z.enum(['present', 'absent']).default('present').describe('Whether it exists.'),
    remove: z
      .boolean()
      .default(false)
      .describe('With absent: whether to remove its home directory and mail too.'),
    force: z
      .boolean()
      .default(false)
      .describe('With absent: whether to remove it even if it is in use, with files that others own.'),
    nonUnique: z.boolean().default(false).describe('Whether uid may be the number of another account.'),
    moveHome: z.boolean().default(false).describe('Whether its files move when home changes.'),
    umask: z
      .string()
      .regex(/^0?[0-7]{3}$/, "expected an octal text such as '077'")
      .optional()
      .describe('The umask with which a home directory is made.'),
    skeleton: absolutePath
      .optional()
      .describe('The directory whose files a new home gets; default: /etc/skel.'),
    expires: z
      .union(
        [z.iso.date(), z.literal('never'), z.number()],
        "expected a date such as '2027-01-31', 'never', or seconds since 1970",
      )
      .optional()
      .describe('When the account expires.'),
    passwordLock: z.boolean().optional().describe('Whether its password is locked.'),
    passwordExpireMin: days.describe('Days until a password may be changed again.'),
    passwordExpireMax: days.describe('Days after which a password has to be changed; -1: never.'),
    passwordExpireWarn: days.describe('Days of warning before that.'),
    passwordExpireAccountDisable: days.describe('Days after that until the account is disabled; -1: never.'),
    generateSshKey: z.boolean().default(false).describe('Whether to make a key pair, if there is none.'),
    sshKeyType: z.enum(['rsa', 'ed25519', 'ecdsa']).default('rsa').describe('Its type.'),
    sshKeyBits: z.int().min(256).optional().describe('Its bits.'),
    sshKeyFile: z
      .string()
      .regex(/^[^-\0\n][^\0\n]*$/, 'expected a path')
      .optional()
      .describe('Its file, relative to the home directory; default: .ssh/id_TYPE.'),
    sshKeyComment: z
      .string()
      .regex(/^[^\0\r\n]*$/, 'expected a line')
      .optional()
      .describe('Its comment.'),
    sshKeyPassphrase: z
      .union([z.instanceof(Secret), z.string().transform(secret)])
      .optional()
      .describe('Its passphrase. Never shown.'),
  }),
  title: ({ name }) => name,
  // Account files are treated as folders of entries, so a dry run knows which entries are pending.
  needs: (params) => ({
    root: true,
    tools: params.state === 'absent' ? ['userdel'] : neededTools(params),
  }),
  probe: (params) => ({
    found: output(userStateCommand(params), parseUserState, { reads: [`/etc/passwd/${params.name}`] }),
    ...groupProbes(params),
  }),
  plan: (params, observed): Change[] => {
    const { found } = observed
    const { account } = found
    if (params.state === 'absent') return account ? [removalChange(params, account)] : []
    requireHash(params.password)
    const isGroup = (name: string) => (observed as Observed)[`group ${name}`] === true
    const missing = requestedGroups(params).filter((name) => !isGroup(name))
    if (missing.length > 0) throw noGroup(missing)
    if (account) return fieldChanges(params, account, found)
    return [creationChange(params, isGroup(params.name))]
  },
  effects: userEffects,
})

type Observed = { readonly [probe: string]: unknown }

function neededTools(params: UserParams): string[] {
  const { passwordExpireMin, passwordExpireMax, passwordExpireWarn, passwordExpireAccountDisable } = params
  const ages = [passwordExpireMin, passwordExpireMax, passwordExpireWarn, passwordExpireAccountDisable]
  return [
    ...['useradd', 'usermod', 'getent'],
    ...(ages.some((each) => each !== undefined) ? ['chage'] : []),
    ...(params.generateSshKey ? ['ssh-keygen', 'su'] : []),
  ]
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
