// Gives a host's facts the names and shapes that Ansible's setup module gives them.

import type { HostFacts } from '../../model/facts.ts'
import { dateTime } from './dateTime.ts'
import { devices } from './devices.ts'
import { allAddresses, defaultRoute, interfaceFact, interfaceKey } from './network.ts'

/** How a fact of Ansible follows from ours. */
type AnsibleFact = (facts: HostFacts) => unknown

/**
 * What Ansible's `ansible_facts` holds of a host, by names without `ansible_`. A value is made when it is looked at,
 * and only then reads facts of `facts`; `ansible_facts.eth0` and its like exist once something has read `interfaces`.
 * A name that is not mapped is undefined.
 *
 * @param facts a host as a play sees it, or facts that have been read
 * @example ansibleFacts(host).os_family // 'Debian'
 */
export function ansibleFacts(facts: HostFacts): Readonly<Record<string, unknown>> {
  return new Proxy<Record<string, unknown>>(
    {},
    {
      get: (_, name) => (typeof name === 'string' ? valueNamed(name, facts) : undefined),
      has: (_, name) => typeof name === 'string' && (name in table || isInterface(name, facts)),
      ownKeys: () => [...new Set([...Object.keys(table), ...facts.interfaces.map(interfaceKey)])],
      getOwnPropertyDescriptor: (_, name) =>
        typeof name === 'string' && (name in table || isInterface(name, facts))
          ? { value: valueNamed(name, facts), enumerable: true, configurable: true, writable: true }
          : undefined,
    },
  )
}

/** The names that are mapped, without `ansible_`. */
export function ansibleFactNames(): readonly string[] {
  return Object.keys(table)
}

function valueNamed(name: string, facts: HostFacts): unknown {
  if (Object.hasOwn(table, name)) return table[name]!(facts)
  if (!/^[a-z]/.test(name) || name === 'then' || name === 'toJSON' || name in Object.prototype)
    return undefined
  const found = facts.interfaces.find((each) => interfaceKey(each) === name)
  return found && interfaceFact(found)
}

function isInterface(name: string, facts: HostFacts): boolean {
  return valueNamed(name, facts) !== undefined
}

const megabytes = (bytes: number) => Math.floor(bytes / 1024 / 1024)

const table: Readonly<Record<string, AnsibleFact>> = {
  all_ipv4_addresses: ({ interfaces }) => allAddresses(interfaces, 'ipv4'),
  all_ipv6_addresses: ({ interfaces }) => allAddresses(interfaces, 'ipv6'),
  architecture: ({ os }) => os.architecture,
  date_time: ({ date }) => dateTime(date),
  default_ipv4: (facts) => defaultRoute(facts.defaultIpv4, facts.interfaces, 'ipv4'),
  default_ipv6: (facts) => defaultRoute(facts.defaultIpv6, facts.interfaces, 'ipv6'),
  devices: ({ disks }) => devices(disks),
  distribution: ({ os }) => os.distribution,
  distribution_major_version: ({ os }) => os.version.split('.')[0] || 'NA',
  distribution_release: ({ os }) => releaseOf(os),
  distribution_version: ({ os }) => os.version || 'NA',
  dns: ({ dns }) => dnsFact(dns),
  domain: ({ fqdn }) => fqdn.split('.').slice(1).join('.'),
  env: ({ environment }) => environment,
  fqdn: ({ fqdn }) => fqdn,
  hostname: ({ hostname }) => hostname.split('.')[0],
  interfaces: ({ interfaces }) => interfaces.map(({ name }) => name),
  kernel: ({ os }) => os.kernel,
  local: ({ localFacts }) => localFacts,
  lsb: ({ lsb }) => lsbFact(lsb),
  machine: ({ os }) => os.architecture,
  memfree_mb: ({ memory }) => megabytes(memory.free),
  memory_mb: ({ memory }) => memoryFact(memory),
  memtotal_mb: ({ memory }) => megabytes(memory.total),
  mounts: ({ mounts }) => mounts.filter(isStorage).map(mountFact),
  nodename: ({ hostname }) => hostname,
  os_family: ({ os }) => os.family,
  pkg_mgr: ({ packageManager }) => packageManager,
  processor: ({ cpus, processors: { vendor, model } }) =>
    Array.from({ length: cpus }, (_, index) => [String(index), vendor, model].filter(Boolean)).flat(),
  processor_cores: ({ processors }) => processors.coresPerSocket,
  processor_count: ({ processors }) => processors.sockets,
  processor_nproc: ({ cpus }) => cpus,
  processor_threads_per_core: ({ processors }) => processors.threadsPerCore,
  processor_vcpus: ({ cpus }) => cpus,
  selinux: ({ selinux }) => selinuxFact(selinux),
  service_mgr: ({ serviceManager }) => serviceManager,
  swapfree_mb: ({ memory }) => megabytes(memory.swap.free),
  swaptotal_mb: ({ memory }) => megabytes(memory.swap.total),
  system: () => 'Linux',
  user_dir: ({ user }) => user.home,
  user_gid: ({ user }) => user.gid,
  user_id: ({ user }) => user.name,
  user_shell: ({ user }) => user.shell,
  user_uid: ({ user }) => user.uid,
  virtualization_role: ({ virtualization: { type } }) => (type === 'none' ? 'NA' : 'guest'),
  virtualization_type: ({ virtualization: { type } }) => virtualizations[type] ?? type,
}

