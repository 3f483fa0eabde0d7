// Tests pip: plans over recorded output, refusals, and errors of pip.

import { test } from '#test'
import * as assert from 'uvu/assert'
import type { PlaybookError } from '../../../src/index.ts'
import { explainPip } from '../../../tasks/packages/pip/errors.ts'
import { pip } from '../../../tasks/packages/pip.ts'
import { failure } from '../apply.ts'
import { outputOf } from '../outputOf.ts'

type Params = Parameters<typeof pip>[0]

function planned(params: Params, printed: string) {
  const { params: parsed, spec } = pip(params)
  const state = spec.probe(parsed, undefined).state!.parse(outputOf(printed))
  const changes = spec.plan(parsed, { state }, undefined)
  return {
    changes: changes.map(({ what, from, to }) => `${what}: ${from} → ${to}`),
    steps: changes.flatMap(({ steps }) =>
      steps.map((step) => (step.kind === 'run' ? step.command.script.split('\n').at(-1) : step.kind)),
    ),
  }
}

const answer = (value: object) => `a warning\n= ${JSON.stringify(value)}\n`
const django = { name: 'Django', from: 'not installed', to: '4.2.1' }
const virtualenv = '/srv/venv'

const rows: readonly (readonly [string, Params, string, string[], (string | undefined)[]])[] = [
  [
    'is quiet where nothing is to be done',
    { name: 'django', virtualenv },
    answer({ planned: [], managed: false }),
    [],
    [],
  ],
  [
    'installs in the environment what pip would install',
    { name: ['django>=4,<5', 'x[y]'], virtualenv, extraArgs: ['--no-binary', 'x'] },
    answer({ planned: [django], managed: false }),
    ['package Django: not installed → 4.2.1'],
    ["/srv/venv/bin/python -m pip install --no-binary x 'django>=4,<5' 'x[y]'"],
  ],
  [
    'makes a missing environment first',
    { requirements: '/srv/r.txt', name: 'x', virtualenv, virtualenvCommand: 'python3.11 -m venv' },
    '= no python\n',
    [
      'virtualenv /srv/venv: absent → made',
      'package x: not installed → installed',
      'requirements /srv/r.txt: not installed → installed',
    ],
    ['python3.11 -m venv /srv/venv', '/srv/venv/bin/python -m pip install -r /srv/r.txt x'],
  ],
  [
    'removes nothing from an environment that is missing',
    { name: 'x', virtualenv, state: 'absent' },
    '= no python\n',
    [],
    [],
  ],
  [
    'removes what is there',
    { name: 'django', state: 'absent', python: 'python3.11', breakSystemPackages: true },
    answer({ planned: [{ ...django, from: '4.2', to: 'not installed' }], managed: true }),
    ['package Django: 4.2 → not installed'],
    ['python3.11 -m pip uninstall -y --break-system-packages Django'],
  ],
  [
    'upgrades',
    { name: 'django', state: 'latest', virtualenv },
    answer({ planned: [{ ...django, from: '4.1' }], managed: false }),
    ['package Django: 4.1 → 4.2.1'],
    ['/srv/venv/bin/python -m pip install --upgrade django'],
  ],
]
for (const [title, params, printed, changes, steps] of rows)
  test(`pip ${title}`, () => assert.equal(planned(params, printed), { changes, steps }))

const failures: readonly (readonly [object | string, string, string])[] = [
  [
    { planned: [django], managed: true },
    'E_EXTERNALLY_MANAGED',
    'The Python of this host belongs to its distribution, which pip must not change (PEP 668).',
  ],
  ['= no python\n', 'E_NO_PYTHON', 'There is no python3 on this host.'],
  [{ error: 'no pip', details: ['/usr/bin/python3'] }, 'E_NO_PIP', '/usr/bin/python3 has no pip.'],
  [
    { error: 'requirement', details: ['-e .', '/r.txt line 2', 'Expected W'] },
    'E_REQUIREMENT',
    'This is not a requirement with a name: -e . (/r.txt line 2)',
  ],
  [
    { error: 'file', details: ['No such file'] },
    'E_REQUIREMENT',
    'The requirements cannot be read: No such file',
  ],
  [
    { error: 'pip', details: ['ERROR: No matching distribution found for nothere'] },
    'E_NO_PACKAGE',
    'The index has no package for nothere.',
  ],
]
for (const [printed, code, message] of failures)
  test(`pip says where it cannot: ${message}`, async () => {
    const text = typeof printed === 'string' ? printed : answer(printed)
    const error = await failure(async () => planned({ name: 'django' }, text))
    assert.equal([error.code, error.message], [code, message])
  })

const wrong: readonly (readonly [Params, string])[] = [
  [{ name: '-r file' }, 'begins with a name'],
  [{ name: './local' }, 'begins with a name'],
  [{}, 'expected name, requirements or virtualenv'],
  [{ requirements: 'r.txt' }, 'absolute path'],
  [{ name: 'a', umask: '22' }, 'octal mask'],
  [{ name: 'a', version: '1' } as never, 'Give it with the name'],
  [{ name: 'a', extra_args: '' } as never, 'It is called extraArgs here.'],
]
for (const [params, message] of wrong)
  test(`pip refuses ${JSON.stringify(params)}`, () =>
    assert.throws(
      () => pip(params),
      (error: PlaybookError) =>
        error.code === 'E_PARAMS' && [error.message, ...error.details].join().includes(message),
    ))

const messages: readonly (readonly [string, string, string])[] = [
  [
    'ERROR: Could not find a version that satisfies the requirement a==9 (from versions: 1.0, 2.0)\nERROR: No matching distribution found for a==9\n',
    'E_NO_VERSION',
    'The index has no version for a==9; it has 1.0, 2.0.',
  ],
  [
    "WARNING: Retrying … NewConnectionError('Failed to establish a new connection: [Errno 111] Connection refused')\nERROR: No matching distribution found for a\n",
    'E_REPOSITORY',
    'The package index does not answer: Failed to establish a new connection.',
  ],
  [
    'The virtual environment was not created successfully because ensurepip is not\navailable.\n',
    'E_NO_VENV',
    'The Python of this host cannot make virtual environments.',
  ],
  ['  ERROR: Failed building wheel for lxml\n', 'E_BUILD', 'lxml cannot be built on the host.'],
  [
    'ERROR: Cannot install a==1 and b==2 because these package versions have conflicting dependencies.\n',
    'E_PACKAGE_CONFLICT',
    'The packages conflict: a==1 and b==2.',
  ],
  ["ERROR: [Errno 13] Permission denied: '/srv'\n", 'E_NOT_ROOT', "The task's user may not write there."],
  ['Something new\n', 'E_PIP', 'pip ended with exit code 1.'],
]
for (const [stderr, code, message] of messages)
  test(`a failed pip is explained as ${code}: ${message}`, () => {
    const error = explainPip(outputOf('', 1, stderr))
    assert.equal([error.code, error.message], [code, message])
  })

test.run()
