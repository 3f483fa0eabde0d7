// Public API for unit tests of playbooks and tasks.

export type { FakeAnswer, FakeAnswers, FakeFile } from './fake/description.ts'
export { type FakeHost, type FakeHostSpec, fakeHost } from './fake/fakeHost.ts'
export { type RecordHostOptions, recordHost } from './fake/recordHost.ts'
export {
  type Testable,
  type TestedChange,
  type TestedPlay,
  type TestedRun,
  type TestPlayOptions,
  testPlay,
} from './fake/testPlay.ts'
export { type Planned, planned } from './tasks/planned.ts'
