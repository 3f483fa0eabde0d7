// The task seMode: sets the mode of SELinux, now and for the next start.

import {
  type Change,
  defineTask,
  type Output,
  output,
  PlaybookError,
  run,
  sh,
  shellText,
  z,
} from '../../src/index.ts'
import { refusal, selinuxNeeds } from './policy.ts'

/**
 * Sets the mode of SELinux in /etc/selinux/config, and now where the kernel has it.
 *
 * - `state`: `enforcing`, `permissive`, or `disabled`.
 * - `policy`: the policy for the next start (`targeted`). Default: the one in the file.
 *
 * A running kernel can change between enforcing and permissive only. `disabled` makes it permissive until the next
 * start, and a kernel without SELinux stays without it until then: the change says "after a restart". On a host where
 * SELinux was off, files have no labels: make `/.autorelabel` and restart it permissive first, or it may not come up.
 * RHEL 9 and later obey `disabled` in the file only in part: SELinux is then on, without a policy; the kernel's
 * `selinux=0` turns it off.
 *
 * @throws PlaybookError E_SELINUX_CONFIG (there is no /etc/selinux/config), E_SELINUX (what setenforce refused)
 * @example seMode({ state: 'enforcing' })
 *
 * Sources: selinux(8), selinux_config(5), setenforce(8); ansible.posix.selinux.
 */
export const seMode = defineTask({
  name: 'seMode',
  summary: 'Sets the mode of SELinux, now and for the next start.',
  ansible: {
    modules: ['ansible.posix.selinux', 'selinux'],
    params: { mode: 'state', conf: 'It is /etc/selinux/config.' },
  },
  params: z.strictObject({
    state: z.enum(['enforcing', 'permissive', 'disabled']).describe('The mode of SELinux.'),
    policy: z
      .string()
      .regex(/^[A-Za-z0-9_-]+$/, 'expected the name of a policy such as targeted')
      .optional()
      .describe('The policy for the next start; default: the one in the file.'),
  }),
  title: ({ state }) => state,
  needs: selinuxNeeds('setenforce'),
  probe: () => ({ mode }),
  plan: ({ state, policy }, { mode: is }): readonly Change[] => {
    if (is.configured === undefined)
      throw new PlaybookError('E_SELINUX_CONFIG', 'There is no SELINUX= in /etc/selinux/config.', {
        hint: "The host has no policy: dnf({ name: 'selinux-policy-targeted' }).",
      })
    const now = state === 'disabled' ? 'permissive' : state
    const later = is.running === 'disabled' ? ' after a restart' : ''
    return [
      ...(is.configured === state
        ? []
        : [setting('SELINUX', is.configured, state, state === 'disabled' ? ' after a restart' : later)]),
      ...(policy === undefined || is.policy === policy
        ? []
        : [setting('SELINUXTYPE', is.policy ?? 'none', policy, ' after a restart')]),
      ...(is.running === 'disabled' || is.running === now
        ? []
        : [
            {
              what: 'mode of the kernel',
              from: is.running,
              to: now,
              steps: [
                run(sh`setenforce ${now === 'enforcing' ? '1' : '0'}`, {
                  explain: (result: Output) => refusal([result.stderr.toString('utf8').trim()]),
                }),
              ],
              effects: [{ state: 'selinux/mode' }],
            },
          ]),
    ]
  },
})

type Mode = {
  readonly running: 'enforcing' | 'permissive' | 'disabled'
  readonly configured?: string
  readonly policy?: string
}

const mode = output(
  shellText(`cat /sys/fs/selinux/enforce 2>/dev/null; echo
grep -E '^ *SELINUX(TYPE)?=' /etc/selinux/config 2>/dev/null; :`),
  ({ stdout }): Mode => {
    const printed = stdout.toString('utf8')
    const value = (name: string) => new RegExp(`^ *${name}= *([\\w-]+)`, 'm').exec(printed)?.[1]
    const enforce = printed[0]
    return {
      running: enforce === '1' ? 'enforcing' : enforce === '0' ? 'permissive' : 'disabled',
      ...(value('SELINUX') && { configured: value('SELINUX')! }),
      ...(value('SELINUXTYPE') && { policy: value('SELINUXTYPE')! }),
    }
  },
  { reads: ['/etc/selinux/config', 'selinux/mode'] },
)

/** sed keeps comments and order; the file keeps owner, mode and label, because it is written in place of a copy. */
function setting(name: string, from: string, to: string, note: string): Change {
  return {
    what: `${name} in /etc/selinux/config`,
    from,
    to: `${to}${note}`,
    steps: [
      run(sh`sed -i --follow-symlinks ${`s/^ *${name}=.*/${name}=${to}/`} /etc/selinux/config
if command -v restorecon >/dev/null; then restorecon /etc/selinux/config; fi`),
    ],
    effects: [{ tree: '/etc/selinux/config' }],
  }
}
