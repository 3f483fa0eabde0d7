// The probes of all facts that are built in, by their names.

import type { FactName, HostFacts } from '../model/facts.ts'
import type { Probe } from '../model/probe.ts'
import { date, timeZone } from './clock.ts'
import { disks } from './disks.ts'
import { dns } from './dns.ts'
import { environment } from './environment.ts'
import { cpus, memory, processors } from './hardware.ts'
import { fqdn, hostname, user } from './identity.ts'
import { localFacts } from './localFacts.ts'
import { lsb } from './lsb.ts'
import { packageManager, serviceManager } from './managers.ts'
import { mounts } from './mounts.ts'
import { defaultIpv4, defaultIpv6, interfaces } from './network.ts'
import { os } from './os.ts'
import { selinux } from './selinux.ts'
import { virtualization } from './virtualization.ts'

/** What reads each fact of a host. */
export const hostFacts: { readonly [K in FactName]: Probe<HostFacts[K]> } = {
  os,
  cpus,
  memory,
  mounts,
  interfaces,
  defaultIpv4,
  defaultIpv6,
  hostname,
  fqdn,
  serviceManager,
  packageManager,
  timeZone,
  date,
  selinux,
  virtualization,
  user,
  processors,
  disks,
  dns,
  lsb,
  environment,
  localFacts,
}
