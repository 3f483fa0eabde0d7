// The task ansibleModule: runs a module of Ansible for which there is no task yet.

import {
  absolutePath,
  type Change,
  type Command,
  defineTask,
  effectsOfWrites,
  type Output,
  output,
  revealed,
  run,
  Secret,
  secretsIn,
  sh,
  type Task,
  type TaskFunction,
  type TaskOptions,
  z,
} from '../../src/index.ts'
import { type ModuleResult, moduleChanges, moduleError, moduleResult } from './moduleResult.ts'
import { plainData } from './plainData.ts'

const params = z.strictObject({
  module: z
    .string()
    .regex(/^\w+(?:\.\w+)*$/, 'expected the name of a module: community.postgresql.postgresql_user')
    .describe('The module, with its collection: community.postgresql.postgresql_user.'),
  args: z
    .record(z.string(), z.unknown())
    .default({})
    .meta({ title: 'object' })
    .describe('Its arguments, by the names that Ansible has for them; secrets at any depth.'),
  checkMode: z
    .boolean()
    .default(true)
    .describe(
      'false: its check mode is not used; it runs every time, and its result says whether it changed something.',
    ),
  reads: z
    .array(z.string().min(1))
    .optional()
    .describe('Paths and states that its result depends on, for dry runs; default: everything.'),
  writes: z
    .array(absolutePath)
    .optional()
    .describe('Paths that it may change, with everything below them, for dry runs; default: everything.'),
})

type OwnOptions = {
  /** false: its check mode is not used; it runs every time, and its result says whether it changed something. Default true. */
  readonly checkMode?: boolean | undefined
  /** Paths and states that its result depends on, for dry runs. Default: everything. */
  readonly reads?: string[] | undefined
  /** Paths that it may change, with everything below them, for dry runs. Default: everything. */
  readonly writes?: string[] | undefined
}
type ModuleParams = z.output<typeof params>

type Arguments = readonly [module: string, args?: ModuleParams['args'], options?: TaskOptions & OwnOptions]

interface AnsibleModule extends TaskFunction<typeof params> {
  (...args: Arguments): Task
}

type Packed = {
  readonly name: string
  readonly probe: Command
  /** The program with its arguments, in parts of which the large ones are shared. */
  readonly input: (isCheck: boolean) => readonly (string | Secret)[]
}

/**
 * Runs a module of Ansible on the host, for what has no task here yet. The controller's ansible-core packs it, and the
 * host's Python reads it from standard input; nothing is left on the host.
 *
 * - `ansibleModule('collection.name.module', { …arguments… }, { …options… })`. Arguments have Ansible's names. Secrets may
 *   be in them at any depth: they are sent by standard input, and masked in what is shown.
 * - The module first runs in check mode with diff: that is the probe. If it says `changed`, it runs for real, and once
 *   more in check mode, as with every task. A module that then still says `changed` fails with E_NOT_CONVERGED: it is
 *   not idempotent, or its check mode only guesses. `checkMode: false`, an option, runs it every time instead, and its
 *   own result says whether it changed something; in a dry run that is unknown. A module that does not support check
 *   mode is treated like that anyway.
 * - `reads`, `writes`: further options, for dry runs. Without `reads`, its result is unknown after any planned change;
 *   without `writes`, what later tasks read is unknown after it.
 * - The Python is that of `ansible_python_interpreter`, or the first of /usr/bin/python3, /usr/libexec/platform-python and
 *   python3.
 * - Ansible is the one in PATH, or that of RUN_PLAYBOOK_ANSIBLE (the folder of its programs). Modules are found in its
 *   collections, and in `library` beside the file in which the task is written.
 *
 * What Ansible does on the controller (copy, template, fetch, …) is not a module: it is refused, with the name of the
 * task that does it here.
 *
 * @throws PlaybookError E_NO_ANSIBLE, E_ANSIBLE_MODULE before any host is touched; E_NO_PYTHON, E_MODULE_FAILED (it failed)
 * @see https://docs.ansible.com/ansible/latest/dev_guide/developing_program_flow_modules.html
 * @example ansibleModule('community.postgresql.postgresql_user', { name: 'app', password: host.vars.db_password }, { become: 'postgres' })
 * @example ansibleModule('ansible.posix.acl', { path: '/srv', entity: 'eve', etype: 'user', permissions: 'r', state: 'present' }, { reads: ['/srv'], writes: ['/srv'] })
 */
