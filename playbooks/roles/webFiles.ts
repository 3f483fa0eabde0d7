// The text of mod_jk.conf, workers.properties and httpd-vhosts.conf.

import { PlaybookError, type Secret, secret } from 'run-playbook'

/** Where logs go, and when a new file begins. */
type RotationSettings = {
  /** The httpd's own rotatelogs. */
  readonly rotatelogs?: string
  readonly logDirectory?: string
  /** Seconds that a file lasts. */
  readonly periodSeconds?: number
  /** Minutes from UTC of the dates in the names: 540 is Korea. */
  readonly offsetMinutes?: number
}

type ModJkSettings = RotationSettings & {
  readonly workersFile?: string
  readonly logLevel?: 'trace' | 'debug' | 'info' | 'warn' | 'error'
  /** Shared memory of the server's processes; mod_jk warns, and takes a file under logs/, where it is not given. */
  readonly shmFile?: string
}

/**
 * mod_jk.conf. The date stamp's day is `%d`, which the runbook lacks.
 *
 * @example modJkConf({ logDirectory: '/data3/logs/httpd', offsetMinutes: 540 })
 */
export function modJkConf(settings: ModJkSettings = {}): string {
  const { workersFile = '/data2/apache/conf/workers.properties', logLevel = 'info', shmFile } = settings
  return [
    '<IfModule mod_jk.c>',
    `    JkWorkersFile ${quoted(workersFile)}`,
    ...(shmFile === undefined ? [] : [`    JkShmFile ${quoted(shmFile)}`]),
    `    JkLogFile ${rotated('mod_jk.log', settings)}`,
    `    JkLogLevel ${logLevel}`,
    '    JkLogStampFormat "[%a %b %d %H:%M:%S %Y] "',
    '</IfModule>',
    '',
  ].join('\n')
}

export type Worker = {
  /** Its route: the jvmRoute of the Tomcat behind it. */
  readonly name: string
  readonly host: string
  /** The AJP port. */
  readonly port: number
  readonly lbfactor?: number
  /** `disabled` takes only requests of its own sessions, `stopped` none. */
  readonly activation?: 'active' | 'disabled' | 'stopped'
}

export type Balancer = {
  readonly name: string
  readonly workers: readonly Worker[]
  /** Seconds until a worker in error is tried again; mod_jk's own default is 60. */
  readonly recoverSeconds?: number
}

/**
 * workers.properties: balancers and their workers, by mod_jk's present names (`balance_workers`). With the secret of the AJP
 * connectors the text is a secret itself.
 *
 * @throws PlaybookError E_WORKERS for a name used twice or that cannot be one, a balancer without workers, or none
 * @example
 * workersProperties([{ name: 'ecs_loadbalancer', workers: [{ name: 'ecs1', host: '10.0.0.11', port: 8009 }] }])
 */
export function workersProperties(balancers: readonly Balancer[]): string
export function workersProperties(balancers: readonly Balancer[], ajpSecret?: Secret): string | Secret
export function workersProperties(balancers: readonly Balancer[], ajpSecret?: Secret): string | Secret {
  checkBalancers(balancers)
  const lines = [
    `worker.list=${balancers.map(({ name }) => name).join(',')}`,
    '',
    ...balancers.flatMap(balancerLines),
    ...balancers.flatMap(({ workers }) => workers).flatMap((worker) => workerLines(worker, ajpSecret)),
    '',
  ]
  const text = lines.join('\n')
  return ajpSecret ? secret(text) : text
}

type VhostSettings = RotationSettings & {
  readonly port?: number
  readonly documentRoot?: string
  /**
   * Paths that httpd answers itself: the ErrorDocuments'. Mounted like all others, Tomcat would answer for them, and a
   * request that httpd refused with 403 would come back as Tomcat's 404.
   */
  readonly errorPages?: readonly string[]
}

export type Vhost = {
  readonly serverName: string
  /** The balancer that answers everything. */
  readonly balancer: string
}

/**
 * httpd-vhosts.conf: a virtual host a name, all of it mounted on its balancer. The first one answers for other names.
 *
 * @throws PlaybookError E_VHOSTS for a name used twice, or a balancer that is not one of `balancers`
 * @example vhostsConf([{ serverName: 'ecs.test.co.kr', balancer: 'ecs_loadbalancer' }], balancers)
 */
export function vhostsConf(
  vhosts: readonly Vhost[],
  balancers: readonly Pick<Balancer, 'name'>[],
  settings: VhostSettings = {},
): string {
  checkVhosts(vhosts, balancers)
  return vhosts.map((vhost) => vhostSection(vhost, settings)).join('\n')
}

