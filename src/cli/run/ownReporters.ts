// Adds the reporters that --reporter names to the built-in one.

import type { Reporter } from '../../report/output/reporterTypes.ts'
import { withReporters } from '../../report/withReporters.ts'
import { findReporters } from '../../userCode/findReporters.ts'
import type { RunFlags } from '../flags/runFlags.ts'

/** Loads the reporters; the result begins a run with them. @throws PlaybookError E_NO_REPORTER, errors of loading */
export async function ownReporters({
  reporter,
  verbose: verbosity,
  diff: isDiffShown = false,
}: RunFlags): Promise<(builtIn: Reporter) => Promise<Reporter>> {
  const definitions = await findReporters(reporter)
  const time = () => new Date().toISOString()
  return (builtIn) =>
    withReporters(builtIn, definitions, { verbosity, isDiffShown, cwd: process.cwd(), time })
}
