// The repository's playbooks on a lab: inventory, command and its output.

import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse, stringify } from 'yaml'
import { type Answer, type Lab, ssh } from '../../lab/lab.ts'

/** The lab of the tests of the whole site: one file deploys it, the next goes on with it. */
export const siteLab = 'e2e-site'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const command = join(root, 'dist/bundle/cli/main.js')

export type Line = {
  readonly event: string
  readonly host?: string
  readonly status?: string
  readonly task?: string
  readonly changes?: readonly { readonly what: string; readonly from: string; readonly to: string }[]
  readonly error?: { readonly code: string; readonly message: string; readonly details?: readonly string[] }
  readonly reason?: string
  readonly changed?: number
  readonly trips?: number
}

export type Ran = {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  readonly lines: readonly Line[]
}

export type Site = {
  readonly lab: Lab
  readonly folder: string
  readonly inventory: string
  readonly root: string
  /** Runs `run-playbook` on this lab; `lines` are its JSON lines with `--output jsonl`. */
  readonly runPlaybook: (...args: readonly string[]) => Promise<Ran>
  readonly on: (host: string, script: string) => Promise<Answer>
  /** Changes a variable of the group `was` in the inventory's group_vars. */
  readonly setVars: (group: string, change: (vars: Record<string, unknown>) => void) => void
  readonly remove: () => void
}

/** The inventory of the repository, with this lab's addresses, keys and mirror. */
export function makeSite(lab: Lab): Site {
  const folder = mkdtempSync(join(tmpdir(), 'run-playbook-site-'))
  cpSync(join(root, 'inventory/group_vars'), join(folder, 'group_vars'), { recursive: true })
  const inventory = join(folder, 'inventory.yaml')
  writeFileSync(inventory, inventoryFor(lab))
  return {
    lab,
    folder,
    inventory,
    root,
    runPlaybook: (...args) => runCommand([...args, '-i', inventory], folder),
    on: (host, script) => ssh(lab, lab.hosts.find(({ name }) => name === host)!, script),
    setVars: (group, change) => {
      const file = join(folder, 'group_vars', `${group}.yaml`)
      const vars = parse(readFileSync(file, 'utf8')) as Record<string, unknown>
      change(vars)
      writeFileSync(file, stringify(vars))
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** The committed inventory of the lab, its addresses, keys and mirror those of `lab`. */
export function inventoryFor(lab: Pick<Lab, 'hosts' | 'keyFile' | 'knownHostsFile' | 'mirror'>): string {
  const text = readFileSync(join(root, 'inventory/lab.yaml'), 'utf8')
  const addresses = lab.hosts.reduce(
    (all, { name, address }) =>
      all.replace(new RegExp(`(${name}: \\{ ansible_host: )[\\d.]+`), `$1${address}`),
    text,
  )
  return addresses
    .replaceAll('~/.cache/run-playbook/lab/demo/id_ed25519', lab.keyFile)
    .replaceAll('~/.cache/run-playbook/lab/demo/known_hosts', lab.knownHostsFile)
    .replaceAll('http://10.98.0.1:8098', lab.mirror)
}

function runCommand(args: readonly string[], cwd: string, input?: string): Promise<Ran> {
  const child = spawn(process.execPath, [command, ...args.map((arg) => playbookPath(arg))], {
    cwd,
    env: { ...process.env, FORCE_COLOR: '0' },
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (bytes) => (stdout += bytes))
  child.stderr.on('data', (bytes) => (stderr += bytes))
  child.stdin.end(input ?? '')
  return new Promise((resolve) =>
    child.on('close', (code) =>
      resolve({ code: code ?? -1, stdout, stderr, lines: args.includes('jsonl') ? jsonLines(stdout) : [] }),
    ),
  )
}

/** A playbook of the repository by its name alone. */
function playbookPath(arg: string): string {
  return /^[\w-]+\.ts$/.test(arg) ? join(root, 'playbooks', arg) : arg
}

function jsonLines(text: string): Line[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line)
}

/** `host: title` of the tasks that ended with one of the statuses, in order. */
export function ended(ran: Ran, ...statuses: readonly string[]): string[] {
  return ran.lines
    .filter(({ event, status }) => event === 'taskEnd' && statuses.includes(status!))
    .map(({ host, task }) => `${host}: ${titleOf(task)}`)
}

/** Trips of each host in the whole run. */
export function trips(ran: Ran): number[] {
  const end = ran.lines.findLast(({ event }) => event === 'runEnd') as unknown as
    | { hosts: { trips: number }[] }
    | undefined
  return end?.hosts.map((host) => host.trips) ?? []
}

function titleOf(task: unknown): string {
  return typeof task === 'string' ? task : ((task as { title?: string } | undefined)?.title ?? '')
}
