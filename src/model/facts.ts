// The facts of a host that are built in: their types and names.

/** A name, with the common ones offered by editors. */
type Known<T extends string> = T | (string & {})

/**
 * What is built in of a host's facts. Each is read only where something looks at it: by one POSIX sh script that needs
 * no program besides those of busybox, the same on every distribution.
 */
export type HostFacts = {
  /** The operating system, from /etc/os-release, the files that give minor versions, and uname. */
  readonly os: OsFacts
  /** How many processors are online, as /proc/cpuinfo counts them. */
  readonly cpus: number
  /** Memory and swap in bytes, from /proc/meminfo. */
  readonly memory: MemoryFacts
  /** What is mounted, in the order of the mounts; without kernel interfaces such as proc, sysfs and cgroup. */
  readonly mounts: readonly MountFacts[]
  /** Network interfaces, in the order of /sys/class/net, with their addresses. */
  readonly interfaces: readonly InterfaceFacts[]
  /** How the default route leaves the host over IPv4; undefined: there is none. */
  readonly defaultIpv4: RouteFacts | undefined
  /** How the default route leaves the host over IPv6; undefined: there is none. */
  readonly defaultIpv6: RouteFacts | undefined
  /** The node's name, as `uname -n` prints it. */
  readonly hostname: string
  /** The fully qualified name, as `hostname -f` resolves it; the hostname where it cannot. */
  readonly fqdn: string
  /** What starts services; otherwise the name of process 1. */
  readonly serviceManager: Known<'systemd' | 'openrc' | 'sysvinit' | 'upstart' | 'runit' | 'service'>
  /** The distribution's own package manager, otherwise another that is installed. */
  readonly packageManager: Known<
    'apt' | 'dnf' | 'dnf5' | 'yum' | 'zypper' | 'apk' | 'pacman' | 'xbps' | 'portage' | 'opkg' | 'unknown'
  >
  /** The name of the time zone, such as `Europe/Berlin`; its abbreviation where the host does not say its name. */
  readonly timeZone: string
  /** The host's clock, at the time of reading. */
  readonly date: DateFacts
  /** SELinux; `disabled` too where the kernel has none. */
  readonly selinux: SelinuxFacts
  /** What the host runs on. */
  readonly virtualization: VirtualizationFacts
  /** The user that the facts are read as: that of the play's tasks. */
  readonly user: UserFacts
  /** Sockets, cores and threads, from /proc/cpuinfo. */
  readonly processors: ProcessorFacts
  /** Block devices and their partitions, from /sys/block; loop devices too. */
  readonly disks: readonly DiskFacts[]
  /** What /etc/resolv.conf says. */
  readonly dns: DnsFacts
  /** What lsb_release or /etc/lsb-release says; empty texts where there is neither. */
  readonly lsb: LsbFacts
  /** Environment variables of that user. They may be secrets: they are not kept, and shown only where they are named. */
  readonly environment: Readonly<Record<string, string>>
  /**
   * What the files of /etc/ansible/facts.d say, by their names without `.fact`: JSON, INI, or what executable ones
   * print. They may be secrets, as `environment`.
   */
  readonly localFacts: Readonly<Record<string, unknown>>
}

export type OsFacts = {
  /** As Ansible's `os_family`: `RedHat` for Rocky, AlmaLinux, Fedora …; `Debian` for Ubuntu too. */
  readonly family: Known<'Debian' | 'RedHat' | 'Suse' | 'Alpine' | 'Archlinux' | 'Gentoo'>
  /** As Ansible's `distribution`: `Rocky`, `Ubuntu`, `openSUSE Leap` … */
  readonly distribution: Known<
    | 'AlmaLinux'
    | 'Alpine'
    | 'Amazon'
    | 'Archlinux'
    | 'CentOS'
    | 'Debian'
    | 'Fedora'
    | 'OracleLinux'
    | 'RedHat'
    | 'Rocky'
    | 'SLES'
    | 'Ubuntu'
    | 'openSUSE Leap'
    | 'openSUSE Tumbleweed'
  >
  /** `ID` of /etc/os-release: `rocky`, `ubuntu`, `opensuse-leap`. */
  readonly id: string
  /** `9.4`, `12.11`, `24.04`, `3.20.3`; empty where a distribution has no versions. */
  readonly version: string
  /** The number that `version` begins with; 0 where a distribution has no versions. */
  readonly major: number
  /** `bookworm`, `noble`, `Blue Onyx`; empty where there is none. */
  readonly codename: string
  /** As `uname -m` prints it: `x86_64`, `aarch64`. */
  readonly architecture: string
  /** The release of the running kernel, as `uname -r` prints it. */
  readonly kernel: string
}