/** Only what resolv.conf names, as in Ansible. */
function dnsFact({ nameservers, search, domain, sortlist, options }: HostFacts['dns']): unknown {
  const lists = Object.entries({ nameservers, search, sortlist }).filter(([, list]) => list.length > 0)
  return {
    ...Object.fromEntries(lists.map(([name, list]) => [name, [...list]])),
    ...(domain === undefined ? {} : { domain }),
    ...(Object.keys(options).length === 0 ? {} : { options }),
  }
}

/** `{}` where the host does not say it. */
function lsbFact({ id, release, codename, description }: HostFacts['lsb']): unknown {
  if (id === '') return {}
  return { id, release, codename, description, major_release: release.split('.')[0] }
}

/** SUSE's releases have no names: Ansible takes the minor version. */
function releaseOf({ family, version, codename }: HostFacts['os']): string {
  return family === 'Suse' ? (version.split('.')[1] ?? '') : codename || 'NA'
}

function memoryFact({ total, free, available, swap }: HostFacts['memory']): unknown {
  const [all, unused, usable] = [total, free, available].map(megabytes) as [number, number, number]
  const [swapTotal, swapFree] = [megabytes(swap.total), megabytes(swap.free)]
  return {
    real: { total: all, used: all - unused, free: unused },
    nocache: { free: usable, used: all - usable },
    swap: { total: swapTotal, free: swapFree, used: swapTotal - swapFree },
  }
}

type Mount = HostFacts['mounts'][number]

/** What Ansible lists: block devices and network file systems. */
function isStorage({ device }: Mount): boolean {
  return device.startsWith('/') || device.startsWith('\\') || device.includes(':/')
}

function mountFact({ path, device, type, options, size, available }: Mount): unknown {
  const sizes = size === undefined ? {} : { size_total: size, size_available: available }
  return { mount: path, device, fstype: type, options: options.join(','), ...sizes }
}

function selinuxFact({ mode, configured, policy, policyVersion }: HostFacts['selinux']): unknown {
  if (mode === 'disabled') return { status: 'disabled' }
  return {
    status: 'enabled',
    mode,
    config_mode: configured ?? 'unknown',
    type: policy ?? 'unknown',
    policyvers: policyVersion ?? 'unknown',
  }
}

/** Ansible's names of what systemd calls otherwise. */
const virtualizations: Readonly<Record<string, string>> = {
  none: 'NA',
  qemu: 'kvm',
  amazon: 'kvm',
  vmware: 'VMware',
  microsoft: 'VirtualPC',
  oracle: 'virtualbox',
  'systemd-nspawn': 'container',
  'lxc-libvirt': 'lxc',
}