function balancerLines({ name, workers, recoverSeconds }: Balancer): string[] {
  return [
    `worker.${name}.type=lb`,
    `worker.${name}.balance_workers=${workers.map((worker) => worker.name).join(',')}`,
    ...(recoverSeconds === undefined ? [] : [`worker.${name}.recover_time=${recoverSeconds}`]),
  ]
}

function workerLines({ name, host, port, lbfactor = 1, activation }: Worker, ajpSecret?: Secret): string[] {
  return [
    '',
    `worker.${name}.type=ajp13`,
    `worker.${name}.host=${host}`,
    `worker.${name}.port=${port}`,
    `worker.${name}.lbfactor=${lbfactor}`,
    ...(activation === undefined ? [] : [`worker.${name}.activation=${activation}`]),
    ...(ajpSecret ? [`worker.${name}.secret=${ajpSecret.reveal()}`] : []),
  ]
}

function vhostSection({ serverName, balancer }: Vhost, settings: VhostSettings): string {
  return [
    `<VirtualHost *:${settings.port ?? 80}>`,
    `    ServerName ${serverName}`,
    `    DocumentRoot ${quoted(settings.documentRoot ?? '/data2')}`,
    `    ErrorLog ${rotated(`${serverName}_error_log`, settings)}`,
    `    CustomLog ${rotated(`${serverName}_access_log`, settings)} common`,
    '',
    `    JkMount /* ${balancer}`,
    ...(settings.errorPages ?? errorPages).map((path) => `    JkUnMount ${path} ${balancer}`),
    '</VirtualHost>',
    '',
  ].join('\n')
}

const errorPages = ['/missing.html', '/cgi-bin/missing_handler.pl']

/** `"|/data2/apache/bin/rotatelogs /data3/logs/httpd/NAME-%Y%m%d 86400 540"` */
function rotated(name: string, settings: RotationSettings): string {
  const { rotatelogs = '/data2/apache/bin/rotatelogs', logDirectory = '/data3/logs/httpd' } = settings
  const { periodSeconds = 86_400, offsetMinutes = 540 } = settings
  return quoted(`|${rotatelogs} ${logDirectory}/${name}-%Y%m%d ${periodSeconds} ${offsetMinutes}`)
}

/** An argument of httpd in quotes. */
function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}

function checkBalancers(balancers: readonly Balancer[]): void {
  if (balancers.length === 0)
    throw siteError('E_WORKERS', 'There is no balancer, so there is nothing to mount.')
  const empty = balancers.find(({ workers }) => workers.length === 0)
  if (empty) throw siteError('E_WORKERS', `The balancer ${empty.name} has no workers.`)
  const names = balancers.flatMap(({ name, workers }) => [name, ...workers.map((worker) => worker.name)])
  const odd = names.find((name) => !/^[\w-]+$/.test(name))
  if (odd !== undefined) {
    throw siteError('E_WORKERS', `"${odd}" cannot be the name of a worker.`, 'Letters, digits, - and _ may.')
  }
  const twice = repeated(names)
  if (twice.length === 0) return
  const uses = twice.flatMap((name) => usesOf(balancers, name))
  throw siteError(
    'E_WORKERS',
    `${named('worker', twice)} used twice: ${uses.join('; ')}.`,
    'A worker is one Tomcat, and its name the jvmRoute of it.',
  )
}

function usesOf(balancers: readonly Balancer[], name: string): string[] {
  return balancers.flatMap((balancer) => [
    ...(balancer.name === name ? [`${name} is a balancer`] : []),
    ...balancer.workers
      .filter((worker) => worker.name === name)
      .map(({ host, port }) => `${name} in ${balancer.name} is ${host}:${port}`),
  ])
}

function checkVhosts(vhosts: readonly Vhost[], balancers: readonly Pick<Balancer, 'name'>[]): void {
  const twice = repeated(vhosts.map(({ serverName }) => serverName.toLowerCase()))
  if (twice.length > 0) throw siteError('E_VHOSTS', `${named('server name', twice)} used twice.`)
  const odd = vhosts.find(({ serverName }) => !/^[\w.*-]+(?::\d+)?$/.test(serverName))
  if (odd) throw siteError('E_VHOSTS', `"${odd.serverName}" cannot be a server name.`)
  const known = balancers.map(({ name }) => name)
  const lost = vhosts.find(({ balancer }) => !known.includes(balancer))
  if (!lost) return
  throw siteError(
    'E_VHOSTS',
    `${lost.serverName} is mounted on ${lost.balancer}, which is not a balancer.`,
    `There are ${known.join(', ') || 'none'}.`,
  )
}

function repeated(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))]
}

function named(what: string, names: readonly string[]): string {
  return names.length === 1 ? `The ${what} ${names[0]} is` : `The ${what}s ${names.join(', ')} are`
}

function siteError(code: string, message: string, hint?: string): PlaybookError {
  return new PlaybookError(code, message, hint)
}
