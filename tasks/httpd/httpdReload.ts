// The task that has an Apache httpd take a configuration, module or program that is newer than what it runs with.

import { type Change, type Command, defineTask, z } from '../../src/index.ts'
import { isOfUnit } from '../services/systemd.ts'
import { httpdParams } from './params.ts'
import { httpdChange, httpdState, reloadHttpd, restartHttpd, startHttpd } from './process.ts'

/**
 * Reloads an httpd, or restarts or starts it, and waits until it is up: meant as a handler of what writes its
 * configuration or builds its modules.
 *
 * - A graceful reload, which ends no request, where a file below `conf` is newer than the last start or reload. It takes
 *   new modules (LoadModule), Listen, workers of mod_jk and their activation too.
 * - A restart, requests ended first, where the program or a loaded module has been replaced, for a server cannot exchange
 *   itself; and where it runs, but not as its `unit`.
 * - Nothing where it has read all of it already, as after a start in the same run.
 *
 * Before either, the configuration is checked as by `httpdRunning`: with a bad one the server goes on as it is.
 *
 * - `always`: reload it even if nothing is newer.
 *
 * @throws PlaybookError those of `httpdRunning`; E_HTTPD_RELOAD, E_HTTPD_STOP, E_TIMEOUT
 * @example notify: httpdReload({ prefix: '/data2/apache' })
 */
export const httpdReload = defineTask({
  name: 'httpdReload',
  summary:
    'Reloads an Apache httpd gracefully where its configuration is newer; restarts it for a new module.',
  params: z.strictObject({
    ...httpdParams,
    always: z
      .boolean()
      .default(false)
      .describe('Reload it even if its configuration is older than its last reload.'),
  }),
  title: ({ prefix }) => prefix,
  probe: (params) => ({ state: httpdState(params, [`${params.prefix}/conf`]) }),
  plan: (params, { state }): readonly Change[] => {
    const acting = (from: string, to: string, command: Command) => httpdChange(params, from, to, command)
    if (!state) return acting('not running', 'started', startHttpd(params))
    const from = `pid ${state.pid}`
    if (state.isReplaced || !isOfUnit(state, params.unit))
      return acting(from, 'restarted', restartHttpd(params))
    const { configuration, loadedMs } = state
    const isNewer = configuration !== undefined && configuration.writtenMs > loadedMs
    if (!isNewer && !params.always) return []
    return acting(from, 'reloaded gracefully', reloadHttpd(params))
  },
  verify: false,
})
