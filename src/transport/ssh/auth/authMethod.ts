// Types of the methods to log in with.

import type { AnyAuthMethod, ParsedKey } from 'ssh2'
import type { ConnectionSettings } from '../../../model/host.ts'
import type { AuthMethodName, SshTarget } from '../config/target.ts'
import type { Certificate } from '../protocol/certificate.ts'
import { type Identity, toParsedKey } from './identity.ts'
import type { Keyring } from './keyring.ts'

export type AuthOptions = {
  readonly target: SshTarget
  readonly settings: ConnectionSettings
  readonly keyring: Keyring
  /** Whether the host's key differs from the known one: then no password is sent. */
  readonly hasKeyChanged: () => boolean
}

export type AuthMethod = {
  readonly method: AuthMethodName
  readonly name: string
  readonly auth: AnyAuthMethod
}

/** Methods that are looked up only when it is their turn. */
export type LazyAuthMethods = { readonly method: AuthMethodName; readonly load: () => Promise<AuthMethod[]> }

/** A key from a file, and the certificate beside it. */
export type NamedKey = {
  readonly file: string
  readonly key: ParsedKey
  readonly certificate?: Certificate
}

export function identityAuthMethod(name: string, identity: Identity, user: string): AuthMethod {
  const auth = { type: 'publickey', username: user, key: toParsedKey(identity) } as const
  return { method: 'publickey', name, auth }
}
