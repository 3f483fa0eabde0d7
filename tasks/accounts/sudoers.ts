// The task sudoers: a rule of sudo in a file of /etc/sudoers.d.

import { posix } from 'node:path'
import {
  absolutePath,
  type Change,
  contentOf,
  defineTask,
  file,
  fileChanges,
  missingTool,
  type PlaybookError,
  run,
  sh,
  succeeds,
  z,
} from '../../src/index.ts'
import { oneOrMany } from '../params/oneOrMany.ts'
import { noFolder } from '../params/paths.ts'

const word = z.string().regex(/^[^\s\0:=,#!()\\"']+$/, 'expected a name')

/**
 * Allows a user or group to run commands by sudo, in a file of its own, which `visudo -c` has to accept before it is used.
 *
 * - `name`: of the file in `sudoersPath` (default `/etc/sudoers.d`). sudo ignores names with a dot or a `~` at the end.
 * - `user` or `group`: whom. `commands`: what: absolute paths with their arguments, or `'ALL'`; one or a list.
 * - `runas`: as whom, `user` or `user:group`; default: as root. `host` (default `'ALL'`).
 * - `nopassword` (default true), `setenv`, `noexec` (default false): the tags of the rule.
 * - `content`: all of the file instead, for what has no parameter: aliases, `Defaults`.
 * - `validation` (default `'required'`): whether visudo has to check it. `'detect'`: where the host has visudo; `'absent'`:
 *   not at all.
 * - `state` (default `'present'`): `'absent'` removes the file.
 *
 * The file belongs to root, with mode 0440. A rule that visudo refuses changes nothing.
 *
 * Errors: E_TOOL (no visudo), E_WRITE with the message of visudo, E_NO_FOLDER.
 *
 * Sources: sudoers(5), visudo(8), Ansible's sudoers (community.general).
 *
 * @example sudoers({ name: 'deploy', user: 'deploy', commands: '/usr/bin/systemctl restart app' })
 * @example sudoers({ name: 'admins', group: 'wheel', commands: 'ALL', nopassword: false })
 */
export const sudoers = defineTask({
  name: 'sudoers',
  summary: 'Allows a user or group to run commands by sudo, checked by visudo before it is used.',
  ansible: { modules: ['sudoers'] },
  params: z
    .strictObject({
      name: z
        .string()
        .regex(/^[^\s/.~\0][^\s/.\0]*(?<!~)$/, 'expected the name of a file without dots, which sudo reads')
        .describe('The name of the file.'),
      user: word.optional().describe('Whom.'),
      group: word.optional().describe('Which group.'),
      commands: oneOrMany(
        z
          .string()
          .regex(
            /^(?:ALL|!?\/[^\r\n\0]*|sudoedit [^\r\n\0]+)$/,
            'expected an absolute path with arguments, or ALL',
          ),
      )
        .optional()
        .describe('Commands, one or a list: absolute paths with their arguments, or ALL.'),
      runas: z
        .string()
        .regex(/^[^\s\0:()]*(?::[^\s\0:()]+)?$/, 'expected user, user:group or :group')
        .optional()
        .describe('As whom, user or user:group; default: root.'),
      host: word.default('ALL').describe('On which host.'),
      nopassword: z.boolean().default(true).describe('Whether sudo asks for no password.'),
      setenv: z.boolean().default(false).describe('Whether the caller may set the environment (SETENV).'),
      noexec: z
        .boolean()
        .default(false)
        .describe('Whether to keep the command from starting other programs (NOEXEC).'),
      content: z
        .string()
        .regex(/^[^\0]*\S[^\0]*$/, 'expected rules of sudo')
        .optional()
        .describe('All of the file, instead of user, group and commands.'),
      sudoersPath: absolutePath.default('/etc/sudoers.d').describe('The folder.'),
      validation: z
        .enum(['required', 'detect', 'absent'])
        .default('required')
        .describe('Whether visudo has to check it.'),
      state: z.enum(['present', 'absent']).default('present').describe('Whether the file is there.'),
    })
    .refine(
      ({ state, content, user, group, commands }) =>
        state === 'absent' ||
        (content === undefined
          ? (user === undefined) !== (group === undefined) && commands !== undefined
          : (user ?? group ?? commands) === undefined),
      { error: 'expected user or group, and commands; or content alone' },
    ),
  title: ({ name }) => name,
  needs: ({ validation, state }) => ({
    tools: validation === 'required' && state === 'present' ? ['visudo'] : [],
  }),
  probe: ({ name, sudoersPath }) => ({
    current: file(posix.join(sudoersPath, name), { content: true }),
    folder: file(sudoersPath),
    hasVisudo: succeeds(sh`command -v visudo`, { reads: ['packages', '/usr/sbin'] }),
  }),
  plan: (params, { current, folder, hasVisudo }): Change[] => {
    const { name, sudoersPath, validation, state } = params
    const path = posix.join(sudoersPath, name)
    if (state === 'absent') {
      if (current.type === 'absent') return []
      const steps = [run(sh`rp_target ${path}; rm -f -- "./$rp_base"`, { paths: [{ path, as: 'entry' }] })]
      return [
        { what: path, from: 'file', to: 'absent', steps, effects: [{ path, becomes: { type: 'absent' } }] },
      ]
    }
    if (folder.type === 'absent') throw noFolder(path)
    if (!hasVisudo && validation === 'required') throw noVisudo()
    contentOf(path, current)
    return fileChanges(current, {
      path,
      content: params.content === undefined ? ruleText(params) : `${params.content.trimEnd()}\n`,
      owner: 'root',
      group: 'root',
      mode: 0o440,
      ...(hasVisudo && validation !== 'absent'
        ? { validate: (temporary) => sh`visudo -c -f ${temporary}` }
        : {}),
    })
  },
})

type Rule = {
  readonly user?: string
  readonly group?: string
  readonly commands?: readonly string[]
  readonly runas?: string
  readonly host: string
  readonly nopassword: boolean
  readonly setenv: boolean
  readonly noexec: boolean
}

/** `deploy ALL=(root)NOPASSWD: /usr/bin/systemctl restart app`, as Ansible writes it. */
function ruleText({ user, group, commands, runas, host, nopassword, setenv, noexec }: Rule): string {
  const tags = [noexec ? 'NOEXEC:' : '', nopassword ? 'NOPASSWD:' : '', setenv ? 'SETENV:' : ''].join('')
  const owner = user ?? `%${group}`
  return `${owner} ${host}=${runas === undefined ? '' : `(${runas})`}${tags} ${commands!.join(', ')}\n`
}

function noVisudo(): PlaybookError {
  return missingTool('visudo', "which checks the rule unless validation is 'detect'")
}
