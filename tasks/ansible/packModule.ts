// Packs modules of Ansible into programs for hosts, each once in a run.

import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { PlaybookError } from '../../src/index.ts'
import { findAnsible } from './findAnsible.ts'
import { packProgram } from './packProgram.ts'

/** A module as a program; its arguments go between the parts. */
type PackedModule = {
  /** `ansible.builtin.file` */
  readonly name: string
  readonly before: string
  readonly after: string
  /** Arguments that Ansible itself gives to each module. */
  readonly internal: { readonly [name: string]: unknown }
}

const packed = new Map<string, Promise<PackedModule>>()

/**
 * Packs a module with all that it imports, as Ansible does for a host with pipelining. `directory` is that of the file
 * in which the task is written: modules are found in the folder `library` there, too.
 *
 * @throws PlaybookError E_NO_ANSIBLE, E_ANSIBLE_MODULE
 */
export function packModule(module: string, directory: string): Promise<PackedModule> {
  const library = join(directory, 'library')
  const folders = existsSync(library) ? [library] : []
  const key = JSON.stringify([module, folders])
  const known = packed.get(key) ?? pack(module, folders)
  packed.set(key, known)
  return known
}

async function pack(module: string, folders: readonly string[]): Promise<PackedModule> {
  const answer = await ask({ module, folders })
  if (answer.error === undefined) return answer as unknown as PackedModule
  throw refusal(module, answer)
}

type Answer = { readonly error?: string; readonly [name: string]: unknown }

function refusal(module: string, { error, message, style }: Answer): PlaybookError {
  const name = module.replace(/^.*\./, '')
  if (error === 'action') {
    const ours = instead[name]
    return new PlaybookError(
      'E_ANSIBLE_MODULE',
      `${module} is not a module alone: Ansible runs a part of it on the controller.`,
      { hint: ours ?? `Find a task: run-playbook docs ${name}. Or run it by ansiblePlaybook.` },
    )
  }
  if (error === 'unknown')
    return new PlaybookError('E_ANSIBLE_MODULE', `ansible-core on this machine has no module ${module}.`, {
      hint: 'Install its collection: ansible-galaxy collection install NAME. ansible-doc -l lists the installed modules.',
    })
  if (error === 'style')
    return new PlaybookError('E_ANSIBLE_MODULE', `${module} cannot be sent to a host: it is in ${style}.`, {
      hint: 'Run it by ansiblePlaybook.',
    })
  return new PlaybookError('E_ANSIBLE_MODULE', `ansible-core could not pack ${module}.`, {
    details: String(message ?? 'It ended.')
      .split('\n')
      .slice(0, 10),
  })
}

/** What does the same here, for what is no module. */
const instead: { readonly [name: string]: string } = {
  copy: 'Use copyFile, or copyDirectory.',
  template: 'Use template.',
  fetch: 'Use fetch.',
  unarchive: 'Use unarchive.',
  package: 'Use packages.',
  shell: 'Use shell.',
  command: 'Use command.',
  script: 'Use copyFile and command.',
  reboot: 'Use reboot.',
  assert: 'Use assert.',
  fail: 'Use fail.',
  debug: 'Use a title, or console.log in the playbook.',
  set_fact: 'Use a constant of TypeScript.',
  wait_for_connection: 'Use reboot, which waits.',
  synchronize: 'Use copyDirectory.',
}

type Packer = {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>
  readonly waiting: ((answer: Answer) => void)[]
}

let packer: Promise<Packer> | undefined

async function ask(request: object): Promise<Answer> {
  packer ??= startPacker()
  const { child, waiting } = await packer.catch((thrown) => {
    packer = undefined
    throw thrown
  })
  return new Promise((resolve) => {
    hold(child, true)
    waiting.push(resolve)
    child.stdin.write(`${JSON.stringify(request)}\n`)
  })
}

/** One process packs for the whole run: Python and Ansible are loaded once. It ends with this process. */
async function startPacker(): Promise<Packer> {
  const { python, environment } = await findAnsible('ansibleModule')
  const child = spawn(python, ['-c', packProgram], { env: environment, stdio: 'pipe' })
  const waiting: Packer['waiting'] = []
  let errors = ''
  child.stderr.on('data', (bytes: Buffer) => {
    errors = `${errors}${bytes.toString('utf8')}`.slice(-4000)
  })
  child.stdin.on('error', () => {})
  createInterface({ input: child.stdout }).on('line', (line) => {
    waiting.shift()?.(JSON.parse(line))
    if (waiting.length === 0) hold(child, false)
  })
  const end = (message: string) => {
    packer = undefined
    for (const resolve of waiting.splice(0)) resolve({ error: 'failed', message })
  }
  child.on('error', ({ message }) => end(message))
  child.on('close', () => end(errors.trim().split('\n').slice(-5).join('\n')))
  return { child, waiting }
}

/** Only a process that is packing keeps this one from ending. */
function hold(child: Packer['child'], isBusy: boolean): void {
  const handles = [child, child.stdin, child.stdout, child.stderr] as unknown as NodeJS.Timeout[]
  for (const handle of handles) isBusy ? handle.ref() : handle.unref()
}
