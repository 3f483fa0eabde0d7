// The task reloadHttpd: makes an httpd take a newer configuration, module or program.

import { type Change, type Command, defineTask, z } from '../../src/index.ts'
import { isOfUnit } from '../services/systemd.ts'
import { httpdParams } from './params.ts'
import { httpdChange, httpdState, reloadCommand, restartCommand, startCommand } from './process.ts'

/**
 * Reloads an httpd, or restarts or starts it, and waits until it is up: a handler for the tasks that write its
 * configuration or build its modules.
 *
 * - A graceful reload, which ends no request, if a file below `conf` is newer than the last start or reload. It also
 *   takes new modules (LoadModule), Listen, workers of mod_jk and their activation.
 * - A restart, once running requests have ended, if the program or a loaded module has been replaced (a server cannot
 *   replace itself), or if it does not run as its `unit`.
 * - Nothing if it has read everything already, as after a start in the same run.
 *
 * Before either, the configuration is checked as `httpd` does; if it is bad, the server keeps running as it is.
 *
 * - `always` (default false): reload it even if nothing is newer.
 *
 * @throws PlaybookError those of `httpd`; E_HTTPD_RELOAD, E_HTTPD_STOP, E_TIMEOUT
 * @example notify: reloadHttpd({ prefix: '/data2/apache' })
 */
export const reloadHttpd = defineTask({
  name: 'reloadHttpd',
  summary:
    'Reloads an Apache httpd gracefully if its configuration is newer; restarts it for a new module or program.',
  params: z.strictObject({
    ...httpdParams,
    always: z
      .boolean()
      .default(false)
      .describe('Reload it even if its configuration is older than its last reload.'),
  }),
  title: ({ prefix }) => prefix,
  probe: (params) => ({ server: httpdState(params, [`${params.prefix}/conf`]) }),
  plan: (params, { server }): readonly Change[] => {
    const acting = (from: string, to: string, command: Command) => httpdChange(params, from, to, command)
    if (!server) return acting('not running', 'started', startCommand(params))
    const from = `pid ${server.pid}`
    if (server.isReplaced || !isOfUnit(server, params.unit)) {
      return acting(from, 'restarted', restartCommand(params))
    }
    const { configuration, loadedMs } = server
    const isNewer = configuration !== undefined && configuration.writtenMs > loadedMs
    if (!isNewer && !params.always) return []
    return acting(from, 'reloaded gracefully', reloadCommand(params))
  },
  verify: false,
})
