// Public API for running playbooks from code.

export { AggregatePlaybookError, PlaybookError } from '../model/errors/error.ts'
export type { InventoryHost } from '../model/host.ts'
export type { ExtraVars, InventoryTree } from '../model/inventoryModule.ts'
export type { PendingTask } from '../model/run/pendingTask.ts'
export type { Question } from '../model/run/question.ts'
export type { StreamEvent } from '../model/run/streamEvent.ts'
export { loadInventory } from './inventory.ts'
export type {
  InventorySource,
  LoadInventoryOptions,
  RunInventory,
  RunPlaybookOptions,
} from './options.ts'
export type { HostResult, RunResult, TaskOutcome } from './result.ts'
export { type PlaybookRun, runPlaybook } from './runPlaybook.ts'
