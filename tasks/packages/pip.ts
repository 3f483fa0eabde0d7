// The task pip: installs, upgrades and removes Python packages.

import {
  absolutePath,
  type Change,
  type Command,
  defineTask,
  filePath,
  type Output,
  output,
  PlaybookError,
  run,
  sh,
  shellText,
  text,
  z,
} from '../../src/index.ts'
import { oneOrMany } from '../params/oneOrMany.ts'
import { word } from '../params/word.ts'
import { inOneTransaction } from './packageEffects.ts'
import { explainPip } from './pip/errors.ts'
import { stateProgram } from './pip/stateProgram.ts'

/**
 * Installs Python packages by pip, upgrades or removes them, in a virtual environment or in the host's Python. If nothing
 * is to be done, pip does not run: versions are compared without network, by the code that pip uses for it.
 *
 * - `name`: requirements as pip takes them: `django`, `django==4.2.*`, `uvicorn[standard]>=0.20`, `app @ https://…`; one
 *   or a list. `requirements`: a file of them on the host (absolute), with those that it includes by `-r`. A line without
 *   a name (a bare URL, `-e`) is refused: whether it is installed cannot be seen.
 * - `virtualenv` (absolute): the environment, which is made if it is missing. `virtualenvCommand` (default
 *   `python3 -m venv`), `virtualenvSitePackages` (default false): how. It belongs to the task's user.
 * - `python`: the interpreter without a virtualenv; default: `python3`.
 * - `state`: `present` (default), `latest` (asks the index each time), `absent`.
 * - `breakSystemPackages` (default false): changes a Python that belongs to the distribution (PEP 668), as Debian 12 and
 *   Fedora 38 have it; otherwise that is an error.
 * - `extraArgs`: further arguments of `pip install`: `['--index-url', 'https://…']`. They can be seen in the host's process
 *   list: a URL with a password goes into the environment of the task: `{ environment: { PIP_INDEX_URL: … } }`.
 * - `umask`: that of the files, such as `'0022'`.
 *
 * A dry run asks pip what it would install, dependencies too; where pip is older than 22.2 or the virtualenv is not
 * there yet, it names the requested packages alone.
 *
 * @throws PlaybookError E_NO_PYTHON, E_NO_PIP, E_NO_VENV, E_EXTERNALLY_MANAGED, E_REQUIREMENT (not understood, or no
 *   file), E_NO_PACKAGE, E_NO_VERSION, E_PACKAGE_CONFLICT, E_BUILD, E_REPOSITORY (no answer of the index), E_NOT_ROOT
 * @example pip({ name: ['django==4.2.*', 'gunicorn'], virtualenv: '/srv/app/venv' })
 * @example pip({ requirements: '/srv/app/requirements.txt', virtualenv: '/srv/app/venv' })
 *
 * Sources: pip install, PEP 440, PEP 508, PEP 668.
 */
