// Chooses algorithms as ssh_config says: lists, and +, - and ^ before them.

import { isRefusedByFips } from '../protocol/fipsLimits.ts'
import { configError } from './configLine.ts'
import { matchesList } from './patterns.ts'
import type { SshOption } from './sshConfig.ts'

/** The names that are allowed, the preferred one first. */
export type Algorithms = {
  readonly kex: readonly string[]
  readonly cipher: readonly string[]
  readonly mac: readonly string[]
  readonly hostKey: readonly string[]
  /** With which an authority may have signed a host's certificate. */
  readonly authority: readonly string[]
  /** With which we may sign to log in. */
  readonly publicKey: readonly string[]
}

type Choice = {
  readonly keyword: string
  readonly usual: readonly string[]
  /** Weak or rare: only where ssh_config names them. */
  readonly others?: readonly string[]
}

const signatures = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
]
const certified = signatures.map((name) => `${name}-cert-v01@openssh.com`)
const securityKeys = ['sk-ssh-ed25519@openssh.com', 'sk-ecdsa-sha2-nistp256@openssh.com']
const certifiedSecurityKeys = securityKeys.map((name) => name.replace('@', '-cert-v01@'))

/** What ssh2 can do. SHA-1 signatures, CBC and MD5 are off unless ssh_config names them, as in OpenSSH. */
const choices: { readonly [use in keyof Algorithms]: Choice } = {
  kex: {
    keyword: 'KexAlgorithms',
    usual: [
      'curve25519-sha256',
      'curve25519-sha256@libssh.org',
      'ecdh-sha2-nistp256',
      'ecdh-sha2-nistp384',
      'ecdh-sha2-nistp521',
      'diffie-hellman-group-exchange-sha256',
      'diffie-hellman-group16-sha512',
      'diffie-hellman-group18-sha512',
      'diffie-hellman-group14-sha256',
    ],
    others: [
      'diffie-hellman-group-exchange-sha1',
      'diffie-hellman-group14-sha1',
      'diffie-hellman-group1-sha1',
    ],
  },
  cipher: {
    keyword: 'Ciphers',
    usual: [
      'aes128-gcm@openssh.com',
      'aes256-gcm@openssh.com',
      'aes128-ctr',
      'aes192-ctr',
      'chacha20-poly1305@openssh.com',
      'aes256-ctr',
    ],
    others: ['aes256-cbc', 'aes192-cbc', 'aes128-cbc', '3des-cbc'],
  },
  mac: {
    keyword: 'MACs',
    usual: [
      'hmac-sha2-256-etm@openssh.com',
      'hmac-sha2-512-etm@openssh.com',
      'hmac-sha1-etm@openssh.com',
      'hmac-sha2-256',
      'hmac-sha2-512',
      'hmac-sha1',
    ],
    others: ['hmac-md5', 'hmac-sha1-96', 'hmac-md5-96'],
  },
  hostKey: { keyword: 'HostKeyAlgorithms', usual: [...signatures, ...certified], others: ['ssh-rsa'] },
  authority: { keyword: 'CASignatureAlgorithms', usual: [...signatures, ...securityKeys] },
  publicKey: {
    keyword: 'PubkeyAcceptedAlgorithms',
    usual: [...certified, ...certifiedSecurityKeys, ...signatures, ...securityKeys],
  },
}

/**
 * The algorithms that ssh_config allows.
 *
 * @throws PlaybookError E_SSH_CONFIG if it allows none that can be used here
 */
export function chooseAlgorithms(option: (keyword: string) => SshOption | undefined): Algorithms {
  const chosen = (use: keyof Algorithms) => choose(choices[use], option(choices[use].keyword.toLowerCase()))
  return {
    kex: chosen('kex'),
    cipher: chosen('cipher'),
    mac: chosen('mac'),
    hostKey: chosen('hostKey'),
    authority: chosen('authority'),
    publicKey: chosen('publicKey'),
  }
}

function choose(choice: Choice, option: SshOption | undefined): readonly string[] {
  const { keyword } = choice
  // An agent may sign with what this Node.js refuses.
  const possible = (names: readonly string[]) =>
    keyword === 'PubkeyAcceptedAlgorithms' ? names : names.filter((name) => !isRefusedByFips(name))
  const usual = possible(choice.usual)
  if (option === undefined) return usual
  const all = [...usual, ...possible(choice.others ?? [])]
  const sign = /^[+^-]/.exec(option.value)?.[0]
  const names = option.value.slice(sign?.length ?? 0)
  const named = names.split(',').flatMap((name) => all.filter((each) => matchesList(name, each)))
  const rest = usual.filter((each) => !matchesList(names, each))
  const lists = { '+': [...usual, ...named], '-': rest, '^': [...named, ...rest] }
  const chosen = [...new Set(sign === undefined ? named : lists[sign as keyof typeof lists])]
  // The handshake is made with the key, which a certificate then proves.
  if (chosen.some((name) => keyword !== 'HostKeyAlgorithms' || !name.includes('-cert-'))) return chosen
  throw configError(
    `${keyword} ${option.value} allows nothing that can be used here.`,
    option.where,
    `Available: ${all.join(', ')}`,
  )
}
