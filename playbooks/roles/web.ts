// The tasks of a web host: packages, httpd and mod_jk from source, firewall.

import { posix } from 'node:path'
import type { PlayHost, Task, TaskList } from 'run-playbook'
import { buildFromSource, directory, dnf, firewallPort, ownership, user } from 'run-playbook/tasks'
import { httpd, httpdConfiguration, reloadHttpd } from 'run-playbook/tasks/httpd'
import { balancers, type InstanceBalancer } from './balancers.ts'
import { httpdConfEdits } from './httpdConf.ts'
import { webPolicy } from './selinux.ts'
import { httpdUnitText, siteUnit } from './units.ts'
import { modJkConf, vhostsConf, workersProperties } from './webFiles.ts'
import type { WebVars } from './webVars.ts'

/**
 * All tasks of a WEB host, in the runbook's order, but for what has to be there earlier: the account, which `apachectl
 * -t` asks for, and the log folder, without which httpd starts and logs nothing.
 */
export function web(host: PlayHost<WebVars>): TaskList {
  const { vars } = host
  const all = balancers(host)
  const owned = { owner: vars.account, group: vars.account }
  return [
    dnf({ name: vars.packages }),
    user({ name: vars.account }),
    vars.owned_dirs.map((path) => directory({ path, ...owned })),
    directory({ path: vars.log_dir, ...owned }),
    buildHttpd(vars),
    buildModJk(vars),
    directory({ path: sharedMemory(vars), ...owned }),
    vars.owned_dirs.map((path) => ownership({ path, exclude: rootOwnedPaths(path, vars), ...owned })),
    webPolicy(vars, all),
    webConfiguration(vars, all),
    httpdUnit(vars),
    firewallPort({ ports: [`${vars.http_port}/tcp`, `${vars.https_port}/tcp`] }),
    httpd({ ...httpdProcess(vars), state: 'running' }),
  ]
}

/** By what httpd is known, started and reloaded. */
export function httpdProcess({ apache_dir: prefix, systemd_units }: HttpdVars) {
  return { prefix, ...(systemd_units ? { unit: unitOf(prefix) } : {}) }
}

/** Has httpd take a new configuration or module: by a graceful reload where that does. */
function reload(vars: HttpdVars): Task {
  return reloadHttpd(httpdProcess(vars), { title: 'reloadHttpd' })
}

type HttpdVars = Pick<WebVars, 'apache_dir' | 'systemd_units'>

/** `apache` for /data2/apache: `httpd` would be that of the distribution's package. */
function unitOf(prefix: string): string {
  return `${posix.basename(prefix)}.service`
}

function httpdUnit(vars: WebVars): TaskList {
  const { apache_dir: prefix, log_dir: logs } = vars
  return siteUnit(vars, unitOf(prefix), httpdUnitText({ prefix, logs }), reload(vars))
}

/** A folder of its own: SELinux lets httpd map files of httpd_cache_t, and not those in logs/. */
function sharedMemory({ apache_dir }: Pick<WebVars, 'apache_dir'>): string {
  return `${apache_dir}/shm`
}

/** What httpd and its rotatelogs write before they become the account: root's, today and after each rotation. */
function rootOwnedPaths(path: string, { apache_dir, log_dir }: WebVars): string[] {
  return [`${apache_dir}/logs`, sharedMemory({ apache_dir }), log_dir]
    .filter((folder) => folder.startsWith(`${path}/`))
    .map((folder) => folder.slice(path.length + 1))
}

function buildHttpd(vars: WebVars): Task {
  return buildFromSource(
    {
      name: 'httpd',
      version: vars.httpd_version,
      urls: vars.httpd_urls,
      checksum: vars.httpd_checksum.hex,
      via: vars.fetch_via,
      buildDir: vars.source_dir,
      prefix: vars.apache_dir,
      configure: ['--enable-so', '--enable-ssl', '--enable-rewrite', '--enable-mods-shared=all'],
      keep: ['conf', 'logs', 'htdocs'],
      share: vars.share_builds,
      owner: vars.account,
      group: vars.account,
    },
    { notify: reload(vars) },
  )
}

function buildModJk(vars: WebVars): Task {
  return buildFromSource(
    {
      name: 'tomcat-connectors',
      version: vars.mod_jk_version,
      urls: vars.mod_jk_urls,
      checksum: vars.mod_jk_checksum.hex,
      via: vars.fetch_via,
      buildDir: vars.source_dir,
      prefix: vars.apache_dir,
      folder: 'native',
      configure: [`--with-apxs=${vars.apache_dir}/bin/apxs`],
      installs: ['modules/mod_jk.so'],
      requires: [`${vars.apache_dir}/.built-httpd`],
      share: vars.share_builds,
      owner: vars.account,
      group: vars.account,
    },
    { notify: reload(vars) },
  )
}

/** The four files, as one change: httpd refuses or takes them together. */
function webConfiguration(vars: WebVars, all: readonly InstanceBalancer[]): Task {
  const rotation = {
    rotatelogs: `${vars.apache_dir}/bin/rotatelogs`,
    logDirectory: vars.log_dir,
    offsetMinutes: vars.log_offset_minutes,
  }
  const vhosts = vars.vhosts.map(({ name, instance }) => ({
    serverName: name,
    balancer: all.find((balancer) => balancer.instance === instance)!.name,
  }))
  return httpdConfiguration(
    {
      prefix: vars.apache_dir,
      owner: vars.account,
      group: vars.account,
      files: [
        {
          path: 'conf/httpd.conf',
          keep: 'conf/httpd.conf_origin',
          edits: httpdConfEdits({
            account: vars.account,
            port: vars.http_port,
            methods: vars.allowed_methods,
            requestBodyLimitBytes: vars.request_body_limit,
            serverName: vars.server_name,
            timeoutSeconds: vars.timeout,
            maxKeepAliveRequests: vars.max_keep_alive_requests,
            keepAliveTimeoutSeconds: vars.keep_alive_timeout,
            maxRequestsPerChild: vars.max_requests_per_child,
          }),
        },
        {
          path: 'conf/mod_jk.conf',
          content: modJkConf({
            ...rotation,
            workersFile: `${vars.apache_dir}/conf/workers.properties`,
            shmFile: `${sharedMemory(vars)}/mod_jk`,
          }),
        },
        {
          path: 'conf/workers.properties',
          content: workersProperties(all, vars.ajp_secret),
          ...(vars.ajp_secret ? { mode: '0640' } : {}),
        },
        {
          path: 'conf/extra/httpd-vhosts.conf',
          keep: 'conf/extra/httpd-vhosts.conf_origin',
          content: vhostsConf(vhosts, all, { ...rotation, port: vars.http_port }),
        },
      ],
    },
    { notify: reload(vars) },
  )
}
