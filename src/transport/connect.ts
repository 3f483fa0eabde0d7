// Chooses the transport of a host: the only switch on the kind, and what loads ssh only where ssh is used.

import type { ConnectionSettings } from '../model/host.ts'
import type { Transport } from './transport.ts'

export type TransportResolver = (settings: ConnectionSettings) => Promise<Transport>

/**
 * A chooser of transports. Hosts reached through the same chooser share what a process should share: the limit on
 * simultaneous handshakes, parsed keys and connections to jump hosts.
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
  ssh: async () => (await import('./ssh/sshTransport.ts')).sshTransport(),
  local: async () => (await import('./local.ts')).localTransport,
}

/**
 * The transport for a host's settings, one for the whole process.
 *
 * @example const connection = await (await transportFor(settings)).connect(settings, {})
 */
export const transportFor: TransportResolver = createTransportResolver()
