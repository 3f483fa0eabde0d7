// Runs the demo: the WAS playbook twice on the lab, then a summary table.

import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { isSupported, type Lab, up } from '../lab.ts'
import { logToStderr } from '../machine/log.ts'
import { type RunSummary, summaryOf } from './runSummary.ts'
import { tableText } from './table.ts'
import { type TomcatStatus, tomcatStatuses } from './tomcatStatus.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const command = fileURLToPath(new URL('../../bundle/cli/main.js', import.meta.url))

process.exitCode = await demo()

async function demo(): Promise<number> {
  const support = await isSupported()
  if (!support.ok) {
    const { smallDemo } = await import('./smallDemo.ts')
    return smallDemo(support.reason)
  }
  const lab = await up(undefined, { log: logToStderr() })
  const runs: RunSummary[] = []
  for (const title of ['first run', 'second run']) {
    log(
      `\n$ npx run-playbook was.ts -i lab.yaml${title === 'second run' ? '        (again: nothing to do)' : ''}`,
    )
    const code = await runPlaybook(['was.ts', '-i', 'lab.yaml'])
    if (code !== 0) return code
    runs.push(await summaryOf(root, title))
  }
  const tomcats = await tomcatStatuses(lab)
  log(`\n${tableText(tomcats, runs)}`)
  log(`\nThe lab stays up: npm run lab -- status, npm run lab -- ssh was-01, npm run lab -- down`)
  return exitCode(tomcats, runs, lab)
}

/** 0 when all is as promised: every Tomcat answers in its cluster, and the second run found nothing to do. */
function exitCode(tomcats: readonly TomcatStatus[], runs: readonly RunSummary[], lab: Lab): number {
  const isUp = tomcats.every(({ status, members }) => status === 200 && members === 1)
  const isQuiet = runs.at(-1)?.changed === 0
  if (!isUp) log(`Not every Tomcat is up and in its cluster: npm run lab -- ssh ${lab.hosts[0]!.name}`)
  if (!isQuiet) log('The second run changed something.')
  return isUp && isQuiet ? 0 : 1
}

function runPlaybook(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [command, ...args], { cwd: root, stdio: 'inherit' })
  return new Promise((resolve) => child.on('exit', (code, signal) => resolve(code ?? (signal ? 130 : 1))))
}

function log(text: string): void {
  process.stdout.write(`${text}\n`)
}
