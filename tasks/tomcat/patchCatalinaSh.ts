// The task patchCatalinaSh: sends Tomcat's catalina.out through rotatelogs.

import { patchCatalinaSh as patchBytes } from '../../src/formats/index.ts'
import { absolutePath, filePath, sh, z } from '../../src/index.ts'
import { defineFileEdit } from '../text/fileEdit.ts'

/**
 * Makes Tomcat's catalina.sh (8.5 to 11) write catalina.out through Apache's rotatelogs, one file a day: the `touch` of
 * catalina.out is commented out, and both start lines pipe into rotatelogs. The rest stays byte for byte.
 *
 * - `path`: catalina.sh, which must exist.
 * - `log`: the file that rotatelogs writes, with strftime's `%Y-%m-%d`. Its folder must exist when Tomcat starts.
 * - `rotatelogs` (default /usr/sbin/rotatelogs): if it is missing, Tomcat reports its start but does not run.
 * - `period` (default 86400): seconds from one file to the next.
 * - `offsetMinutes` (default 0): from UTC, for the date in the name and for midnight, whatever TZ is; 540 is Korea.
 * - `keep`: where to keep the stock file, unless that path exists.
 *
 * The new file must pass `sh -n` before it is used. Running instances use it from their next start on.
 *
 * Errors: E_NO_FILE; E_CATALINA_SH with the line that was searched for and not found.
 *
 * @example patchCatalinaSh({ path: '/opt/tomcat/bin/catalina.sh', log: '/var/log/tomcat/catalina.out.%Y-%m-%d' })
 */
export const patchCatalinaSh = defineFileEdit({
  name: 'patchCatalinaSh',
  summary: "Sends Tomcat's catalina.out through rotatelogs.",
  params: z.strictObject({
    path: filePath.describe('catalina.sh; it must exist.'),
    log: absolutePath.describe("The file that rotatelogs writes, with strftime's %Y-%m-%d."),
    rotatelogs: absolutePath.default('/usr/sbin/rotatelogs').describe('The rotatelogs program on the host.'),
    period: z.int().min(1).default(86_400).describe('Seconds from one file to the next.'),
    offsetMinutes: z.int().min(-1440).max(1440).default(0).describe('Minutes from UTC; 540 is Korea.'),
    keep: filePath.optional().describe('Where to keep the original, unless that path exists.'),
  }),
  edit: (before, params) => {
    const { bytes, changes } = patchBytes(before, params)
    return { content: bytes, edits: changes }
  },
  validate: (path) => sh`sh -n ${path}`,
})
