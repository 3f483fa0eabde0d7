// One try to log in, and what tries are made of.

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
  /** Whether the host's key is not the known one: then no password is sent. */
  readonly hasKeyChanged: () => boolean
}

export type AuthMethod = {
  readonly method: AuthMethodName
  readonly name: string
  readonly auth: AnyAuthMethod
}

/** Attempts that are known only once they are asked for. */
export type LazyAuthMethods = { readonly method: AuthMethodName; readonly load: () => Promise<AuthMethod[]> }

/** A key of a file, and the certificate beside it. */
export type NamedKey = {
  readonly file: string
  readonly key: ParsedKey
  readonly certificate?: Certificate | undefined
}

export function identityAuthMethod(name: string, identity: Identity, user: string): AuthMethod {
  const auth = { type: 'publickey', username: user, key: toParsedKey(identity) } as const
  return { method: 'publickey', name, auth }
}
