// Derives subnet, bridge and machine names from the number of a lab.

/** The instance whose addresses are fixed, so that a committed inventory can name them. */
export const defaultName = 'demo'

/** Which hosts a lab has: those of the runbook, with dnf; one with dnf 5; or plain Debian, and busybox alone. */
export type FlavourName = 'dnf' | 'dnf5' | 'apt'

/** `system`: its init, where that is not systemd. */
type HostRow = { readonly name: string; readonly lastByte: number; readonly system?: 'busybox' }

/** The hosts of each flavour and the last byte of their addresses. */
const hostRows: { readonly [flavour in FlavourName]: readonly HostRow[] } = {
  dnf: [
    { name: 'was-01', lastByte: 11 },
    { name: 'was-02', lastByte: 12 },
    { name: 'web-01', lastByte: 21 },
    { name: 'web-02', lastByte: 22 },
  ],
  dnf5: [{ name: 'dnf-01', lastByte: 51, system: 'busybox' }],
  apt: [
    { name: 'deb-01', lastByte: 31 },
    { name: 'deb-02', lastByte: 32 },
    { name: 'box-01', lastByte: 41, system: 'busybox' },
  ],
}

/** The port of the lab's HTTP server on the bridge. */
export const mirrorPort = 8098

export type Address = {
  readonly name: string
  readonly address: string
  /** Where sshd listens; 22 if not given. */
  readonly port?: number
  readonly system?: 'busybox' | undefined
}

/** What follows from an instance's number and flavour: `demo` has 0, the others a free one of 1 to 254. */
export type Topology = {
  readonly flavour: FlavourName
  readonly number: number
  readonly subnet: string
  readonly bridge: string
  readonly bridgeAddress: string
  readonly hosts: readonly Address[]
}

/** The topology of number N: subnet 10.98.N.0/24, the bridge on .1. @example topology(0).bridgeAddress // '10.98.0.1' */
export function topology(number: number, flavour: FlavourName = 'dnf'): Topology {
  const address = (lastByte: number) => `10.98.${number}.${lastByte}`
  return {
    flavour,
    number,
    subnet: `${address(0)}/24`,
    bridge: `rplab${number}`,
    bridgeAddress: address(1),
    hosts: hostRows[flavour].map(({ lastByte, ...host }) => ({ ...host, address: address(lastByte) })),
  }
}

/** nspawn's name of a host: short, because its interface `vb-NAME` may have 15 characters. */
export const machineName = (number: number, host: string) => `n${number}-${host}`

/** Numbers an instance may take, the preferred one first: its last one, then those no other instance remembers. */
export function numbersFor(
  name: string,
  records: ReadonlyMap<string, { readonly number: number }>,
): number[] {
  if (name === defaultName) return [0]
  const own = records.get(name)?.number
  const others = new Set([...records].flatMap(([other, { number }]) => (other === name ? [] : [number])))
  const rank = (number: number) => (number === own ? 0 : others.has(number) ? 2 : 1)
  return Array.from({ length: 254 }, (_, index) => index + 1).sort((a, b) => rank(a) - rank(b))
}
