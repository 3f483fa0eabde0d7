// The parameters that the httpd tasks share.

import { absolutePath, z } from '../../src/index.ts'
import { unitName } from '../services/systemd.ts'

/** The parameters that identify an httpd. */
export const httpdParams = {
  prefix: absolutePath.describe('Its folder, the one with bin/apachectl and conf.'),
  pidFile: absolutePath.optional().describe('Where it keeps its process id; default: PREFIX/logs/httpd.pid.'),
  within: z
    .number()
    .positive()
    .default(30)
    .describe('Seconds within which it must be up; for a restart, also how long running requests may take.'),
  unit: unitName.optional().describe('The systemd unit it runs as; default: none, its apachectl starts it.'),
}

export type HttpdParams = {
  readonly prefix: string
  readonly pidFile?: string
  readonly within: number
  readonly unit?: string
}
