// The parameters that the Tomcat tasks share.

import { absolutePath, account, type Needs, sh, z } from '../../src/index.ts'
import { unitName } from '../services/systemd.ts'

/** The parameters that identify a Tomcat, and how it is started and checked. */
export const tomcatParams = {
  home: absolutePath.describe('Its folder, the one with bin/startup.sh (catalina.base).'),
  user: account.optional().describe("The account it runs as; default: the task's own user."),
  httpPort: z.int().min(1).max(65535).describe('Its HTTP port, checked on 127.0.0.1.'),
  path: z
    .string()
    .regex(/^\/\S*$/, 'expected a path that begins with /')
    .default('/')
    .describe('Path to ask for.'),
  status: z.int().min(100).max(599).default(200).describe('HTTP status that it must answer with.'),
  within: z.number().positive().default(120).describe('Seconds within which it must answer.'),
  javaHome: absolutePath.optional().describe('JAVA_HOME for it; default: what its setenv.sh or PATH says.'),
  log: absolutePath
    .optional()
    .describe(
      'Its console log, * allowed: a failure shows the end of the newest; default: HOME/logs/catalina.out*.',
    ),
  unit: unitName.optional().describe('The systemd unit it runs as; default: none, its startup.sh starts it.'),
}

/** What it takes to stop a Tomcat. */
export type StopParams = {
  readonly home: string
  readonly user?: string
  readonly javaHome?: string
  readonly unit?: string
}

/** What it takes to start one and wait for its answer. */
export type StartParams = StopParams & {
  readonly httpPort: number
  readonly path: string
  readonly status: number
  readonly within: number
  readonly log?: string
}

/** Java where nothing else says which, a client for its answer, and a port that no other program has. */
export function tomcatNeeds(params: Partial<StartParams> & { readonly state?: string }): Needs[] {
  const { home, javaHome, unit, httpPort, state } = params
  if (state === 'stopped') return []
  const isJavaGiven = javaHome !== undefined || unit !== undefined
  return [
    { tools: [['curl', 'wget']], ports: httpPort === undefined ? {} : { [httpPort]: 'java' } },
    ...(isJavaGiven ? [] : [{ where: sh`! grep -qs JAVA_HOME ${`${home}/bin/setenv.sh`}`, tools: ['java'] }]),
  ]
}
