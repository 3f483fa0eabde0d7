// The task group: makes, changes or removes a group.

import {
  type Change,
  defineTask,
  lastLines,
  type Output,
  output,
  PlaybookError,
  run,
  type Step,
  sh,
  text,
  z,
} from '../../src/index.ts'
import { rehearsal } from './rehearsal.ts'
import { groupState } from './userState.ts'

/**
 * Makes, changes or removes a group.
 *
 * - `name`: not a number.
 * - `gid`: its number; default: the next free one. An existing group gets it too (files keep the old number).
 * - `system` (default false): a new group gets a number from the system's range.
 * - `state` (default `'present'`): `'absent'` removes it.
 *
 * Errors: E_GROUP with the message of groupadd, groupmod or groupdel (the number is taken, the group is someone's primary
 * group).
 *
 * Sources: groupadd(8), groupmod(8), groupdel(8), getent(1).
 *
 * @example group({ name: 'app', gid: 2000 })
 */
export const group = defineTask({
  name: 'group',
  summary: 'Makes, changes or removes a group.',
  ansible: { modules: ['group'] },
  params: z.strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_.-]*$/, 'expected the name of a group')
      .describe('The group.'),
    gid: z.int().min(0).optional().describe('Its number; default: the next free one.'),
    system: z.boolean().default(false).describe("Whether a new group gets a number from the system's range."),
    state: z.enum(['present', 'absent']).default('present').describe('Whether it exists.'),
  }),
  title: ({ name }) => name,
  // Account files are treated as folders of entries, so a dry run knows which entries are pending.
  needs: ({ state }) => ({ root: true, tools: [state === 'absent' ? 'groupdel' : 'groupadd', 'getent'] }),
  probe: ({ name }) => ({
    gid: output(sh`getent group ${name}`, parseGid, { reads: [`/etc/group/${name}`] }),
  }),
  plan: ({ name, gid, system, state }, observed): Change[] => {
    const effects = [
      { tree: `/etc/group/${name}` },
      { state: groupState(name), becomes: state === 'present' },
    ]
    const what = `group ${name}`
    if (observed.gid === undefined) {
      if (state === 'absent') return []
      const options = [...(system ? ['-r'] : []), ...(gid === undefined ? [] : ['-g', gid])]
      const to = gid === undefined ? 'present' : `gid ${gid}`
      return [
        { what, from: 'absent', to, steps: [command('groupadd', [...options, '--', name], gid)], effects },
      ]
    }
    const from = `gid ${observed.gid}`
    if (state === 'absent') {
      return [{ what, from, to: 'absent', steps: [command('groupdel', ['--', name])], effects }]
    }
    if (gid === undefined || gid === observed.gid) return []
    return [
      { what, from, to: `gid ${gid}`, steps: [command('groupmod', ['-g', gid, '--', name], gid)], effects },
    ]
  },
})

function parseGid(result: Output): number | undefined {
  if (result.code === 2) return undefined
  if (result.code !== 0) {
    throw new PlaybookError('E_GROUP', 'The groups of the host cannot be read: getent failed.', {
      details: lastLines(result),
    })
  }
  return Number(text(result).split(':')[2])
}

function command(program: string, words: (string | number)[], gid?: number): Step {
  return run(sh`${program} ${words}`, {
    explain: (result) => explained(program, result),
    rehearse: rehearsal(program, 'group', gid),
  })
}

function explained(program: string, result: Output): PlaybookError {
  const lines = lastLines(result)
  return new PlaybookError('E_GROUP', lines.at(-1) ?? `${program} ended with exit code ${result.code}.`, {
    details: lines.slice(0, -1),
  })
}
