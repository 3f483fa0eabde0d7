// Public API for authors of playbooks, roles and tasks. Loads no SSH.

export { z } from 'zod'
export * from './formats/deprecated.ts'
export { fetchText } from './http/fetchText.ts'
export type { BecomeMethod } from './model/become.ts'
export { block } from './model/blocks/block.ts'
export { type LookOptions, look } from './model/blocks/look.ts'
export { prompt } from './model/blocks/prompt.ts'
export { type Change, type Effect, effectsOfWrites, type TaskMessage, type TextDiff } from './model/change.ts'
export { withTimeLimit } from './model/concurrency/timeLimit.ts'
export { defineConfig, type RunPlaybookConfig } from './model/config.ts'
export { PlaybookError, UnreachableError } from './model/errors/error.ts'
export type {
  AddressFacts,
  DateFacts,
  DiskFacts,
  DnsFacts,
  FactName,
  HostFacts,
  InterfaceFacts,
  LsbFacts,
  MemoryFacts,
  MountFacts,
  OsFacts,
  ProcessorFacts,
  RouteFacts,
  SelinuxFacts,
  UserFacts,
  VirtualizationFacts,
} from './model/facts.ts'
export {
  attributeChanges,
  contentBytes,
  contentOf,
  type DesiredAttributes,
  /** @deprecated Use DesiredAttributes. */
  type DesiredAttributes as WantedAttributes,
  type DesiredFile,
  /** @deprecated Use DesiredFile. */
  type DesiredFile as WantedFile,
  fileChanges,
  modeFor,
  replacedContent,
  writtenFile,
} from './model/fileChange.ts'
export {
  type DigestAlgorithm,
  type FileState,
  foldersAbove,
  formatMode,
  ownerSpec,
  type RegularFile,
} from './model/fileState.ts'
export { flushHandlers } from './model/flushHandlers.ts'
export type { BecomeSettings, ConnectionSettings, OtherHost, PlayHost } from './model/host.ts'
export {
  defineInventory,
  type InventoryDefinition,
  type InventoryGroupTree,
  type InventoryModule,
  type InventoryTree,
  type InventoryVars,
} from './model/inventoryModule.ts'
export type { NeedCheck, Needs, Provides, SomeNeeds, Tool, VersionedTool } from './model/needs/needs.ts'
export { missingTool } from './model/needs/tools.ts'
export {
  absolutePath,
  account,
  anyFileMode,
  checksum,
  fileAttributes,
  fileMode,
  filePath,
} from './model/params.ts'
export {
  type BatchSize,
  definePlay,
  type Play,
  type PlayOrder,
  type PlaySpec,
  type Serial,
} from './model/play.ts'
export {
  type CommandProbe,
  file,
  fileAs,
  lastLines,
  lines,
  type Observed,
  type Output,
  output,
  type Probe,
  splitLines,
  stdout,
  succeeded,
  succeeds,
} from './model/probe.ts'
export {
  defineRole,
  type Role,
  type RoleHandlers,
  type RoleHost,
  type RoleSpec,
  type UsedRole,
} from './model/roles/role.ts'
export {
  type CustomReporter,
  defineReporter,
  type ReporterDefinition,
  type ReporterSpec,
} from './model/run/customReporter.ts'
export type { StreamEvent } from './model/run/streamEvent.ts'
export { appliedMode, type FileMode, symbolicMode } from './model/schema/symbolicMode.ts'
export { maskRevealed } from './model/secrets/masker.ts'
export { revealed, Secret, secret, secretsIn } from './model/secrets/secret.ts'
export { secretText } from './model/secrets/secretText.ts'
export type { Retry } from './model/sharedOptions.ts'
export { type Command, quote, sh, shellText } from './model/shell/command.ts'
export {
  type Artifact,
  type Checksum,
  call,
  type MadeChange,
  type ReconnectOptions,
  type Rehearsal,
  run,
  type Step,
  type StepConnection,
  start,
  type UploadSource,
  upload,
  write,
} from './model/step.ts'
export {
  type Block,
  type BlockOptions,
  defineTask,
  type Handler,
  type RoleHandler,
  type RoleItem,
  type RoleOptions,
  type RoleUse,
  type Task,
  type TaskFunction,
  type TaskList,
  type TaskOptions,
  type TaskSpec,
  type TemplateVariables,
} from './model/task.ts'
export { text } from './model/text.ts'
export { renderTemplate, type TemplateOptions } from './templates/renderTemplate.ts'
