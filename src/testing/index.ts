// Public API for unit tests of playbooks and tasks.

export { type Planned, planned } from './planned.ts'