/** In bytes. */
export type MemoryFacts = {
  readonly total: number
  readonly free: number
  /** What programs can still use without swapping, as the kernel estimates it. */
  readonly available: number
  readonly swap: { readonly total: number; readonly free: number }
}

export type MountFacts = {
  readonly path: string
  readonly device: string
  /** The type of the file system: `ext4`, `xfs`, `tmpfs`, `nfs4`. */
  readonly type: string
  readonly options: readonly string[]
  /** Bytes; undefined where reading it could hang: file systems of other machines, and fuse. */
  readonly size: number | undefined
  /** Bytes that are free for users other than root; undefined as `size`. */
  readonly available: number | undefined
}

export type InterfaceFacts = {
  readonly name: string
  /** Empty where it has none. */
  readonly mac: string
  /** In bytes. */
  readonly mtu: number
  readonly isUp: boolean
  readonly ipv4: readonly AddressFacts[]
  readonly ipv6: readonly AddressFacts[]
}

/** An address and the length of its network's prefix in bits. */
export type AddressFacts = { readonly address: string; readonly prefix: number }

export type RouteFacts = {
  readonly interface: string
  /** The host's own address on this route. */
  readonly address: string
  /** Bits; undefined where the address is on no interface. */
  readonly prefix: number | undefined
  /** Undefined on a link without one, such as a point-to-point tunnel. */
  readonly gateway: string | undefined
}

export type DateFacts = {
  /** Seconds since 1970-01-01 UTC. */
  readonly epoch: number
  /** The abbreviation of the zone in force: `CEST`. */
  readonly zone: string
  /** Its distance from UTC: `+0200`. */
  readonly offset: string
}

export type SelinuxFacts = {
  readonly mode: 'enforcing' | 'permissive' | 'disabled'
  /** The mode that /etc/selinux/config sets for the next start; undefined where there is no such file. */
  readonly configured: 'enforcing' | 'permissive' | 'disabled' | undefined
  /** The policy that /etc/selinux/config names: `targeted`. */
  readonly policy: string | undefined
  /** The version of policies that the kernel takes. */
  readonly policyVersion: number | undefined
}

export type VirtualizationFacts = {
  /** As systemd-detect-virt names it; `none` on hardware of its own. */
  readonly type: Known<
    | 'none'
    | 'kvm'
    | 'qemu'
    | 'vmware'
    | 'microsoft'
    | 'oracle'
    | 'xen'
    | 'amazon'
    | 'docker'
    | 'podman'
    | 'lxc'
    | 'systemd-nspawn'
    | 'wsl'
  >
  readonly isContainer: boolean
}

export type UserFacts = {
  readonly name: string
  readonly uid: number
  readonly gid: number
  readonly home: string
  /** The login shell. */
  readonly shell: string
}

export type ProcessorFacts = {
  readonly sockets: number
  readonly coresPerSocket: number
  readonly threadsPerCore: number
  /** `GenuineIntel`, `AuthenticAMD`; empty where the kernel does not say. */
  readonly vendor: string
  readonly model: string
}

export type DiskFacts = {
  /** `vda`, `nvme0n1` */
  readonly name: string
  /** Bytes. */
  readonly size: number
  readonly model: string
  readonly vendor: string
  /** Bytes of its logical blocks. */
  readonly sectorSize: number
  readonly isRemovable: boolean
  readonly isRotational: boolean
  /** The I/O scheduler that is in use. */
  readonly scheduler: string
  /** The devices that are built on it: `dm-0`. */
  readonly holders: readonly string[]
  /** `size` and `start` in bytes. */
  readonly partitions: readonly { readonly name: string; readonly size: number; readonly start: number }[]
}

export type DnsFacts = {
  readonly nameservers: readonly string[]
  readonly search: readonly string[]
  readonly domain: string | undefined
  readonly sortlist: readonly string[]
  /** Values of options, true for those that have none. */
  readonly options: Readonly<Record<string, string | true>>
}

export type LsbFacts = {
  readonly id: string
  readonly release: string
  readonly codename: string
  readonly description: string
}

export type FactName = keyof HostFacts

const names: { readonly [K in FactName]: true } = {
  os: true,
  cpus: true,
  memory: true,
  mounts: true,
  interfaces: true,
  defaultIpv4: true,
  defaultIpv6: true,
  hostname: true,
  fqdn: true,
  serviceManager: true,
  packageManager: true,
  timeZone: true,
  date: true,
  selinux: true,
  virtualization: true,
  user: true,
  processors: true,
  disks: true,
  dns: true,
  lsb: true,
  environment: true,
  localFacts: true,
}

/** The names of all facts that are built in. */
export const factNames = Object.keys(names) as readonly FactName[]

/** Facts that may be secrets: no run keeps them, and they are shown only where they are named. */
export const unkeptFacts: readonly FactName[] = ['environment', 'localFacts']
