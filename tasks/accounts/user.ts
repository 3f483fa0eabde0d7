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
import { attributeChanges, creationChange, removalChange, userEffects } from './userChanges.ts'
import { requestedGroups } from './userParams.ts'
import { parseUserState, userStateCommand } from './userState.ts'

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
 * - `state` (default `'present'`): `'absent'` removes the account; with `remove` its home directory and mail too.
 *
 * Errors: E_NO_GROUP, E_PASSWORD_HASH (a plain password), E_USER with the message of useradd, usermod or userdel.
 *
 * Sources: useradd(8), usermod(8), userdel(8), chpasswd(8), getent(1).
 *
 * @example user({ name: 'ecsuser', createHome: false, shell: '/sbin/nologin' })
 */
export const user = defineTask({
  name: 'user',
  summary: 'Makes, changes or removes an account.',
  ansible: { modules: ['user'], params: { user: 'name' } },
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
  }),
  title: ({ name }) => name,
  // Account files are treated as folders of entries, so a dry run knows which entries are pending.
  needs: ({ state }) => ({
    root: true,
    tools: state === 'absent' ? ['userdel'] : ['useradd', 'usermod', 'getent'],
  }),
  probe: (params) => ({
    found: output(userStateCommand(params), parseUserState, {
      reads: [`/etc/passwd/${params.name}`, ...requestedGroups(params).map((name) => `/etc/group/${name}`)],
    }),
  }),
  plan: (params, { found }): Change[] => {
    const { account } = found
    if (params.state === 'absent') return account ? [removalChange(params, account)] : []
    requireHash(params.password)
    if (found.missingGroups.length > 0) throw noGroup(found.missingGroups)
    return account ? attributeChanges(params, account, found) : [creationChange(params, found)]
  },
  effects: userEffects,
})

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
