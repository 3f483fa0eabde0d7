// The inventory variables of a web host.

import { absolutePath, account, checksum, z } from 'run-playbook'
import { ajpSecret, port } from './wasVars.ts'

const version = z.string().regex(/^\d+\.\d+\.\d+$/, 'expected a version such as 2.4.65')
const seconds = z.int().min(0)

/** A virtual host, whose requests all go to the instance of that name on the WAS hosts. */
const vhostVars = z.strictObject({
  /** `ecs.test.co.kr` */
  name: z.string().regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i, 'expected a host name'),
  /** `ecs` */
  instance: z.string().min(1),
})

export type Vhost = z.output<typeof vhostVars>

export const webVars = z.object({
  packages: z.array(z.string()),
  httpd_version: version,
  httpd_checksum: checksum,
  /** URLs of httpd-VERSION.tar.gz, tried in order. */
  httpd_urls: z.array(z.url()).min(1),
  mod_jk_version: version,
  mod_jk_checksum: checksum,
  /** URLs of tomcat-connectors-VERSION-src.tar.gz, tried in order. */
  mod_jk_urls: z.array(z.url()).min(1),
  /** Who fetches: the host itself, or the controller, for hosts without a way out. */
  fetch_via: z.enum(['host', 'controller']).default('host'),
  /** The name under which the web hosts share what one of them built; false: each builds its own. */
  share_builds: z.union([z.boolean(), z.string()]).default('web'),
  /** Where sources are unpacked and built. */
  source_dir: absolutePath,
  /** Where httpd is installed: its ServerRoot. */
  apache_dir: absolutePath,
  log_dir: absolutePath,
  /** Trees that belong to the account. */
  owned_dirs: z.array(absolutePath),
  account: account,
  /** Minutes from UTC of the dates in log names: 540 is Korea. */
  log_offset_minutes: z.int().default(0),
  server_name: z.string().default('127.0.0.1'),
  /** What httpd listens on, and its virtual hosts answer at. */
  http_port: port.default(80),
  /** Opened in the firewall; nothing listens there unless it is configured besides. */
  https_port: port.default(443),
  /** The methods that are let through, to files and to Tomcat; others are answered with 403. GET lets HEAD through. */
  allowed_methods: z
    .array(z.string().regex(/^[A-Z-]+$/, 'expected a method such as GET'))
    .min(1)
    .default(['GET', 'POST', 'HEAD']),
  /** The largest body of a request, in bytes; 0: no limit. */
  request_body_limit: z.int().min(0).default(5_242_880),
  timeout: seconds.default(60),
  keep_alive_timeout: seconds.default(2),
  max_keep_alive_requests: seconds.default(100),
  max_requests_per_child: seconds.default(5000),
  /** The hosts whose instances are balanced. */
  was_hosts: z.string().default('was'),
  /** The hosts that balance them. */
  web_hosts: z.string().default('web'),
  vhosts: z.array(vhostVars).min(1),
  /** true: httpd is a unit of systemd, started at boot and after a crash. false: a unit that was made so goes again. */
  systemd_units: z.boolean().optional(),
  /** What the Tomcats ask of who comes by AJP; the same for `was` and `web`. */
  ajp_secret: ajpSecret.optional(),
})

export type WebVars = z.output<typeof webVars>