export const pip = defineTask({
  name: 'pip',
  summary: 'Installs, upgrades or removes Python packages by pip.',
  ansible: {
    modules: ['pip'],
    params: {
      version: "Give it with the name: 'django==4.2'",
      executable: 'python',
      virtualenv_python: "virtualenvCommand: 'python3.11 -m venv'",
      editable:
        'There is no such option: whether an editable package is up to date cannot be seen. Use command.',
      chdir: 'There is no such option: paths are absolute.',
    },
  },
  params: z
    .strictObject({
      name: oneOrMany(
        z
          .string()
          .regex(/^[A-Za-z0-9][^\n]*$/, 'expected a requirement that begins with a name: django==4.2'),
      )
        .optional()
        .describe('Requirements: django, django==4.2.*, uvicorn[standard]>=0.20.'),
      requirements: filePath.optional().describe('A file of requirements on the host.'),
      virtualenv: absolutePath.optional().describe('The virtual environment; made if it is missing.'),
      virtualenvCommand: z
        .string()
        .regex(/^[^\s-]\S*(?: [^\n]*)?$/, 'expected a command')
        .default('python3 -m venv')
        .describe('What makes it.'),
      virtualenvSitePackages: z
        .boolean()
        .default(false)
        .describe("Whether it sees the packages of the host's Python."),
      python: word.default('python3').describe('The interpreter, without a virtualenv.'),
      state: z
        .enum(['present', 'latest', 'absent'])
        .default('present')
        .describe('Whether they are installed, in the latest version, or not installed.'),
      breakSystemPackages: z
        .boolean()
        .default(false)
        .describe('Change a Python that belongs to the distribution.'),
      extraArgs: z.array(z.string()).default([]).describe('Further arguments of pip install.'),
      umask: z
        .string()
        .regex(/^0?[0-7]{3}$/, 'expected an octal mask such as 0022')
        .optional()
        .describe('The umask of the files.'),
    })
    .refine(
      ({ name, requirements, virtualenv }) => name || requirements || virtualenv,
      'expected name, requirements or virtualenv',
    ),
  title: ({ name, requirements, virtualenv, state }) => {
    const what = [...(name ?? []), requirements].filter((each) => each !== undefined).join(' ')
    return [what || virtualenv, state === 'present' ? '' : state].filter(Boolean).join(' ')
  },
  needs: ({ virtualenv, python }) => ({ tools: virtualenv === undefined ? [python] : [] }),
  probe: (params) => ({
    state: output(lookCommand(params), (result) => parse(result), {
      reads: [environment(params), params.virtualenv, params.requirements].filter(
        (path) => path !== undefined,
      ),
    }),
  }),
  plan: (params, { state }): readonly Change[] => {
    if (state.kind === 'none') {
      if (params.state === 'absent') return []
      return inOneTransaction(
        [newEnvironment(params), ...requestedChanges(params)],
        makeStep(params),
        ...installSteps(params),
      )
    }
    if (state.error) throw failure(state.error, state.details ?? [])
    const planned = state.planned ?? []
    if (planned.length === 0) return []
    if (state.managed && !params.breakSystemPackages) throw managed(planned.map(({ name }) => name))
    const changes = planned.map(({ name, from, to }) => ({
      what: `package ${name}`,
      from,
      to,
      effects: effectsOf(params),
    }))
    const steps =
      params.state === 'absent'
        ? [
            removeStep(
              params,
              planned.map(({ name }) => name),
            ),
          ]
        : installSteps(params)
    return inOneTransaction(changes, ...steps)
  },
  effects: (params) => effectsOf(params),
})

type Params = {
  readonly name?: readonly string[] | undefined
  readonly requirements?: string | undefined
  readonly virtualenv?: string | undefined
  readonly virtualenvCommand: string
  readonly virtualenvSitePackages: boolean
  readonly python: string
  readonly state: 'present' | 'latest' | 'absent'
  readonly breakSystemPackages: boolean
  readonly extraArgs: readonly string[]
  readonly umask?: string | undefined
}

type Look =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'there'
      readonly error?: string
      readonly details?: readonly string[]
      readonly managed?: boolean
      readonly planned?: readonly { readonly name: string; readonly from: string; readonly to: string }[]
    }

/** The name that a dry run uses for what an interpreter has. */
function environment({ virtualenv, python }: Params): string {
  return `python${virtualenv ?? `/${python}`}`
}

function effectsOf(params: Params) {
  const { virtualenv } = params
  const files = virtualenv ? [{ tree: virtualenv }] : [{ tree: '/usr/local', only: 'additions' as const }]
  return [{ state: environment(params) }, ...files]
}

function interpreter({ virtualenv, python }: Params): string {
  return virtualenv === undefined ? python : `${virtualenv}/bin/python`
}

function lookCommand(params: Params): Command {
  const { name = [], requirements = null, state, breakSystemPackages, extraArgs } = params
  const words = installWords(params)
  const given = { names: name, requirements, state, breaks: breakSystemPackages, words, indexes: extraArgs }
  return sh`cd /
python=${interpreter(params)}
command -v "$python" >/dev/null 2>&1 || { echo '= no python'; exit 0; }
PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_ROOT_USER_ACTION=ignore "$python" - ${JSON.stringify(given)} <<'END'
${shellText(stateProgram)}
END`
}

