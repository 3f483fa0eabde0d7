// What sshd may use by the crypto policies of RHEL 8, 9 and 10.

type Lists = {
  readonly Ciphers: string
  readonly MACs: string
  readonly KexAlgorithms: string
  /** For host keys, keys of users, and authorities; certificates of these go with them. */
  readonly signatures: string
  readonly RequiredRSASize?: number
}

const nist = 'ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521'
const rsa = 'rsa-sha2-256,rsa-sha2-512'
const ed = 'ssh-ed25519'
const ecdh = 'ecdh-sha2-nistp256,ecdh-sha2-nistp384,ecdh-sha2-nistp521'
const curve = 'curve25519-sha256,curve25519-sha256@libssh.org'
const gex = 'diffie-hellman-group-exchange-sha256'
const group = (...numbers: string[]) => numbers.map((each) => `diffie-hellman-group${each}`).join(',')
const lattice = 'mlkem768nistp256-sha256,mlkem1024nistp384-sha384'

const default9: Lists = {
  Ciphers:
    'aes256-gcm@openssh.com,chacha20-poly1305@openssh.com,aes256-ctr,aes128-gcm@openssh.com,aes128-ctr',
  MACs: 'hmac-sha2-256-etm@openssh.com,hmac-sha1-etm@openssh.com,umac-128-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha2-256,hmac-sha1,umac-128@openssh.com,hmac-sha2-512',
  KexAlgorithms: `${curve},${ecdh},${gex},${group('14-sha256', '16-sha512', '18-sha512')}`,
  signatures: `${nist},${ed},${rsa}`,
  RequiredRSASize: 2048,
}
const future9: Lists = {
  Ciphers: 'aes256-gcm@openssh.com,chacha20-poly1305@openssh.com,aes256-ctr',
  MACs: 'hmac-sha2-256-etm@openssh.com,umac-128-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha2-256,umac-128@openssh.com,hmac-sha2-512',
  KexAlgorithms: `${curve},${ecdh},${gex},${group('16-sha512', '18-sha512')}`,
  signatures: `${nist},${ed},${rsa}`,
  RequiredRSASize: 3072,
}
const fips9: Lists = {
  Ciphers: 'aes256-gcm@openssh.com,aes256-ctr,aes128-gcm@openssh.com,aes128-ctr',
  MACs: 'hmac-sha2-256-etm@openssh.com,hmac-sha1-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha2-256,hmac-sha1,hmac-sha2-512',
  KexAlgorithms: `${ecdh},${gex},${group('14-sha256', '16-sha512', '18-sha512')}`,
  signatures: `${nist},${rsa}`,
  RequiredRSASize: 2048,
}

/**
 * By their opensshserver files: RHEL 9 as of 2023, RHEL 10 as of 2026 (the key exchanges with ML-KEM come first there), RHEL 8
 * as it gives them to sshd as arguments. The FIPS of RHEL 8 has CBC, and its FUTURE neither SHA-1 nor CBC.
 */
export const cryptoPolicies: { readonly [name: string]: Lists } = {
  'RHEL 8 DEFAULT': {
    ...default9,
    Ciphers:
      'aes256-gcm@openssh.com,chacha20-poly1305@openssh.com,aes256-ctr,aes256-cbc,aes128-gcm@openssh.com,aes128-ctr,aes128-cbc',
    KexAlgorithms: `${default9.KexAlgorithms},diffie-hellman-group-exchange-sha1,${group('14-sha1')}`,
    signatures: `${nist},${ed},${rsa},ssh-rsa`,
  },
  'RHEL 8 FUTURE': future9,
  'RHEL 8 FIPS': {
    ...fips9,
    Ciphers: 'aes256-gcm@openssh.com,aes256-ctr,aes256-cbc,aes128-gcm@openssh.com,aes128-ctr,aes128-cbc',
  },
  'RHEL 9 DEFAULT': default9,
  'RHEL 9 FUTURE': future9,
  'RHEL 9 FIPS': fips9,
  'RHEL 10 DEFAULT': {
    ...default9,
    KexAlgorithms: `mlkem768x25519-sha256,${lattice},${default9.KexAlgorithms}`,
  },
  'RHEL 10 FUTURE': {
    ...future9,
    KexAlgorithms: `mlkem768x25519-sha256,${lattice},${future9.KexAlgorithms}`,
  },
  'RHEL 10 FIPS': { ...fips9, KexAlgorithms: `${lattice},${fips9.KexAlgorithms}` },
}

/** Lines of sshd_config; key exchanges that this machine's sshd does not know (`ssh -Q kex`) are left out. */
export function policyLines(policy: string, knownKex: readonly string[]): string[] {
  const { Ciphers, MACs, KexAlgorithms, signatures, RequiredRSASize } = cryptoPolicies[policy]!
  const keys = signatures.split(',').flatMap((name) => [name, `${name}-cert-v01@openssh.com`])
  return [
    `Ciphers ${Ciphers}`,
    `MACs ${MACs}`,
    `KexAlgorithms ${KexAlgorithms.split(',')
      .filter((name) => knownKex.includes(name))
      .join(',')}`,
    `HostKeyAlgorithms ${keys.join(',')}`,
    `PubkeyAcceptedAlgorithms ${keys.join(',')}`,
    `CASignatureAlgorithms ${signatures}`,
    `RequiredRSASize ${RequiredRSASize}`,
  ]
}
