// What tests of playbooks and tasks use, here and in other repositories.

export { type Planned, planned } from './planned.ts'
