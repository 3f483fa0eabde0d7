// The command `npm run lab -- up | down | status | ssh`.

import { Command, Option } from 'commander'
import { PlaybookError } from '../src/model/errors/error.ts'
import { instanceFiles } from './instance/instanceFiles.ts'
import { ownedNetwork } from './instance/network.ts'
import { findLabHost, sshThrough } from './instance/ssh.ts'
import { defaultName, type FlavourName } from './instance/topology.ts'
import { down, up } from './lab.ts'
import { logToStderr } from './machine/log.ts'
import { printStatus } from './status.ts'

type Named = { readonly name: string }

const program = new Command('lab')
  .description('Real hosts on this machine: was-01 was-02 web-01 web-02; dnf-01; or deb-01 deb-02 box-01.')
  .enablePositionalOptions()

define('up', 'brings the hosts up, from whatever state they are in')
  .option('--fresh', "throws the hosts' state away first")
  .addOption(
    new Option(
      '--flavour <flavour>',
      'dnf (the hosts of the runbook), dnf5 (one with dnf 5) or apt (Debian, and busybox alone)',
    ).choices(['dnf', 'dnf5', 'apt']),
  )
  .action(async (options: Named & { fresh?: boolean; flavour?: FlavourName }, command: Command) => {
    const { flavour, fresh } = options
    const isNamed = command.getOptionValueSource('name') !== 'default'
    const name = isNamed || flavour === undefined || flavour === 'dnf' ? options.name : flavour // demo's addresses are those of the runbook's hosts
    const lab = await up(name, { flavour, isFresh: fresh === true, log: logToStderr() })
    for (const host of lab.hosts) console.log(`${host.name}  ${host.address}`)
    console.log(`inventory: ${lab.inventoryFile}\nkey:       ${lab.keyFile}\nmirror:    ${lab.mirror}`)
  })

define('down', 'stops the hosts and removes everything but their state')
  .option('--purge', 'deletes their state as well')
  .action(({ name, purge }: Named & { purge?: boolean }) =>
    down(name, { isPurge: purge === true, log: logToStderr() }),
  )

define('status', 'says what is up; exit code 1 if not all is').action(async ({ name }: Named) => {
  process.exitCode = (await printStatus(name)) ? 0 : 1
})

define('ssh', 'runs a command on a host (its output alone, its exit code), or opens a shell')
  .argument('<host>')
  .argument('[command...]')
  .option('-u, --user <user>', 'who logs in', 'root')
  .passThroughOptions()
  .action(async (host: string, command: string[], { name, user }: Named & { user: string }) => {
    const files = instanceFiles(name)
    const network = await ownedNetwork(files)
    if (!network)
      throw new PlaybookError('E_LAB_DOWN', `Lab "${name}" is not up.`, `npm run lab -- up --name ${name}`)
    process.exitCode = await sshThrough(files, findLabHost(network.hosts, host), command, user)
  })

await program.parseAsync().catch((error: Error) => {
  process.exitCode = 1
  console.error(error instanceof PlaybookError ? explain(error) : error)
})

function define(name: string, summary: string): Command {
  return program.command(name).description(summary).option('-n, --name <name>', 'which lab', defaultName)
}

function explain({ code, message, hint, details }: PlaybookError): string {
  return [`${code}: ${message}`, ...details.map((line) => `  ${line}`), ...(hint ? [hint] : [])].join('\n')
}
