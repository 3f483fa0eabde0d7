// Measures how long the command takes to start.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Figure, ms, ratioFigure, times } from './figure.ts'
import { type CommandLine, interleaved, timeOf } from './measure.ts'
import { mainJs } from './stand.ts'

export async function benchCli(log: (line: string) => void): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'run-playbook-bench-'))
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(join(folder, 'roles'), { recursive: true })
      writeFileSync(join(folder, name), text)
    }
    const time = await interleaved(15, {
      node: () => timeOf(command(folder, '-e', '0')),
      version: () => timeOf(command(folder, mainJs, '--version')),
      warm: () => timeOf(command(folder, mainJs, 'site.ts', '-i', 'hosts.yaml', '--syntax-check')),
      cold: () => {
        rmSync(join(folder, 'cache'), { recursive: true, force: true })
        return timeOf(command(folder, mainJs, 'site.ts', '-i', 'hosts.yaml', '--syntax-check'))
      },
      inventoryOnly: () => timeOf(command(folder, mainJs, 'docs', 'copyFile')),
    })
    log(`node -e 0                                    ${ms(time.node)}`)
    log(`run-playbook --version                       ${ms(time.version)}`)
    log(`run-playbook docs copyFile                   ${ms(time.inventoryOnly)}`)
    log(`a playbook of three files, --syntax-check    ${ms(time.warm)}`)
    log(`the same, nothing compiled yet               ${ms(time.cold)}`)
    return [
      ratioFigure('--version / node -e 0', time.version / time.node, 1.5),
      { what: 'loading three files / node -e 0', value: times(time.warm / time.node) },
      { what: 'the same, nothing compiled yet', value: times(time.cold / time.node) },
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function command(folder: string, ...args: string[]): CommandLine {
  return { argv: [process.execPath, ...args], cwd: folder, env: { XDG_CACHE_HOME: join(folder, 'cache') } }
}

const files = {
  'package.json': '{ "type": "module" }\n',
  'hosts.yaml': 'all:\n  hosts:\n    one:\n    two:\n  vars:\n    greeting: hello\n',
  'site.ts': `import { definePlay } from 'run-playbook'
import { greeting } from './roles/greeting.ts'
import { siteVars } from './roles/siteVars.ts'

export default definePlay({ name: 'Site', hosts: 'all', vars: siteVars, tasks: (host) => greeting(host.vars) })
`,
  'roles/siteVars.ts': `import { z } from 'run-playbook'

export const siteVars = z.object({ greeting: z.string() })

export type SiteVars = z.output<typeof siteVars>
`,
  'roles/greeting.ts': `import type { TaskList } from 'run-playbook'
import { copyFile, directory } from 'run-playbook/tasks'
import type { SiteVars } from './siteVars.ts'

export function greeting({ greeting }: SiteVars): TaskList {
  return [directory({ path: '/etc/greetings' }), copyFile({ dest: '/etc/greetings/one', content: greeting })]
}
`,
}
