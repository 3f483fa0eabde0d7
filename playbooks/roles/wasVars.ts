// The inventory variables of a WAS host.

import { absolutePath, account, checksum, Secret, secret, z } from 'run-playbook'

export const port = z
  .int('expected a port (1-65535)')
  .min(1, 'expected a port (1-65535)')
  .max(65535, 'expected a port (1-65535)')

/** From a vault it is a secret already. */
export const ajpSecret = z
  .union([z.string().min(1), z.instanceof(Secret)])
  .transform((value) => (value instanceof Secret ? value : secret(value)))

/** One Tomcat instance; the same on every WAS host. */
export const instanceVars = z.strictObject({
  /** `ecs`: its folder is ws-ecs-server, its route ecs1 on node 1. */
  name: z.string().regex(/^[a-z][a-z0-9]*$/, 'expected a short name in lower case'),
  /** Name of its Service and Engine. */
  service: z.string().min(1),
  shutdown: port,
  http: port,
  ajp: port,
  redirect: port,
  /** UDP port of its cluster's membership. */
  multicast: port,
  /** TCP port of its receiver of sessions. */
  receiver: port,
})

export type Instance = z.output<typeof instanceVars>

export const wasVars = z.object({
  /** 1 on was-01, 2 on was-02: the digit at the end of the routes. */
  node: z.int().min(1),
  /** Address at which the site's hosts reach it, where that is not `ansible_host`; the WEB hosts may have it too. */
  site_address: z.union([z.ipv4(), z.ipv6()]).optional(),
  /** Address that the cluster's receivers bind; its site's address if not given. */
  cluster_address: z.ipv4().optional(),
  packages: z.array(z.string()),
  tomcat_version: z.string().regex(/^\d+\.\d+\.\d+$/, 'expected a version such as 9.0.109'),
  tomcat_checksum: checksum,
  /** URLs of apache-tomcat-VERSION.tar.gz, tried in order. */
  tomcat_urls: z.array(z.url()).min(1),
  /** Who fetches: the host itself, or the controller, for hosts without a way out. */
  fetch_via: z.enum(['host', 'controller']).default('host'),
  source_dir: absolutePath,
  was_dir: absolutePath,
  log_dir: absolutePath,
  /** Trees that belong to the account. */
  owned_dirs: z.array(absolutePath),
  account: account,
  /** Minutes from UTC of the dates in log names: 540 is Korea. */
  log_offset_minutes: z.int().default(0),
  multicast_address: z.ipv4().default('228.0.0.4'),
  /** How the members of a cluster find each other: `static` names them, for networks without multicast. */
  membership: z.enum(['multicast', 'static']).default('multicast'),
  /** Tomcat's `channelSendOptions`. 8, the runbook's, may lose what the first request of a session has set. */
  channel_send_options: z.int().min(0).default(6),
  /** What mod_jk has to know to be let in by AJP; the same for `was` and `web`. */
  ajp_secret: ajpSecret.optional(),
  /** The hosts that share the instances' sessions. */
  was_hosts: z.string().default('was'),
  /** Which hosts may reach AJP and HTTP. */
  web_hosts: z.string().default('web'),
  instances: z.array(instanceVars).min(1),
  /** Instances that there were: moved here from `instances`, they are stopped and removed, their logs kept. */
  removed_instances: z.array(instanceVars).default([]),
  /** true: instances are units of systemd, started at boot and after a crash. false: units that were made so go again. */
  systemd_units: z.boolean().optional(),
  /** Seconds that a Tomcat may take from its start until it answers. */
  start_seconds: z.number().positive().default(120),
  /** Instances that get sessionTest.jsp, which counts the requests of a session. */
  session_test: z.array(z.string()).default([]),
})

export type WasVars = z.output<typeof wasVars>
