// Records files and answers of a real host, for tests without it.

import { PlaybookError } from '../../model/errors/error.ts'
import { definePlay } from '../../model/play.ts'
import { file, output, type Probe } from '../../model/probe.ts'
import { shellText } from '../../model/shell/command.ts'
import type { RunPlaybookOptions } from '../../run/options.ts'
import { runPlaybook } from '../../run/runPlaybook.ts'
import type { FakeAnswer, FakeFile } from './description.ts'
import type { FakeHostSpec } from './fakeHost.ts'

export type RecordHostOptions = Omit<RunPlaybookOptions, 'limit' | 'check' | 'onEvent'> & {
  /** The name of the host in the inventory. */
  readonly host: string
  /** Paths of files to record, with their content and mode; those that do not exist are left out. */
  readonly files?: readonly string[]
  /** Command lines to run there, such as `rpm -q vim`. Give only those that change nothing. */
  readonly commands?: readonly string[]
}

/**
 * Records what a real host says, as a description for `fakeHost`. It is plain data: keep it as a file beside the tests.
 * Nothing in it is masked, so record no file with secrets.
 *
 * @throws (rejects) PlaybookError E_RECORD if the host cannot be read; the errors of runPlaybook
 * @example
 * const spec = await recordHost({ inventory: 'staging.yaml', host: 'web-01', files: ['/etc/motd'], commands: ['rpm -q vim'] })
 * writeFileSync('web-01.json', JSON.stringify(spec, null, 2))
 * // in a test
 * const host = fakeHost({ ...JSON.parse(readFileSync('web-01.json', 'utf8')), vars: { greeting: 'Hi' } })
 */
export async function recordHost({
  host,
  files = [],
  commands = [],
  ...options
}: RecordHostOptions): Promise<FakeHostSpec> {
  const recorded: { files: Record<string, FakeFile>; commands: Record<string, FakeAnswer> } = {
    files: {},
    commands: {},
  }
  let system: Pick<FakeHostSpec, 'os' | 'architecture'> = {}
  const facts: Record<string, Probe<unknown>> = {}
  for (const path of files) facts[`file ${path}`] = file(path, { content: true })
  for (const line of commands) facts[`command ${line}`] = output(shellText(line), answerOf)
  const play = definePlay({
    name: 'record',
    hosts: host,
    facts,
    tasks: ({ facts: read, os }) => {
      system = { os: `${os.id} ${os.version}`.trim(), architecture: os.architecture }
      for (const line of commands) recorded.commands[line] = read[`command ${line}`] as FakeAnswer
      for (const path of files) {
        const state = read[`file ${path}`] as { type: string; content?: Buffer; mode: number }
        if (state.type === 'directory') recorded.files[`${path}/`] = ''
        if (state.content)
          recorded.files[path] = { content: state.content.toString('utf8'), mode: state.mode }
      }
      return []
    },
  })
  const { hosts } = await runPlaybook(play, { lock: 'off', ...options, limit: host })
  const error = hosts[host]?.tasks.find((task) => task.error)?.error
  if (error) throw new PlaybookError('E_RECORD', `${host} cannot be recorded: ${error.message}`, error.hint)
  return { ...system, ...recorded }
}

function answerOf({ stdout, stderr, code }: { stdout: Buffer; stderr: Buffer; code: number }): FakeAnswer {
  return { stdout: stdout.toString('utf8'), stderr: stderr.toString('utf8'), code }
}
