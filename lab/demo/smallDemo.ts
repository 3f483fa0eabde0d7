// Runs the demo without a lab, on SSH servers in this process.

import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import { type RunSummary, summaryOf } from './runSummary.ts'
import { makeKeys, type SmallHost, startSmallHost } from './smallHost.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const command = fileURLToPath(new URL('../../bundle/cli/main.js', import.meta.url))
const hostNames = ['small-01', 'small-02', 'small-03']

/** Runs the tour on three small hosts: twice, and with --check --diff before. Everything it made is removed. */
export async function smallDemo(reason: string): Promise<number> {
  process.stdout.write(
    `No lab on this machine: ${reason}. A smaller demo instead: three SSH servers of this process.\n`,
  )
  const folder = mkdtempSync(join(tmpdir(), 'run-playbook-demo-'))
  const keys = makeKeys(folder)
  const hosts = await Promise.all(hostNames.map((name) => startSmallHost(name, seeded(folder, name), keys)))
  try {
    const inventory = writeInventory(folder, hosts, keys.clientKeyFile)
    const runs: RunSummary[] = []
    for (const flags of [['--check', '--diff'], [], []]) {
      process.stdout.write(`\n$ npx run-playbook tour.ts -i inventory.yaml ${flags.join(' ')}\n`)
      const code = await runTour(inventory, flags)
      if (code !== 0) return code
      runs.push(
        await summaryOf(root, flags.length ? 'dry run' : runs.length === 1 ? 'first run' : 'second run'),
      )
    }
    process.stdout.write(`\n${runs.map(runLine).join('\n')}\n`)
    return runs.at(-1)!.changed === 0 ? 0 : 1
  } finally {
    for (const host of hosts) host.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A folder in place of a host's file system: a stock server.xml and properties file in it. */
function seeded(folder: string, name: string): string {
  const home = join(folder, name)
  mkdirSync(join(home, 'conf'), { recursive: true })
  for (const file of ['server.xml', 'catalina.properties']) {
    cpSync(join(root, 'test/fixtures/tomcat/9.0.109/conf', file), join(home, 'conf', file))
  }
  return home
}

function writeInventory(folder: string, hosts: readonly SmallHost[], clientKeyFile: string): string {
  const known = hosts.map(({ port, publicKey }) => `[127.0.0.1]:${port} ${publicKey}\n`).join('')
  writeFileSync(join(folder, 'known_hosts'), known)
  const vars = {
    ansible_host: '127.0.0.1',
    ansible_user: 'demo',
    ansible_ssh_private_key_file: clientKeyFile,
    ansible_ssh_common_args: `-F none -o UserKnownHostsFile=${join(folder, 'known_hosts')}`,
  }
  const entries = hosts.map(({ name, port, home }) => [name, { ansible_port: port, home }])
  const file = join(folder, 'inventory.yaml')
  writeFileSync(file, stringify({ all: { vars, hosts: Object.fromEntries(entries) } }))
  return file
}

function runTour(inventory: string, flags: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [command, 'tour.ts', '-i', inventory, ...flags], {
    cwd: root,
    stdio: 'inherit',
  })
  return new Promise((resolve) => child.on('exit', (code) => resolve(code ?? 130)))
}

function runLine({ title, seconds, changed, trips }: RunSummary): string {
  return `  ${title.padEnd(10)}  ${seconds.toFixed(1)} s  ${changed} changes  ${trips.join(' + ')} trips`
}