export const ansibleModule: AnsibleModule = defineTask({
  name: 'ansibleModule',
  summary: 'Runs a module of Ansible on the host, for what has no task here yet.',
  called: (args) => {
    if (typeof args[0] !== 'string') return args
    const [module, given, { checkMode, reads, writes, ...options } = {}] = args as Arguments
    return [{ module, args: given ?? {}, checkMode, reads, writes }, options]
  },
  params,
  title: ({ module }) => module,
  inputs: async ({ module, args }, { directory, host }): Promise<Packed> => {
    const { packModule } = await import('./packModule.ts')
    const { name, before, after, internal } = await packModule(module, directory)
    const given = host?.get('ansible_python_interpreter')
    const secrets = [...secretsIn(args)]
    const written = (isCheck: boolean) => {
      const whole = { ...(plainData(args) as object), ...internal, _ansible_check_mode: isCheck }
      const json = literal(JSON.stringify(whole))
      return [before, secrets.length > 0 ? new Secret(json, secrets, { isOpen: true }) : json, after]
    }
    return { name, probe: runPython(typeof given === 'string' ? given : ''), input: written }
  },
  probe: ({ checkMode, reads }, { name, probe, input }) =>
    checkMode
      ? { result: output(probe, (result) => moduleResult(name, result), { stdin: input(true), reads }) }
      : ({} as Record<string, never>),
  plan: (given, observed, packed): Change[] => {
    const { result } = observed as { readonly result?: ModuleResult }
    const isBlind = !given.checkMode || result!.skipped === true
    if (!isBlind && !result!.changed) return []
    const effects = effectsOfWrites(given.writes)
    const step = run(packed.probe, {
      stdin: joined(packed.input(false)),
      failed: (printed) => moduleError(packed.name, printed),
      ...(isBlind
        ? { changed: (printed: Output) => moduleResult(packed.name, printed).changed === true }
        : {}),
    })
    if (isBlind)
      return [{ what: packed.name, from: 'not run', to: 'run', steps: [step], effects, verify: false }]
    const [first, ...more] = moduleChanges(packed.name, result!)
    return [
      { ...first!, steps: [step], effects },
      ...more.map((each) => ({ ...each, steps: [], effects: [] })),
    ]
  },
  effects: ({ writes }) => effectsOfWrites(writes),
}) as unknown as AnsibleModule

/** Ansible asks for /usr/bin/python3 first, too: the modules that configure a distribution need its own Python. */
const interpreters = ['/usr/bin/python3', '/usr/libexec/platform-python', 'python3', '/usr/bin/python']

function runPython(given: string): Command {
  const isGiven = given !== '' && !given.startsWith('auto')
  const words = isGiven ? given.split(/\s+/) : []
  const candidates = isGiven ? [words[0]!] : interpreters
  return sh`for rp_python in ${candidates}; do command -v "$rp_python" >/dev/null 2>&1 && break; rp_python=; done
if [ -z "$rp_python" ]; then cat >/dev/null; echo run-playbook: no python: ${candidates.join(', ')} >&2; exit 127; fi
exec "$rp_python" ${words.slice(1)} -`
}

/** Text for inside a quoted literal of Python, whatever its quotes: nothing but ASCII, and no quote or backslash as such. */
function literal(json: string): string {
  return json
    .replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replace(/[\\'"]/g, (sign) => `\\x${sign.charCodeAt(0).toString(16)}`)
}

function joined(parts: readonly (string | Secret)[]): Secret {
  const secrets = parts.filter((part) => part instanceof Secret)
  return new Secret(
    parts.map(revealed).join(''),
    secrets.flatMap(({ all }) => all),
    { isOpen: true },
  )
}
