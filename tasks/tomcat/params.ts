// The parameters that the Tomcat tasks share, itself no task.

import { absolutePath, account, z } from '../../src/index.ts'
import { unitName } from '../services/systemd.ts'

/** The parameters by which a Tomcat is known, started and asked. */
export const tomcatParams = {
  home: absolutePath.describe('Its folder, the one with bin/startup.sh (catalina.base).'),
  user: account.optional().describe('The account it runs as; the user of the task if not given.'),
  httpPort: z.int().min(1).max(65535).describe('Its HTTP port, asked on 127.0.0.1.'),
  path: z
    .string()
    .regex(/^\/\S*$/, 'expected a path that begins with /')
    .default('/')
    .describe('Path that must answer.'),
  status: z.int().min(100).max(599).default(200).describe('HTTP status that it must answer with.'),
  within: z.number().positive().default(120).describe('Seconds within which it must answer.'),
  javaHome: absolutePath
    .optional()
    .describe('JAVA_HOME for it; as its setenv.sh or PATH says, if not given.'),
  log: absolutePath
    .optional()
    .describe(
      'Its console log, * allowed: the end of the newest is shown; HOME/logs/catalina.out* if not given.',
    ),
  unit: unitName
    .optional()
    .describe('The unit of systemd that it runs as; started by its startup.sh if not given.'),
}

export type TomcatParams = {
  readonly home: string
  readonly user?: string
  readonly httpPort: number
  readonly path: string
  readonly status: number
  readonly within: number
  readonly javaHome?: string
  readonly log?: string
  readonly unit?: string
}
