// The task that sees to it that an Apache httpd built from source runs.

import { type Change, type Command, defineTask, z } from '../../src/index.ts'
import { isOfUnit } from '../services/systemd.ts'
import { httpdParams } from './params.ts'
import { httpdChange, httpdState, restartHttpd, startHttpd } from './process.ts'

/**
 * The httpd of a prefix runs. One that does not is started by its apachectl, after its configuration has been checked:
 * by `apachectl -t`, and for what that does not find, log folders and log programs that are not there.
 *
 * - `prefix`: its folder. `pidFile`: where it keeps its process id, `PREFIX/logs/httpd.pid` if not given.
 * - `within`: seconds to wait for it, 30 if not given.
 *
 * - `unit`: the unit of systemd that it is (`systemdUnit` makes one). It is started by systemctl then; one that was started
 *   by hand is ended, its requests first, and started as the unit.
 *
 * It stays when the connection ends. Without a unit, a reboot leaves it off.
 *
 * @throws PlaybookError E_NO_HTTPD, E_HTTPD_CONFIG (file, line and text), E_PORT_IN_USE (by whom), E_HTTPD_START and
 *   E_HTTPD_DIED (with what it said and the end of its log)
 * @example httpdRunning({ prefix: '/data2/apache' })
 */
export const httpdRunning = defineTask({
  name: 'httpdRunning',
  summary: 'Starts an Apache httpd that does not run.',
  params: z.strictObject(httpdParams),
  title: ({ prefix }) => prefix,
  probe: (params) => ({ state: httpdState(params) }),
  plan: (params, { state }): readonly Change[] => {
    const acting = (from: string, to: string, command: Command) => httpdChange(params, from, to, command)
    if (!state) return acting('not running', 'running', startHttpd(params))
    if (isOfUnit(state, params.unit)) return []
    const from = `pid ${state.pid}, not of ${params.unit}`
    return acting(from, `running as ${params.unit}`, restartHttpd(params))
  },
})
