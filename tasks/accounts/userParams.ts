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
}

export function requestedGroups({ group, groups = [] }: UserParams): string[] {
  return [...(group === undefined ? [] : [group]), ...groups]
}
