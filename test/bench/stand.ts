// Sets up a benchmark: one sshd on loopback that stands for many hosts.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Sshd, sshdMissing, startSshd } from '../transport/sshd.ts'
import { addUser, type TestUser } from '../transport/testUser.ts'
import { type CommandLine, succeeding } from './measure.ts'

/** The command line program, as it was compiled. */
export const mainJs = fileURLToPath(new URL('../../bundle/cli/main.js', import.meta.url))

export type Stand = {
  readonly folder: string
  readonly sshd: Sshd
  readonly user: TestUser
  /** Writes an inventory of `hosts` names, all of them at `port`, with `files` small files each. */
  readonly inventory: (options: StandInventory) => string
  /** `run-playbook files.ts -i <inventory>`, in the stand's folder. */
  readonly playbook: (inventory: string, ...more: string[]) => CommandLine & { readonly cwd: string }
  /** Writes an ssh_config by which `ssh h001` means what the inventory means, and gives `ssh -F …`. */
  readonly ssh: (port: number) => string[]
  readonly stop: () => Promise<void>
}

type StandInventory = { readonly hosts: number; readonly files: number; readonly port: number }

/** Why there can be no stand here, if there can be none. */
export const standMissing = sshdMissing

export async function startStand(): Promise<Stand> {
  const sshd = await startSshd({ config: ['MaxStartups 1000', 'MaxSessions 100', 'LogLevel ERROR'] })
  const user = addUser()
  const folder = mkdtempSync(join(tmpdir(), 'run-playbook-bench-'))
  writeFileSync(join(folder, 'files.ts'), filesPlaybook)
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n')
  const env = { XDG_CACHE_HOME: join(folder, 'cache') }
  return {
    folder,
    sshd,
    user,
    inventory: (options) => writeInventory(folder, sshd, user, options),
    playbook: (inventory, ...more) => ({
      argv: [process.execPath, mainJs, 'files.ts', '-i', inventory, ...more],
      cwd: folder,
      env,
    }),
    ssh: (port) => ['ssh', '-F', writeSshConfig(folder, sshd, user, port)],
    stop: async () => {
      await sshd.stop()
      user.remove()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Makes the files, so that the next run finds nothing to do, and checks that it does not. */
export async function warmUp(stand: Stand, inventory: string): Promise<void> {
  await succeeding(stand.playbook(inventory, '--limit', hostName(1)))
  const { stdout } = await succeeding(stand.playbook(inventory, '--output', 'jsonl'))
  const end = lastRecap(stdout)
  if (end.some(({ changed }) => changed > 0)) throw new Error('The second run still changes something.')
}

type RecapLine = { readonly host: string; readonly changed: number; readonly trips: number }

/** The recaps of a run with `--output jsonl`. */
export function lastRecap(jsonl: string): RecapLine[] {
  const line = jsonl.split('\n').findLast((each) => each.startsWith('{"event":"runEnd"'))
  if (line === undefined) throw new Error('The run printed no end.')
  return (JSON.parse(line) as { hosts: RecapLine[] }).hosts
}

export function hostName(number: number): string {
  return `h${String(number).padStart(3, '0')}`
}

const filesPlaybook = `// Small files: the benchmark's playbook.

import { definePlay, z } from 'run-playbook'
import { copyFile } from 'run-playbook/tasks'

export default definePlay({
  name: 'Small files',
  hosts: 'all',
  vars: z.object({ folder: z.string(), files: z.int() }),
  tasks: ({ vars: { folder, files } }) =>
    Array.from({ length: files }, (_, index) =>
      copyFile({ dest: \`\${folder}/file-\${index}\`, content: \`This is file \${index}.\\n\` }),
    ),
})
`

function writeInventory(folder: string, sshd: Sshd, user: TestUser, options: StandInventory): string {
  const { hosts, files, port } = options
  const target = join('/home', user.name)
  const file = join(folder, `inventory-${hosts}-${files}-${port}.yaml`)
  const text = `all:
  vars:
    ansible_host: 127.0.0.1
    ansible_port: ${port}
    ansible_user: ${user.name}
    ansible_ssh_private_key_file: ${sshd.keyFile}
    ansible_ssh_common_args: -F none -o UserKnownHostsFile=${sshd.knownHostsFile} -o HostKeyAlias=${alias(sshd)}
    folder: ${target}
    files: ${files}
  hosts:
${Array.from({ length: hosts }, (_, index) => `    ${hostName(index + 1)}:\n`).join('')}`
  writeFileSync(file, text)
  return file
}

/** known_hosts names the sshd by its own port; a proxy before it has another. */
function alias(sshd: Sshd): string {
  return `[127.0.0.1]:${sshd.port}`
}

function writeSshConfig(folder: string, sshd: Sshd, user: TestUser, port: number): string {
  const file = join(folder, `ssh_config-${port}`)
  mkdirSync(folder, { recursive: true })
  const lines = [
    'Host *',
    'HostName 127.0.0.1',
    `Port ${port}`,
    `User ${user.name}`,
    `IdentityFile ${sshd.keyFile}`,
    'IdentitiesOnly yes',
    `UserKnownHostsFile ${sshd.knownHostsFile}`,
    `HostKeyAlias ${alias(sshd)}`,
    'StrictHostKeyChecking yes',
    'ControlMaster no',
    'BatchMode yes',
    'LogLevel ERROR',
  ]
  writeFileSync(file, `${lines.join('\n')}\n`)
  return file
}
