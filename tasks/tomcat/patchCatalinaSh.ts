// The task patchCatalinaSh: Tomcat's catalina.out goes through rotatelogs.

import { patchCatalinaSh as patchBytes } from '../../src/formats/index.ts'
import {
  absolutePath,
  contentOf,
  defineTask,
  file,
  fileChanges,
  PlaybookError,
  sh,
  z,
} from '../../src/index.ts'

/**
 * Makes Tomcat's catalina.sh (8.5 to 11) write catalina.out through Apache's rotatelogs, a file a day: the `touch` of
 * catalina.out is commented out, and both start lines pipe into rotatelogs. Everything else in the file stays.
 *
 * - `path`: catalina.sh. It must exist.
 * - `log`: the file that rotatelogs writes, with strftime's `%Y-%m-%d`. Its folder must be there when Tomcat starts.
 * - `rotatelogs` (default /usr/sbin/rotatelogs): without it Tomcat says that it started, and does not live.
 * - `period` (default 86400): seconds from one file to the next.
 * - `offsetMinutes` (default 0): from UTC, for the date in the name and for midnight, whatever TZ is; 540 is Korea.
 * - `keep`: where the stock file is kept, unless something stands there.
 *
 * The new file must pass `sh -n` before it takes its place. Running instances use it when they start next.
 *
 * Errors: E_NO_FILE; E_CATALINA_SH with the line that was looked for and not found.
 *
 * @example patchCatalinaSh({ path: '/opt/tomcat/bin/catalina.sh', log: '/var/log/tomcat/catalina.out.%Y-%m-%d' })
 */
export const patchCatalinaSh = defineTask({
  name: 'patchCatalinaSh',
  summary: "Sends Tomcat's catalina.out through rotatelogs.",
  params: z.strictObject({
    path: absolutePath.describe('catalina.sh; it must exist.'),
    log: absolutePath.describe("The file that rotatelogs writes, with strftime's %Y-%m-%d."),
    rotatelogs: absolutePath.default('/usr/sbin/rotatelogs').describe('The rotatelogs program on the host.'),
    period: z.int().min(1).default(86_400).describe('Seconds from one file to the next.'),
    offsetMinutes: z.int().min(-1440).max(1440).default(0).describe('Minutes from UTC; 540 is Korea.'),
    keep: absolutePath
      .optional()
      .describe('Where the original is kept, unless something stands there already.'),
  }),
  title: ({ path }) => path,
  probe: ({ path }) => ({ current: file(path, { content: true }) }),
  plan: ({ path, keep, ...options }, { current }) => {
    const before = contentOf(path, current)
    if (!before) throw new PlaybookError('E_NO_FILE', `${path} does not exist, so it cannot be patched.`)
    const { bytes, changes } = patchBytes(before, options)
    const validate = (temporary: string) => sh`sh -n ${temporary}`
    return fileChanges(current, { path, content: Buffer.from(bytes), edits: changes, keep, validate })
  },
})
