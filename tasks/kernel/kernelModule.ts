// The task kernelModule: loads and unloads kernel modules, now and at the next start.

import {
  type Change,
  type Command,
  contentOf,
  defineTask,
  type FileState,
  file,
  fileChanges,
  lastLines,
  missingTool,
  type Output,
  output,
  PlaybookError,
  run,
  sh,
  text,
  z,
} from '../../src/index.ts'

/**
 * Loads a module of the kernel, or unloads it, now and at the next start.
 *
 * - `name`: of the module; `-` and `_` are the same.
 * - `state` (default `'present'`): `'absent'` unloads it. A module that is built into the kernel is present.
 * - `params`: parameters for when it is loaded (`numdummies=2`). A module that is loaded already keeps those that it has.
 * - `persistent` (default `'disabled'`): `'present'` also loads it at the next start, by /etc/modules-load.d/NAME.conf, with
 *   its `params` in /etc/modprobe.d/NAME.conf; `'absent'` removes both files; `'disabled'` leaves them alone.
 *
 * Errors: E_TOOL (no modprobe), E_BUILT_IN, E_MODULE with the message of modprobe.
 *
 * Sources: modprobe(8), modules-load.d(5), Ansible's modprobe (community.general).
 *
 * @example kernelModule({ name: 'br_netfilter', persistent: 'present' })
 */
export const kernelModule = defineTask({
  name: 'kernelModule',
  summary: 'Loads or unloads a module of the kernel, now and at the next start.',
  ansible: { modules: ['modprobe'] },
  params: z
    .strictObject({
      name: z
        .string()
        .regex(/^[A-Za-z0-9][A-Za-z0-9_-]*$/, 'expected the name of a module')
        .describe('The module.'),
      state: z.enum(['present', 'absent']).default('present').describe('Whether it is loaded.'),
      params: z
        .string()
        .regex(/^[^\r\n\0]*$/, 'expected parameters in one line')
        .default('')
        .describe('Parameters for when it is loaded.'),
      persistent: z
        .enum(['disabled', 'present', 'absent'])
        .default('disabled')
        .describe('Whether it is loaded at the next start; disabled leaves that alone.'),
    })
    .refine(({ state, persistent }) => state === 'present' || persistent !== 'present', {
      path: ['persistent'],
      error: "expected 'absent' or 'disabled' with state: 'absent'",
    }),
  title: ({ name }) => name,
  needs: { root: true, tools: ['modprobe'] },
  probe: ({ name }) => ({
    loaded: output(loadedCommand(name), parseLoaded, {
      state: moduleState(name),
      reads: [moduleState(name)],
    }),
    load: file(loadFile(name), { content: true }),
    options: file(optionsFile(name), { content: true }),
  }),
  plan: ({ name, state, params, persistent }, { loaded, load, options }): Change[] => {
    const words = params === '' ? [] : params.split(/\s+/).filter((word) => word !== '')
    return [
      ...persistence(name, persistent, words, { load, options }),
      ...(state === 'present' ? loading(name, loaded, words) : unloading(name, loaded)),
    ]
  },
  effects: ({ name }) => [
    { state: moduleState(name) },
    { tree: loadFile(name) },
    { tree: optionsFile(name) },
  ],
})

type Loaded = 'no' | 'yes' | 'built in'

function loadedCommand(name: string) {
  const module = name.replaceAll('-', '_')
  return sh`if grep -q ${`^${module} `} /proc/modules 2>/dev/null; then echo yes
elif [ -d ${`/sys/module/${module}`} ] || tr - _ <"/lib/modules/$(uname -r)/modules.builtin" 2>/dev/null | grep -q ${`/${module}\\.ko$`}; then echo 'built in'
else echo no; fi`
}

function parseLoaded(result: Output): Loaded {
  return text(result).trim() as Loaded
}

function loading(name: string, loaded: Loaded, words: readonly string[]): Change[] {
  if (loaded !== 'no') return []
  const command = sh`modprobe -- ${[name, ...words]}`
  const check = sh`command -v modprobe >/dev/null || exit 127; modprobe -n -- ${[name, ...words]}`
  return [moduleChange(name, 'not loaded', ['loaded', ...words].join(' '), command, check, 'yes')]
}

function unloading(name: string, loaded: Loaded): Change[] {
  if (loaded === 'no') return []
  if (loaded === 'built in')
    throw new PlaybookError('E_BUILT_IN', `${name} is built into the kernel, and cannot be unloaded.`)
  const command = sh`modprobe -r -- ${name}`
  const check = sh`command -v modprobe >/dev/null || exit 127; modprobe -n -r -- ${name}`
  return [moduleChange(name, 'loaded', 'not loaded', command, check, 'no')]
}

function moduleChange(
  name: string,
  from: string,
  to: string,
  command: Command,
  check: Command,
  becomes: Loaded,
): Change {
  const rehearse = { command: check, reads: ['packages', '/lib/modules'] }
  return {
    what: `module ${name}`,
    from,
    to,
    steps: [run(command, { rehearse, explain: (result) => explained(name, result) })],
    effects: [{ state: moduleState(name), becomes }],
  }
}

/** @returns E_TOOL, E_MODULE */
function explained(name: string, result: Output): PlaybookError {
  if (result.code === 127) return missingTool('modprobe')
  const lines = lastLines(result)
  return new PlaybookError('E_MODULE', lines.at(-1) ?? `modprobe of ${name} failed.`, {
    details: lines.slice(0, -1),
  })
}

function persistence(
  name: string,
  persistent: 'disabled' | 'present' | 'absent',
  words: readonly string[],
  { load, options }: { readonly load: FileState; readonly options: FileState },
): Change[] {
  if (persistent === 'disabled') return []
  const desired: [path: string, state: FileState, content: string | undefined][] = [
    [loadFile(name), load, persistent === 'present' ? `${name}\n` : undefined],
    [
      optionsFile(name),
      options,
      persistent === 'present' && words.length > 0 ? `options ${name} ${words.join(' ')}\n` : undefined,
    ],
  ]
  return desired.flatMap(([path, state, content]) => {
    if (content === undefined) return persistent === 'absent' ? removal(path, state) : []
    contentOf(path, state)
    return fileChanges(state, { path, content })
  })
}

function removal(path: string, state: FileState): Change[] {
  if (state.type === 'absent') return []
  const steps = [run(sh`rp_remove ${path}`, { paths: [{ path, as: 'entry' }] })]
  return [{ what: path, from: 'file', to: 'absent', steps, effects: [{ path, becomes: { type: 'absent' } }] }]
}

function moduleState(name: string): string {
  return `modules/${name.replaceAll('-', '_')}`
}

function loadFile(name: string): string {
  return `/etc/modules-load.d/${name}.conf`
}

function optionsFile(name: string): string {
  return `/etc/modprobe.d/${name}.conf`
}
