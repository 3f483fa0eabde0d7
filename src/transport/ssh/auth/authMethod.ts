// One try to log in, and what tries are made of.

import type { AnyAuthMethod, ParsedKey } from 'ssh2'
import type { ConnectionSettings } from '../../../model/host.ts'
import type { AuthMethod, SshTarget } from '../config/target.ts'
import type { Certificate } from '../protocol/certificate.ts'
import { asKey, type Identity } from './identity.ts'
import type { Keyring } from './keyring.ts'

export type AuthenticationOptions = {
  readonly target: SshTarget
  readonly settings: ConnectionSettings
  readonly keyring: Keyring
  /** Whether the host's key is not the known one: then no password is sent. */
  readonly isDoubtful: () => boolean
}

export type Attempt = { readonly method: AuthMethod; readonly name: string; readonly auth: AnyAuthMethod }

/** Attempts that are known only once they are asked for. */
export type Attempts = { readonly method: AuthMethod; readonly open: () => Promise<Attempt[]> }

/** A key of a file, and the certificate beside it. */
export type NamedKey = {
  readonly file: string
  readonly key: ParsedKey
  readonly certificate?: Certificate | undefined
}

export function identityAttempt(name: string, identity: Identity, user: string): Attempt {
  const auth = { type: 'publickey', username: user, key: asKey(identity) } as const
  return { method: 'publickey', name, auth }
}
