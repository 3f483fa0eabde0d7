// The parameters of the task user.

import type { Secret } from '../../src/index.ts'

export type UserParams = {
  name: string
  uid?: number
  group?: string
  groups?: string[]
  append: boolean
  shell?: string
  home?: string
  createHome?: boolean
  system: boolean
  comment?: string
  password?: Secret
  updatePassword: 'always' | 'onCreate'
  state: 'present' | 'absent'
  remove: boolean
  force: boolean
  nonUnique: boolean
  moveHome: boolean
  umask?: string
  skeleton?: string
  expires?: string | number
  passwordLock?: boolean
  passwordExpireMin?: number
  passwordExpireMax?: number
  passwordExpireWarn?: number
  passwordExpireAccountDisable?: number
  generateSshKey: boolean
  sshKeyType: 'rsa' | 'ed25519' | 'ecdsa'
  sshKeyBits?: number
  sshKeyFile?: string
  sshKeyComment?: string
  sshKeyPassphrase?: Secret
}

/** Whether it takes the entry in shadow to compare the account. */
export function readsShadow(params: UserParams): boolean {
  const { expires, passwordLock, passwordExpireMin: min, passwordExpireMax: max } = params
  const { passwordExpireWarn: warn, passwordExpireAccountDisable: inactive } = params
  return [expires, passwordLock, min, max, warn, inactive].some((each) => each !== undefined)
}

/** The private key, below the home directory unless it is absolute. */
export function sshKeyPath({ sshKeyFile, sshKeyType }: UserParams): string {
  return sshKeyFile ?? `.ssh/id_${sshKeyType}`
}

export function requestedGroups({ group, groups = [] }: UserParams): string[] {
  return [...new Set([...(group === undefined ? [] : [group]), ...groups])]
}
