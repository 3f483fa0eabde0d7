// Finds ansible-core on the controller: its programs, and the Python that has it.

import { execFile } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { PlaybookError } from '../../src/index.ts'

/** Where ansible-core is. */
type Ansible = {
  /** The path of `ansible-playbook`. */
  readonly playbook: string
  readonly python: string
  /** The environment in which both find their modules. */
  readonly environment: NodeJS.ProcessEnv
}

let found: Promise<Ansible> | undefined

/**
 * The ansible-core that RUN_PLAYBOOK_ANSIBLE names by a folder or program, or that is in PATH.
 *
 * @throws PlaybookError E_NO_ANSIBLE
 */
export function findAnsible(task: string): Promise<Ansible> {
  found ??= find(task).catch((thrown) => {
    found = undefined
    throw thrown
  })
  return found
}

async function find(task: string): Promise<Ansible> {
  const given = process.env.RUN_PLAYBOOK_ANSIBLE
  const folders = given ? foldersOf(given) : (process.env.PATH ?? '').split(delimiter)
  const folder = folders.find((each) => each !== '' && existsSync(join(each, 'ansible-playbook')))
  if (folder === undefined) throw notThere(task, given)
  const playbook = join(folder, 'ansible-playbook')
  const environment = environmentFor(folder)
  const { stdout } = await promisify(execFile)(playbook, ['--version'], { env: environment }).catch(
    ({ message }: Error) => {
      throw new PlaybookError('E_NO_ANSIBLE', `${task} needs ansible-core, and ${playbook} does not run.`, {
        details: message.split('\n').slice(0, 10),
      })
    },
  )
  const python = /python version = .*\((\/[^)]*)\)\s*$/m.exec(stdout)?.[1] ?? shebang(playbook)
  if (python === undefined)
    throw new PlaybookError('E_NO_ANSIBLE', `${playbook} --version does not say which Python it uses.`, {
      hint: 'Use ansible-core 2.14 or later.',
    })
  return { playbook, python, environment }
}

function foldersOf(path: string): string[] {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory()
  return isFolder ? [path, join(path, 'bin')] : [dirname(path)]
}

/** What pip has installed with --target is found by PYTHONPATH alone. */
function environmentFor(folder: string): NodeJS.ProcessEnv {
  const target = dirname(folder)
  const { PYTHONPATH: path } = process.env
  if (!existsSync(join(target, 'ansible', 'cli'))) return process.env
  return { ...process.env, PYTHONPATH: path ? `${target}${delimiter}${path}` : target }
}

function shebang(program: string): string | undefined {
  return /^#!(\/\S*python[\d.]*)\s*$/m.exec(readFileSync(program, 'utf8').slice(0, 500))?.[1]
}

function notThere(task: string, given: string | undefined): PlaybookError {
  const where = given
    ? `RUN_PLAYBOOK_ANSIBLE is ${given}, where no ansible-playbook is`
    : 'there is none in PATH'
  return new PlaybookError(
    'E_NO_ANSIBLE',
    `${task} needs ansible-core on this machine, the controller: ${where}.`,
    {
      hint: 'Install it (pipx install ansible-core), or name the folder of its programs: RUN_PLAYBOOK_ANSIBLE=~/venv/bin',
    },
  )
}
