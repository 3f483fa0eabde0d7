// The task hostname: the host's name, now and for the next start.

import {
  type Change,
  contentOf,
  defineTask,
  file,
  fileChanges,
  lastLines,
  PlaybookError,
  run,
  sh,
  stdout,
  z,
} from '../../src/index.ts'

/**
 * Sets the name of the host, now and for the next start. It needs no running systemd.
 *
 * - `name`: up to 64 letters, digits, hyphens and dots, as RFC 1123 has it: the short name, or the one with the domain.
 *
 * The name is written to /etc/hostname, whose comments stay, and given to the kernel. Nothing is done to /etc/hosts: the
 * task hostsFile does that. A running service learns the new name when it starts again.
 *
 * Errors: E_HOSTNAME with the host's message.
 *
 * Sources: hostname(5), hostname(7), Ansible's hostname.
 *
 * @example hostname({ name: 'was-01' })
 */
export const hostname = defineTask({
  name: 'hostname',
  summary: 'Sets the name of the host, now and for the next start.',
  ansible: {
    modules: ['hostname'],
    params: { use: 'There is no such option: it works the same way everywhere.' },
  },
  params: z.strictObject({
    name: z
      .string()
      .max(64, 'expected at most 64 characters')
      .regex(
        /^(?!.*-(?:\.|$))[A-Za-z0-9][A-Za-z0-9-]{0,62}(?:\.[A-Za-z0-9][A-Za-z0-9-]{0,62})*$/,
        'expected a name of letters, digits, hyphens and dots',
      )
      .describe('The name.'),
  }),
  title: ({ name }) => name,
  needs: { root: true },
  probe: () => ({
    current: file(path, { content: true }),
    // The same command as that of the fact: both are read once.
    live: stdout(sh`uname -n`, { state: 'hostname', reads: ['hostname'] }),
  }),
  plan: ({ name }, { current, live }): Change[] => {
    const before = contentOf(path, current)?.toString('latin1')
    const content = withName(before ?? '', name)
    const edits =
      before === undefined ? undefined : [{ what: path, from: nameIn(before) ?? 'no name', to: name }]
    const explain = (result: Parameters<typeof lastLines>[0]) =>
      new PlaybookError('E_HOSTNAME', `The host name cannot be set to ${name} now.`, {
        details: lastLines(result),
        hint: 'Is it a container, whose name is given from outside?',
      })
    return [
      ...(content === before
        ? []
        : fileChanges(current, { path, content: Buffer.from(content, 'latin1'), edits })),
      ...(live === name
        ? []
        : [
            {
              what: 'host name (now)',
              from: live,
              to: name,
              steps: [
                run(sh`hostname ${name} 2>/dev/null || printf '%s\n' ${name} >/proc/sys/kernel/hostname`, {
                  explain,
                }),
              ],
              effects: [{ state: 'hostname', becomes: name }],
            },
          ]),
    ]
  },
  effects: () => [{ tree: path }, { state: 'hostname' }],
})

const path = '/etc/hostname'

/** The first line that is neither empty nor a comment. */
function nameIn(text: string): string | undefined {
  return /^(?!\s*#)\s*(\S+)/m.exec(text)?.[1]
}

function withName(text: string, name: string): string {
  const present = nameIn(text)
  if (present === name) return text
  const separator = text === '' || text.endsWith('\n') ? '' : '\n'
  return present === undefined
    ? `${text}${separator}${name}\n`
    : text.replace(/^(?!\s*#)([^\S\n]*)\S.*$/m, (_, indent: string) => `${indent}${name}`)
}