/** What comes after `pip install`. */
function installWords({ name = [], requirements, state, breakSystemPackages, extraArgs }: Params): string[] {
  return [
    ...(state === 'latest' ? ['--upgrade'] : []),
    ...(breakSystemPackages ? ['--break-system-packages'] : []),
    ...extraArgs,
    ...(requirements === undefined ? [] : ['-r', requirements]),
    ...name,
  ]
}

function parse(result: Output): Look {
  const printed = text(result)
  if (printed.startsWith('= no python')) return { kind: 'none' }
  const [, json] = /^= (\{.*\})$/m.exec(printed) ?? []
  if (json !== undefined) return { kind: 'there', ...(JSON.parse(json) as object) }
  throw explainPip(result)
}

function pipCommand(params: Params, words: readonly string[]): Command {
  const { umask } = params
  return sh`cd /
${shellText(umask === undefined ? ':' : `umask ${umask}`)}
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_ROOT_USER_ACTION=ignore
${interpreter(params)} -m pip ${words}`
}

function installSteps(params: Params) {
  if (!params.name && !params.requirements) return []
  return [run(pipCommand(params, ['install', ...installWords(params)]), { explain: explainPip })]
}

function removeStep(params: Params, names: readonly string[]) {
  const forced = params.breakSystemPackages ? ['--break-system-packages'] : []
  return run(pipCommand(params, ['uninstall', '-y', ...forced, ...names]), { explain: explainPip })
}

function newEnvironment(params: Params) {
  return {
    what: `virtualenv ${params.virtualenv ?? ''}`,
    from: 'absent',
    to: 'made',
    effects: effectsOf(params),
  }
}

/** Without the environment nobody can say which versions. */
function requestedChanges(params: Params) {
  const { name = [], requirements } = params
  const whats = [
    ...name.map((each) => `package ${each}`),
    ...(requirements ? [`requirements ${requirements}`] : []),
  ]
  return whats.map((what) => ({ what, from: 'not installed', to: 'installed', effects: effectsOf(params) }))
}

/** @throws PlaybookError E_NO_PYTHON where it is not the interpreter of a virtualenv that is missing */
function makeStep({ virtualenv, virtualenvCommand, virtualenvSitePackages, python, umask }: Params) {
  if (virtualenv === undefined) {
    throw new PlaybookError('E_NO_PYTHON', `There is no ${python} on this host.`, {
      hint: "Put packages({ name: ['python3', 'python3-pip'] }) before this task.",
    })
  }
  const words = [
    ...virtualenvCommand.split(/ +/),
    ...(virtualenvSitePackages ? ['--system-site-packages'] : []),
    virtualenv,
  ]
  return run(
    sh`cd /
${shellText(umask === undefined ? ':' : `umask ${umask}`)}
${words}`,
    { explain: explainPip, rehearse: sh`command -v ${words[0]!} >/dev/null` },
  )
}

function failure(kind: string, details: readonly string[]): PlaybookError {
  const [first = '', second = '', third = ''] = details
  if (kind === 'no pip') {
    return new PlaybookError('E_NO_PIP', `${first} has no pip.`, {
      hint: "Put packages({ name: 'python3-pip' }) before this task, or give a virtualenv.",
    })
  }
  if (kind === 'requirement') {
    return new PlaybookError(
      'E_REQUIREMENT',
      `This is not a requirement with a name: ${first}${second === 'name' ? '' : ` (${second})`}`,
      {
        details: third === '' ? [] : [third],
        hint: 'Write NAME==VERSION, or NAME @ URL.',
      },
    )
  }
  if (kind === 'file') return new PlaybookError('E_REQUIREMENT', `The requirements cannot be read: ${first}`)
  return explainPip({ stdout: Buffer.alloc(0), stderr: Buffer.from(details.join('\n')), code: 1 })
}

function managed(names: readonly string[]): PlaybookError {
  return new PlaybookError(
    'E_EXTERNALLY_MANAGED',
    'The Python of this host belongs to its distribution, which pip must not change (PEP 668).',
    {
      details: [`to be changed: ${names.join(', ')}`],
      hint: "Give a virtualenv: '/opt/NAME/venv', or install the distribution's package (python3-NAME); if you must, breakSystemPackages: true",
    },
  )
}
