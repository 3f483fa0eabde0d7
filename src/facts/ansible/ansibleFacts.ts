// Gives a host's facts the names and shapes that Ansible's setup module gives them.

import type { FactName, HostFacts } from '../../model/facts.ts'
import { dateTime } from './dateTime.ts'
import { devices } from './devices.ts'
import { allAddresses, defaultRoute, interfaceFact, interfaceKey } from './network.ts'

/** How a fact of Ansible follows from ours. */
type AnsibleFact = {
  /** What it is made of, and what has to be read for it. */
  readonly needs: readonly FactName[]
  readonly value: (facts: HostFacts) => unknown
}

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

/**
 * The facts to read for one of Ansible's names, given without `ansible_`; undefined for a name that is not mapped. What
 * may be the name of an interface (`ansible_eth0`) is not known before `interfaces` is read.
 */
export function needsOfAnsibleFact(name: string): readonly FactName[] | undefined {
  return Object.hasOwn(table, name) ? table[name]!.needs : undefined
}

/** The names that are mapped, without `ansible_`. */
export function ansibleFactNames(): readonly string[] {
  return Object.keys(table)
}

function valueNamed(name: string, facts: HostFacts): unknown {
  if (Object.hasOwn(table, name)) return table[name]!.value(facts)
  if (!/^[a-z]/.test(name) || name === 'then' || name === 'toJSON' || name in Object.prototype)
    return undefined
  const found = facts.interfaces.find((each) => interfaceKey(each) === name)
  return found && interfaceFact(found)
}

function isInterface(name: string, facts: HostFacts): boolean {
  return valueNamed(name, facts) !== undefined
}

function fact(needs: readonly FactName[], value: AnsibleFact['value']): AnsibleFact {
  return { needs, value }
}

const megabytes = (bytes: number) => Math.floor(bytes / 1024 / 1024)

const table: Readonly<Record<string, AnsibleFact>> = {
  all_ipv4_addresses: fact(['interfaces'], ({ interfaces }) => allAddresses(interfaces, 'ipv4')),
  all_ipv6_addresses: fact(['interfaces'], ({ interfaces }) => allAddresses(interfaces, 'ipv6')),
  architecture: fact(['os'], ({ os }) => os.architecture),
  date_time: fact(['date'], ({ date }) => dateTime(date)),
  default_ipv4: fact(['defaultIpv4', 'interfaces'], (facts) =>
    defaultRoute(facts.defaultIpv4, facts.interfaces, 'ipv4'),
  ),
  default_ipv6: fact(['defaultIpv6', 'interfaces'], (facts) =>
    defaultRoute(facts.defaultIpv6, facts.interfaces, 'ipv6'),
  ),
  devices: fact(['disks'], ({ disks }) => devices(disks)),
  distribution: fact(['os'], ({ os }) => os.distribution),
  distribution_major_version: fact(['os'], ({ os }) => os.version.split('.')[0] || 'NA'),
  distribution_release: fact(['os'], ({ os }) => releaseOf(os)),
  distribution_version: fact(['os'], ({ os }) => os.version || 'NA'),
  dns: fact(['dns'], ({ dns }) => dnsFact(dns)),
  domain: fact(['fqdn'], ({ fqdn }) => fqdn.split('.').slice(1).join('.')),
  env: fact(['environment'], ({ environment }) => environment),
  fqdn: fact(['fqdn'], ({ fqdn }) => fqdn),
  hostname: fact(['hostname'], ({ hostname }) => hostname.split('.')[0]),
  interfaces: fact(['interfaces'], ({ interfaces }) => interfaces.map(({ name }) => name)),
  kernel: fact(['os'], ({ os }) => os.kernel),
  local: fact(['localFacts'], ({ localFacts }) => localFacts),
  lsb: fact(['lsb'], ({ lsb }) => lsbFact(lsb)),
  machine: fact(['os'], ({ os }) => os.architecture),
  memfree_mb: fact(['memory'], ({ memory }) => megabytes(memory.free)),
  memory_mb: fact(['memory'], ({ memory }) => memoryFact(memory)),
  memtotal_mb: fact(['memory'], ({ memory }) => megabytes(memory.total)),
  mounts: fact(['mounts'], ({ mounts }) => mounts.filter(isStorage).map(mountFact)),
  nodename: fact(['hostname'], ({ hostname }) => hostname),
  os_family: fact(['os'], ({ os }) => os.family),
  pkg_mgr: fact(['packageManager'], ({ packageManager }) => packageManager),
  processor: fact(['cpus', 'processors'], ({ cpus, processors: { vendor, model } }) =>
    Array.from({ length: cpus }, (_, index) => [String(index), vendor, model].filter(Boolean)).flat(),
  ),
  processor_cores: fact(['processors'], ({ processors }) => processors.coresPerSocket),
  processor_count: fact(['processors'], ({ processors }) => processors.sockets),
  processor_nproc: fact(['cpus'], ({ cpus }) => cpus),
  processor_threads_per_core: fact(['processors'], ({ processors }) => processors.threadsPerCore),
  processor_vcpus: fact(['cpus'], ({ cpus }) => cpus),
  selinux: fact(['selinux'], ({ selinux }) => selinuxFact(selinux)),
  service_mgr: fact(['serviceManager'], ({ serviceManager }) => serviceManager),
  swapfree_mb: fact(['memory'], ({ memory }) => megabytes(memory.swap.free)),
  swaptotal_mb: fact(['memory'], ({ memory }) => megabytes(memory.swap.total)),
  system: fact([], () => 'Linux'),
  user_dir: fact(['user'], ({ user }) => user.home),
  user_gid: fact(['user'], ({ user }) => user.gid),
  user_id: fact(['user'], ({ user }) => user.name),
  user_shell: fact(['user'], ({ user }) => user.shell),
  user_uid: fact(['user'], ({ user }) => user.uid),
  virtualization_role: fact(['virtualization'], ({ virtualization: { type } }) =>
    type === 'none' ? 'NA' : 'guest',
  ),
  virtualization_type: fact(
    ['virtualization'],
    ({ virtualization: { type } }) => virtualizations[type] ?? type,
  ),
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
    ...{ status: 'enabled', mode, config_mode: configured ?? 'unknown', type: policy ?? 'unknown' },
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
