// The parameters that the httpd tasks share, itself no task.

import { absolutePath, z } from '../../src/index.ts'
import { unitName } from '../services/systemd.ts'

/** The parameters by which an httpd is known. */
export const httpdParams = {
  prefix: absolutePath.describe('Its folder, the one with bin/apachectl and conf.'),
  pidFile: absolutePath
    .optional()
    .describe('Where it keeps its process id; PREFIX/logs/httpd.pid if not given.'),
  within: z
    .number()
    .positive()
    .default(30)
    .describe('Seconds within which it must be up; of a restart, also those that running requests may take.'),
  unit: unitName
    .optional()
    .describe('The unit of systemd that it runs as; started by its apachectl if not given.'),
}

export type HttpdParams = {
  readonly prefix: string
  readonly pidFile?: string
  readonly within: number
  readonly unit?: string
}
