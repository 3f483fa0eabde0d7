// What the site needs of the policy of SELinux, on hosts where it is on.

import { posix } from 'node:path'
import { type Probe, sh, succeeds, type TaskList } from 'run-playbook'
import { dnf, seBoolean, seContext, sePort } from 'run-playbook/tasks'
import type { InstanceBalancer } from './balancers.ts'
import type { WasVars } from './wasVars.ts'
import type { WebVars } from './webVars.ts'

/** There is a policy in the kernel, whether it enforces it or not. */
const isOn: Probe<boolean> = succeeds(sh`test -e /sys/fs/selinux/enforce && test -e /etc/selinux/config`, {
  reads: ['/etc/selinux/config', 'selinux/mode'],
})

/** The program semanage, which a minimal Rocky lacks. */
const tools = () => dnf({ name: 'policycoreutils-python-utils' }, { when: isOn, title: 'dnf semanage' })

/**
 * As a unit, httpd below /data2 is confined (httpd_t) like the distribution's, because its files have the same types. Its pid
 * file is in logs/, where the distribution's httpd has /run; mod_jk maps a file in shm/. No two targets match the same path, save
 * those without an expression, which always win.
 *
 * httpd may listen on and connect to ports of http_port_t: its own, and those of the Tomcats. `httpd_can_network_relay` lets
 * it connect to ports of web servers, while `httpd_can_network_connect` would let it connect to all.
 *
 * Sources: httpd_selinux(8) and apache.te of the targeted policy.
 */
export function webPolicy(vars: WebVars, balancers: readonly InstanceBalancer[]): TaskList {
  const { apache_dir: prefix, log_dir, http_port, https_port } = vars
  const ajp = balancers.flatMap(({ workers }) => workers.map(({ port }) => port))
  return [
    tools(),
    seContext({
      rules: [
        ...parents(vars),
        { target: prefix, setype: 'usr_t' },
        { target: `${prefix}/[^/]+`, ftype: 'f', setype: 'usr_t' },
        { target: `${prefix}/(build|include|lib|man)(/.*)?`, setype: 'usr_t' },
        { target: `${prefix}/bin(/.*)?`, setype: 'bin_t' },
        { target: `${prefix}/bin/httpd`, setype: 'httpd_exec_t' },
        { target: `${prefix}/bin/rotatelogs`, setype: 'httpd_rotatelogs_exec_t' },
        { target: `${prefix}/modules(/.*)?`, setype: 'httpd_modules_t' },
        { target: `${prefix}/conf(/.*)?`, setype: 'httpd_config_t' },
        { target: `${prefix}/(htdocs|icons|error|manual)(/.*)?`, setype: 'httpd_sys_content_t' },
        { target: `${prefix}/cgi-bin(/.*)?`, setype: 'httpd_sys_script_exec_t' },
        { target: `${prefix}/logs(/.*)?`, setype: 'httpd_var_run_t' },
        { target: `${prefix}/shm(/.*)?`, setype: 'httpd_cache_t' },
        { target: `${log_dir}(/.*)?`, setype: 'httpd_log_t' },
      ],
    }),
    sePort({ ports: [...new Set([http_port, https_port, ...ajp])], setype: 'http_port_t' }),
    seBoolean({ name: 'httpd_can_network_relay', state: true }),
  ]
}

/**
 * No policy confines a Tomcat that is started from /data2, so its ports need no types. But the rotatelogs of its unit is the
 * distribution's, which the policy confines (httpd_rotatelogs_t): it may write to httpd_log_t alone, not to tomcat_log_t.
 */
export function wasPolicy(vars: WasVars): TaskList {
  const { was_dir: dir, log_dir } = vars
  return [
    tools(),
    seContext({
      rules: [
        ...parents(vars),
        { target: `${dir}(/[^/]+)?`, setype: 'usr_t' },
        { target: `${dir}/[^/]+/[^/]+`, ftype: 'f', setype: 'usr_t' },
        { target: `${dir}/[^/]+/bin(/.*)?`, setype: 'bin_t' },
        { target: `${dir}/[^/]+/(conf|lib|logs|temp|webapps|work)(/.*)?`, setype: 'usr_t' },
        { target: `${log_dir}(/.*)?`, setype: 'httpd_log_t' },
      ],
    }),
  ]
}

/** The folders above: what is new at the root gets default_t, where confined programs may not even pass. */
function parents({ owned_dirs, log_dir }: Pick<WebVars, 'owned_dirs' | 'log_dir'>) {
  const logs = posix.dirname(log_dir)
  const holds = (path: string) => (dir: string) => path.startsWith(`${dir}/`)
  return [
    ...owned_dirs.map((target) => ({ target, setype: holds(log_dir)(target) ? 'var_t' : 'usr_t' })),
    ...(owned_dirs.some(holds(logs)) ? [{ target: logs, setype: 'var_log_t' }] : []),
  ]
}
