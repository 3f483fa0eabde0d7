// Prints errors that end the command as events, where --output jsonl is given.

import { CommanderError } from 'commander'
import { AggregatePlaybookError, PlaybookError } from '../model/errors/error.ts'
import { createJsonlReporter } from '../report/jsonlReporter.ts'
import { createSink } from '../report/output/sink.ts'
import { clearErrors } from './errorText.ts'
import { loadSettings } from './flags/settings.ts'

/** Prints the events on stdout, as a stream of their own. What goes to people on stderr is not affected. */
export async function printErrorEvents(thrown: unknown, argv: readonly string[]): Promise<void> {
  if (!(await isJsonl(argv))) return
  const error = thrown instanceof CommanderError ? usageError(thrown) : thrown
  const time = () => new Date().toISOString()
  const reporter = createJsonlReporter({
    verbosity: 0,
    isDiffShown: false,
    time,
    sink: createSink(process.stdout),
  })
  reporter.fail(new AggregatePlaybookError(await clearErrors(error)))
  await reporter.close()
}

/** Whether the command line, the environment or the configuration asks for it: the flags may be what is wrong. */
async function isJsonl(argv: readonly string[]): Promise<boolean> {
  const given = argv.findLast((word, index) => word.startsWith('--output=') || argv[index - 1] === '--output')
  if (given !== undefined) return given.replace('--output=', '') === 'jsonl'
  try {
    const { env, file } = await loadSettings()
    return (env.RUN_PLAYBOOK_OUTPUT || file?.config.output) === 'jsonl'
  } catch {
    return false
  }
}

function usageError({ message }: CommanderError): PlaybookError {
  const [first = '', ...rest] = message
    .replace(/^error: /, '')
    .trim()
    .split('\n')
  return new PlaybookError('E_USAGE', first, {
    hint: rest.join(' ').replace(/^\((.*)\)$/, '$1') || undefined,
  })
}
