// The task httpd: an Apache httpd that runs.

import { type Change, type Command, defineTask, z } from '../../src/index.ts'
import { isOfUnit } from '../services/systemd.ts'
import { httpdParams } from './params.ts'
import { httpdChange, httpdState, restartCommand, startCommand } from './process.ts'

/**
 * An Apache httpd runs. One that is down is started by its apachectl, after its configuration has been checked: by
 * `apachectl -t`, and for what that does not find: log folders and log programs that do not exist.
 *
 * - `prefix`: its folder. `pidFile`: where it keeps its process id; default: `PREFIX/logs/httpd.pid`.
 * - `state` (default and only value: `'running'`).
 * - `within` (30): seconds to wait for it.
 * - `unit`: the systemd unit it runs as (`systemdUnit` makes one). systemctl starts it then; a server that was started by
 *   hand is ended, once its requests have, and started as the unit.
 *
 * It keeps running when the connection ends. Without a unit it stays down after a reboot.
 *
 * @throws PlaybookError E_NO_HTTPD, E_HTTPD_CONFIG (file, line and text), E_PORT_IN_USE (by which process), E_HTTPD_START
 *   and E_HTTPD_DIED (with its output and the end of its log)
 * @example httpd({ prefix: '/data2/apache', state: 'running' })
 */
export const httpd = defineTask({
  name: 'httpd',
  summary: 'Starts an Apache httpd that is down.',
  params: z.strictObject({
    ...httpdParams,
    state: z.enum(['running']).default('running').describe('What it shall do.'),
  }),
  title: ({ prefix, state }) => `${prefix} ${state}`,
  probe: (params) => ({ server: httpdState(params) }),
  plan: (params, { server }): readonly Change[] => {
    const acting = (from: string, to: string, command: Command) => httpdChange(params, from, to, command)
    if (!server) return acting('not running', 'running', startCommand(params))
    if (isOfUnit(server, params.unit)) return []
    const from = `pid ${server.pid}, not of ${params.unit}`
    return acting(from, `running as ${params.unit}`, restartCommand(params))
  },
})
