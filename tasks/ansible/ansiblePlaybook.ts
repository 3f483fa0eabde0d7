// The task ansiblePlaybook: runs a role or playbook of Ansible that is not moved yet.

import { isAbsolute, join } from 'node:path'
import {
  call,
  defineTask,
  effectsOfWrites,
  type MadeChange,
  type StepConnection,
  z,
} from '../../src/index.ts'

type PlaybookInputs = {
  readonly run: (connection: StepConnection) => Promise<readonly MadeChange[]>
}

/**
 * Runs a role or a playbook of Ansible that has not been moved yet, by the `ansible-playbook` of the controller, on the
 * same host: it gets the address, user, key, passwords and variables that the host has here. Hosts that reach the task
 * within a quarter of a second share one run of `ansible-playbook`.
 *
 * - `role`: a role by its name, or by its path from the folder of the playbook; it is searched in `roles` beside the file
 *   in which the task is written, in that folder, and where Ansible searches. Or `playbook`: a file, searched like those of
 *   copyFile; its plays run on the hosts that are also in this play.
 * - `vars`: variables of the role, or extra variables of the playbook. They may hold secrets; a text with `{{ }}` is a
 *   template of Ansible.
 * - `tags`, `skipTags`; `gatherFacts` (default true), for a role.
 *
 * What its tasks change is reported with their names, as changes of this task; if they change nothing, it is ok and
 * notifies nobody. `--check` is passed on with `--diff`: the dry run shows what Ansible predicts, without regard to the
 * planned changes of earlier tasks. `become` of the task is that of the play there; tasks and roles may say otherwise.
 * A task that fails there fails this one, with its name and message; what a role rescues does not.
 *
 * The task's `timeout` ends ansible-playbook, as Ctrl-C does. Passwords go into files that only this user can read, in a folder that is removed at the end.
 *
 * @throws PlaybookError E_NO_ANSIBLE, E_NO_SOURCE before any host is touched; E_ANSIBLE_PLAYBOOK
 * @see https://docs.ansible.com/ansible/latest/cli/ansible-playbook.html
 * @example ansiblePlaybook({ role: 'geerlingguy.ntp', vars: { ntp_timezone: 'Asia/Seoul' } }, { become: true })
 * @example ansiblePlaybook({ playbook: 'legacy/site.yml', tags: ['monitoring'] })
 */
export const ansiblePlaybook = defineTask({
  name: 'ansiblePlaybook',
  summary: 'Runs a role or playbook of Ansible that is not migrated yet, with the Ansible of this machine.',
  ansible: { modules: ['import_playbook', 'import_role', 'include_role'], params: { name: 'role' } },
  params: z
    .strictObject({
      role: z.string().min(1).optional().describe('The name or path of a role.'),
      playbook: z.string().min(1).optional().describe('The path of a playbook.'),
      vars: z
        .record(z.string(), z.unknown())
        .default({})
        .meta({ title: 'object' })
        .describe('Variables of the role, or extra variables of the playbook.'),
      tags: z.array(z.string().min(1)).default([]).describe('Only tasks with one of these tags.'),
      skipTags: z.array(z.string().min(1)).default([]).describe('No tasks with one of these tags.'),
      gatherFacts: z.boolean().default(true).describe('Whether Ansible reads facts before a role.'),
    })
    .refine(({ role, playbook }) => (role === undefined) !== (playbook === undefined), {
      error: 'expected either role or playbook',
    }),
  title: ({ role, playbook }) => role ?? playbook!,
  inputs: async (params, { directory, find, host }): Promise<PlaybookInputs> => {
    const { findAnsible } = await import('./findAnsible.ts')
    await findAnsible('ansiblePlaybook')
    const { playbook, role } = params
    const path = playbook === undefined ? undefined : find(playbook)
    const rolePath = role?.includes('/') && !isAbsolute(role) ? join(directory, role) : role
    const vars = host?.data() ?? {}
    const run = async (connection: StepConnection) => {
      const { joinRun } = await import('./joinRun.ts')
      return joinRun({ ...params, role: rolePath, path, directory }, { connection, vars, host })
    }
    return { run }
  },
  probe: () => ({}),
  plan: ({ role, playbook }, _, { run }) => [
    {
      what: role ?? playbook!,
      from: 'not run',
      to: 'run',
      steps: [call(`ansible-playbook: ${role ?? playbook}`, run, { predicts: true })],
    },
  ],
  effects: () => effectsOfWrites(),
  verify: false,
})
