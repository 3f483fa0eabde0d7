// The task jkActivation: takes a mod_jk worker out of rotation, or puts it back.

import {
  absolutePath,
  call,
  defineTask,
  type Output,
  PlaybookError,
  quote,
  type StepConnection,
  shellText,
  z,
} from '../../src/index.ts'
import { scriptError, serverStep } from '../services/serverShell.ts'
import { httpdParams } from './params.ts'
import { reloadCommand } from './process.ts'

/**
 * Changes the activation of a worker in the `workers.properties` of each web server, and has httpd read it by a graceful
 * reload, which ends no request. `active` is mod_jk's default: the line is removed, and the file is as it was before.
 *
 * - `worker`: its name. `state`: `active`; `disabled`: only requests of its existing sessions; `stopped`: no requests, and
 *   its sessions continue on other workers.
 * - `servers`: `on` (host of the inventory), `prefix` of its httpd, and its systemd `unit` if it has one. `file`: its
 *   workers, relative to the prefix.
 *
 * It changes the servers one after the other, whichever host it runs for, and acts every time; a server that has the
 * state already is not reloaded.
 *
 * @throws PlaybookError E_JK_WORKER (a server does not know the worker), and those of `reloadHttpd`
 * @example jkActivation({ worker: 'ecs1', state: 'stopped', servers: [{ on: 'web-01', prefix: '/data2/apache' }] })
 *
 * Source: the workers.properties reference of Apache Tomcat Connectors 1.2, `activation`.
 */
export const jkActivation = defineTask({
  name: 'jkActivation',
  summary: "Takes a worker of mod_jk out of the web servers' rotation, or puts it back.",
  params: z.strictObject({
    worker: z
      .string()
      .regex(/^[\w-]+$/, 'expected the name of a worker')
      .describe('Name of the worker.'),
    state: z
      .enum(['active', 'disabled', 'stopped'])
      .describe('What it accepts: everything, its own sessions, nothing.'),
    servers: z
      .array(
        z.strictObject({
          on: z.string().min(1).describe('Host of the inventory.'),
          prefix: absolutePath,
          unit: httpdParams.unit,
        }),
      )
      .min(1)
      .describe('The web servers: [{"on": …, "prefix": …}, …].'),
    file: z
      .string()
      .min(1)
      .default('conf/workers.properties')
      .describe('Their workers; relative to the prefix.'),
    within: httpdParams.within,
  }),
  title: ({ worker, state }) => `${worker} ${state}`,
  probe: () => ({}),
  plan: (params) => [
    {
      what: `worker ${params.worker} on ${params.servers.map(({ on }) => on).join(', ')}`,
      from: params.state === 'active' ? 'out of rotation' : 'in rotation',
      to: params.state,
      steps: [call(`${params.worker} ${params.state}`, (connection) => changed(connection, params))],
      effects: [...params.servers.map(({ prefix }) => ({ tree: `${prefix}/conf` })), { state: 'listening' }],
    },
  ],
  verify: false,
})

type Params = {
  readonly worker: string
  readonly state: string
  readonly servers: readonly { readonly on: string; readonly prefix: string; readonly unit?: string }[]
  readonly file: string
  readonly within: number
}

async function changed(connection: StepConnection, params: Params): Promise<void> {
  for (const { on, prefix, unit } of params.servers) {
    const there = connection.on(on)
    const result = await there.run(shellText(rewritten(params, prefix)))
    const error = result.code === 0 ? undefined : (explained(result, on) ?? failed(result, on))
    if (error) throw error
    if (result.stdout.toString('utf8').trim() !== 'changed') continue
    await there.carryOut(serverStep(reloadCommand({ prefix, unit, within: params.within })))
  }
}

/** The file with the worker's activation, in place at once, with the attributes that it had. */
function rewritten({ worker, state, file }: Params, prefix: string): string {
  const path = file.startsWith('/') ? file : `${prefix}/${file}`
  const line = state === 'active' ? '' : `worker.${worker}.activation=${state}`
  return `rp_target ${quote(path)} follow
rp_stage
rp_original
[ ! -e "$rp_old" ] || cp -a -- "$rp_old" ./before || exit 1
[ ! -L ./before ] || rp_refuse ${quote(`${path} was replaced by another user.`)}
[ -f ./before ] && grep -q '^worker[.]${worker}[.]type[[:space:]]*[=:]' ./before || { echo ${quote(`= E_JK_WORKER There is no worker ${worker} in ${path}.`)} >&2; exit 1; }
cp -a ./before ./after && { grep -v '^worker[.]${worker}[.]activation[[:space:]]*[=:]' ./before; ${line ? `echo ${quote(line)}; ` : ''}:; } >./after || exit 1
cmp -s ./before ./after || { mv -fT -- ./after "../$rp_base" && echo changed; }`
}

function explained(result: Output, on: string): PlaybookError | undefined {
  const error = scriptError(result)
  return error?.with({ message: `${on}: ${error.message}` })
}

function failed(result: Output, on: string): PlaybookError {
  return new PlaybookError('E_JK_WORKER', `${on}: its workers could not be changed.`, {
    details: result.stderr.toString('utf8').trim().split('\n'),
  })
}
