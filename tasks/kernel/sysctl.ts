// The task sysctl: kernel parameters, now and in a file for the next start.

import { posix } from 'node:path'
import { applyKeyValueEdits } from '../../src/formats/index.ts'
import {
  type Change,
  contentOf,
  defineTask,
  file,
  fileChanges,
  filePath,
  type Output,
  output,
  PlaybookError,
  type Probe,
  run,
  sh,
  splitLines,
  text,
  z,
} from '../../src/index.ts'
import { noFolder } from '../params/paths.ts'
import { setOrRemove } from '../params/setOrRemove.ts'

const key = z
  .string()
  .regex(
    /^(?!.*(?:\/\.{1,2}(?:\/|$)|[./]{2}))[A-Za-z0-9_-]+(?:[./][A-Za-z0-9_.:@*-]+)+$/,
    'expected the name of a kernel parameter, such as net.ipv4.ip_forward',
  )

const value = z.union([
  z.string().regex(/^[^\s\0](?:[^\r\n\0]*[^\s\0])?$/, 'expected a value of one line'),
  z.int(),
])

/**
 * Sets kernel parameters, now and in a file that is read at the next start, or removes them from that file.
 *
 * - `set`: values by name (`net.ipv4.ip_forward`; where a part has a dot, `net/ipv4/conf/eth0.100/forwarding`).
 * - `remove`: names to remove from the file; what the kernel has now stays.
 * - `sysctlFile` (default `/etc/sysctl.conf`): made with mode 0644 if it is missing. Debian 13 no longer reads that one at
 *   boot: name a file of /etc/sysctl.d there. All else in it stays byte for byte; of several lines of a name the last
 *   one, which counts, is set.
 * - `reload` (default true): whether the kernel gets the values now, where it has others. Its values are read from
 *   /proc/sys each time, so what somebody has changed by hand is put right.
 * - `ignoreErrors` (default false): what this kernel does not have is written to the file, and is no error.
 *
 * Errors: E_NO_KEY (the kernel has no such parameter), E_SYSCTL with the kernel's message, E_NO_FOLDER.
 *
 * Sources: sysctl.d(5), sysctl(8), Ansible's sysctl (ansible.posix), of which this sets many names at once.
 *
 * @example sysctl({ set: { 'net.ipv4.ip_forward': 1, 'vm.swappiness': 10 }, sysctlFile: '/etc/sysctl.d/90-app.conf' })
 */
export const sysctl = defineTask({
  name: 'sysctl',
  summary: 'Sets kernel parameters, now and for the next start.',
  ansible: {
    modules: ['sysctl'],
    params: {
      name: 'Names and values are one parameter: set: { NAME: VALUE }.',
      value: 'Names and values are one parameter: set: { NAME: VALUE }.',
      state: 'Use remove: [NAME] for absent.',
      sysctl_set: 'There is no such option: values are set now, unless reload is false.',
      ignoreerrors: 'ignoreErrors',
    },
  },
  params: setOrRemove(
    z.strictObject({
      set: z.record(key, value).default({}).describe('Values by name: { "vm.swappiness": 10 }.'),
      remove: z.array(key).default([]).describe('Names to remove from the file.'),
      sysctlFile: filePath.default('/etc/sysctl.conf').describe('The file for the next start.'),
      reload: z.boolean().default(true).describe('Whether the kernel gets the values now.'),
      ignoreErrors: z.boolean().default(false).describe('Whether unknown names are accepted.'),
    }),
    'names',
  ),
  title: ({ set, remove }) => [...Object.keys(set), ...remove].join(' '),
  needs: { root: true },
  probe: ({ set, reload, sysctlFile }) => ({
    current: file(sysctlFile, { content: true }),
    folder: file(posix.dirname(sysctlFile)),
    live: liveValues(reload ? Object.keys(set) : []),
  }),
  plan: ({ set, remove, sysctlFile: path, reload, ignoreErrors }, { current, folder, live }): Change[] => {
    const names = Object.keys(set)
    const unknown = reload && !ignoreErrors ? names.filter((_, index) => live[index] === undefined) : []
    if (unknown.length > 0) throw noKey(unknown)
    if (current.type === 'absent' && names.length > 0 && folder.type === 'absent') throw noFolder(path)
    const before = contentOf(path, current)
    const edits = [
      ...names.map((name) => ({ set: name, value: String(set[name]) })),
      ...remove.map((name) => ({ remove: name })),
    ]
    const edited = applyKeyValueEdits(before ?? Buffer.alloc(0), edits, { quotes: 'none', separator: ' = ' })
    const isSame = edited.changes.length === 0
    return [
      ...(isSame
        ? []
        : fileChanges(current, {
            path,
            content: Buffer.from(edited.bytes),
            edits: before && edited.changes.map((each) => ({ ...each, what: `${path}: ${each.what}` })),
          })),
      ...names.flatMap((name, index) => liveChange(name, live[index], String(set[name]))),
    ]
  },
  effects: ({ set, sysctlFile }) => [
    { tree: sysctlFile },
    ...Object.keys(set).map((name) => ({ state: `sysctl/${name}` })),
  ],
})

/** The values that the kernel has; undefined for a name that it does not have. */
function liveValues(names: readonly string[]): Probe<(string | undefined)[]> {
  const paths = names.map(pathOf)
  const command = sh`for path in ${paths}; do
  if [ ! -e "$path" ]; then echo none
  else printf 'is %s\n' "$(tr '\n\t' '  ' <"$path" 2>/dev/null)"; fi
done`
  return output(paths.length === 0 ? sh`:` : command, parseValues, {
    reads: names.length === 0 ? [] : [...names.map((name) => `sysctl/${name}`), 'modules'],
  })
}

function parseValues(result: Output): (string | undefined)[] {
  return splitLines(text(result)).map((line) => (line === 'none' ? undefined : normalized(line.slice(3))))
}

function normalized(text: string): string {
  return text.trim().replace(/\s+/g, ' ')
}

function liveChange(name: string, from: string | undefined, to: string): Change[] {
  if (from === undefined || from === normalized(to)) return []
  const path = pathOf(name)
  const explain = (result: Output) => {
    const message = result.stderr.toString('utf8').trim().split(': ').at(-1) || 'it cannot be written'
    return new PlaybookError('E_SYSCTL', `The kernel rejects "${to}" for ${name}: ${message}`, {
      details: [`${path} has "${from}".`],
    })
  }
  const steps = [run(sh`printf '%s\n' ${to} >${path}`, { explain })]
  return [{ what: `${name} (now)`, from, to, steps, effects: [{ state: `sysctl/${name}` }] }]
}

/** As sysctl(8) reads a name: the first separator tells which one is plain. */
function pathOf(name: string): string {
  const swapped = { '.': '/', '/': '.' } as const
  const isDotted = /[./]/.exec(name)?.[0] === '.'
  return `/proc/sys/${isDotted ? name.replace(/[./]/g, (each) => swapped[each as '.' | '/']) : name}`
}

function noKey(names: readonly string[]): PlaybookError {
  return new PlaybookError('E_NO_KEY', `The kernel has no ${names.join(', ')}.`, {
    hint: 'Is a module missing (kernelModule)? ignoreErrors: true writes it to the file all the same.',
  })
}
