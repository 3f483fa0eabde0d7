// The task seBoolean: sets booleans of the policy of SELinux, now and for the next start.

import {
  type Change,
  defineTask,
  type Effect,
  type Output,
  output,
  PlaybookError,
  run,
  sh,
  shellText,
  splitLines,
  text,
  z,
} from '../../src/index.ts'
import { oneOrMany } from '../params/oneOrMany.ts'
import { isOff, notMade, policyName, refusal, selinuxNeeds, toolMissing, withPolicy } from './policy.ts'

/**
 * Sets booleans of the policy of SELinux. Where SELinux is off there is nothing to do.
 *
 * - `name`: a boolean, or several that get the same value: they are set in one transaction.
 * - `state`: `true` or `false`.
 * - `persistent` (default true; Ansible's is false, and a restart undoes what it set): also for the next start. The value
 *   is then one of the site's own settings, which `semanage boolean -l -C` lists.
 *
 * @throws PlaybookError E_SELINUX_BOOLEAN (no such boolean; names like it), E_SELINUX_TOOLS (no setsebool), E_SELINUX
 * @example seBoolean({ name: 'httpd_can_network_connect', state: true })
 *
 * Sources: booleans(8), setsebool(8); ansible.posix.seboolean.
 */
export const seBoolean = defineTask({
  name: 'seBoolean',
  summary: 'Sets booleans of the policy of SELinux, now and for the next start.',
  ansible: {
    modules: ['ansible.posix.seboolean', 'seboolean'],
    params: { ignore_selinux_state: 'Where SELinux is off, there is nothing to do.' },
  },
  params: z.strictObject({
    name: oneOrMany(policyName).describe('The boolean, or several.'),
    state: z.boolean().describe('Its value.'),
    persistent: z.boolean().default(true).describe('Whether to set it for the next start, too.'),
  }),
  title: ({ name, state }) => `${name.join(' ')} ${onOff(state)}`,
  needs: selinuxNeeds('setsebool', 'getsebool'),
  probe: () => ({ booleans }),
  plan: ({ name, state, persistent }, { booleans: all }): readonly Change[] => {
    if (all === undefined) return []
    const differing = [...new Set(name)].flatMap((each) => {
      const is = all.current.get(each)
      if (is === undefined) throw noBoolean(each, [...all.current.keys()])
      const isKept = !persistent || all.kept.get(each) === state
      return is === state && isKept
        ? []
        : [{ each, from: is === state ? `${onOff(is)} until the next start` : onOff(is) }]
    })
    const names = differing.map(({ each }) => each)
    const words = names.map((each) => `${each}=${onOff(state)}`)
    const step = run(sh`setsebool ${[...(persistent ? ['-P'] : []), ...words]}`, {
      explain: (result: Output) => refusal(splitLines(result.stderr.toString('utf8').trim())),
    })
    const changes = differing.map(({ each, from }, index) => ({
      what: `boolean ${each}`,
      from,
      to: `${onOff(state)}${persistent ? '' : ' until the next start'}`,
      steps: index === 0 ? [step] : [],
      effects: [{ state: 'selinux/booleans', becomes: withValues(all, names, state, persistent) }],
    }))
    if (changes.length > 0 && !all.hasTools) throw toolMissing('setsebool', notMade(changes))
    return changes
  },
  effects: (): readonly Effect[] => [{ state: 'selinux/booleans' }],
})

type Booleans = {
  readonly current: ReadonlyMap<string, boolean>
  /** The site's own settings, which the next start reads. */
  readonly kept: ReadonlyMap<string, boolean>
  readonly hasTools: boolean
}

function withValues(
  { current, kept, ...rest }: Booleans,
  names: readonly string[],
  state: boolean,
  persistent: boolean,
): Booleans {
  const set = names.map((name) => [name, state] as const)
  return {
    ...rest,
    current: new Map([...current, ...set]),
    kept: persistent ? new Map([...kept, ...set]) : kept,
  }
}

/** All at once, so that one command serves all tasks. A file says `1 1`: its value, and the one to be committed. */
const booleans = output(
  shellText(`${withPolicy}command -v setsebool >/dev/null && echo tools
cd /sys/fs/selinux/booleans && grep -H . ./*
echo = kept
cat "/var/lib/selinux/$policy/active/booleans.local" 2>/dev/null || cat "/etc/selinux/$policy/active/booleans.local" 2>/dev/null
:`),
  (result): Booleans | undefined => {
    const printed = splitLines(text(result))
    if (printed[0] === 'off') return undefined
    const end = printed.indexOf('= kept')
    const entries = (some: readonly string[], pattern: RegExp) =>
      new Map(
        some.flatMap((each) => {
          const [, name, value] = pattern.exec(each) ?? []
          return name === undefined ? [] : [[name, value === '1'] as const]
        }),
      )
    return {
      hasTools: printed[0] === 'tools',
      current: entries(printed.slice(0, end), /^\.\/([^:]+):([01]) [01]$/),
      kept: entries(printed.slice(end), /^([^=#\s]+)\s*=\s*([01])\s*$/),
    }
  },
  {
    reads: ['/etc/selinux', '/var/lib/selinux', '/usr/sbin/setsebool', 'selinux/mode'],
    state: 'selinux/booleans',
    holds: isOff,
  },
)

function noBoolean(name: string, all: readonly string[]): PlaybookError {
  const words = name.split('_').filter((word) => word.length > 3)
  const like = all.filter(
    (each) => words.filter((word) => each.includes(word)).length >= Math.min(2, words.length),
  )
  return new PlaybookError('E_SELINUX_BOOLEAN', `The policy has no boolean "${name}".`, {
    details: like.length > 0 && like.length <= 20 ? [`Similar: ${like.join(', ')}`] : [],
    hint: 'All of them: getsebool -a',
  })
}

function onOff(value: boolean): string {
  return value ? 'on' : 'off'
}
