// Selects the transport for a host, and loads ssh only where it is used.

import type { ConnectionSettings, ContainerKind } from '../model/host.ts'
import type { Transport } from './program/transport.ts'

export type TransportResolver = (settings: ConnectionSettings) => Promise<Transport>

/**
 * Gives each host the transport of its kind. Hosts reached through the same resolver share what a process should share:
 * the limit on simultaneous handshakes, parsed keys, and connections to jump hosts.
 *
 * @example const connection = await (await createTransportResolver()(settings)).connect(settings, {})
 */
export function createTransportResolver(): TransportResolver {
  const cache = new Map<ConnectionSettings['kind'], Promise<Transport>>()
  return ({ kind }) => {
    const transport = cache.get(kind) ?? factories[kind]()
    cache.set(kind, transport)
    return transport
  }
}

const factories: { readonly [kind in ConnectionSettings['kind']]: () => Promise<Transport> } = {
  ssh: async () => (await import('./ssh/sshTransport.ts')).createSshTransport(),
  local: async () => (await import('./local.ts')).localTransport,
  docker: () => container('docker'),
  podman: () => container('podman'),
  machinectl: () => container('machinectl'),
}

async function container(kind: ContainerKind): Promise<Transport> {
  return (await import('./container.ts')).containerTransport(kind)
}
