// Plans a task that edits the text of a file, without a host.

import type { z } from 'zod'
import type { Change, FileState, Probe, Step, TaskFunction } from '../../../src/index.ts'
import { fileWith, folder } from '../fileStates.ts'

type TextTask<S extends z.ZodType> = TaskFunction<
  S,
  undefined,
  { current: Probe<FileState>; folder: Probe<FileState> }
>

/** What it would change in a file with this content. */
export function textChanges<S extends z.ZodType>(
  task: TextTask<S>,
  params: z.input<S>,
  content: string | Buffer,
): readonly Change[] {
  const observed = { current: fileWith(content), folder }
  return task.spec.plan(task(params).params as z.output<S>, observed, undefined)
}

/** The bytes that changes write, or undefined where they write nothing. */
export function writtenBytes(changes: readonly Change[]): Buffer | undefined {
  const [step] = changes.flatMap(({ steps }) => steps) as readonly (Step & { kind: 'write' })[]
  return step?.content as Buffer | undefined
}
