// Chooses the reporter of the command report.

import { createJsonlReporter } from '../../report/jsonlReporter.ts'
import type { Reporter, ReportStream } from '../../report/output/reporterTypes.ts'
import { createSink } from '../../report/output/sink.ts'
import { createReporter } from '../../report/reporter.ts'
import type { Since } from '../../report/table/since.ts'
import type { ReportFlags } from './reportFlags.ts'

/** @param time the time at which the current event happened */
export async function reporterFor(
  { output, verbose: verbosity, diff: isDiffShown = false }: ReportFlags,
  stream: ReportStream,
  time: () => string,
  since: Since | undefined,
): Promise<Reporter> {
  const options = { sink: createSink(stream), time, cwd: process.cwd() }
  switch (output) {
    case 'junit':
      return (await import('../../report/junitReporter.ts')).createJunitReporter(options)
    case 'html':
      return (await import('../../report/html/htmlReporter.ts')).createHtmlReporter({ ...options, since })
    case 'markdown': {
      const compare = isDiffShown ? (await import('../../report/text/unifiedDiff.ts')).diffLines : undefined
      return (await import('../../report/ci/markdownReporter.ts')).createMarkdownReporter({
        ...options,
        compare,
      })
    }
    case 'github':
      return (await import('../../report/ci/githubReporter.ts')).createGithubReporter(options)
    case 'jsonl':
      return createJsonlReporter({ verbosity, isDiffShown, ...options })
    default:
      return createReporter({ output: 'lines', verbosity, isDiffShown, stdout: stream })
  }
}
