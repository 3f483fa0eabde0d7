// The task command: runs a program; also what it shares with the task shell.

import {
  absolutePath,
  type Change,
  type Command,
  defineTask,
  type Effect,
  type FileState,
  file,
  lastLines,
  maskRevealed,
  type Output,
  PlaybookError,
  type Probe,
  quote,
  revealed,
  run,
  Secret,
  type Step,
  sh,
  z,
} from '../../src/index.ts'
import { missingFolder } from '../params/paths.ts'

/** The parameters that say when a command is run, and how. */
export const commandParams = {
  creates: absolutePath.optional().describe('Path that it makes: if it exists, the command is not run.'),
  removes: absolutePath
    .optional()
    .describe('Path that it removes: if it does not exist, the command is not run.'),
  writes: z
    .array(absolutePath)
    .optional()
    .describe('Paths that it may change, with everything below them, for dry runs; [] for none.'),
  chdir: absolutePath.optional().describe('Folder to run it in; default: /.'),
  stdin: z
    .union([z.string(), z.instanceof(Secret)])
    .optional()
    .describe('Standard input. Secrets belong here, or into the environment of the task.'),
  okCodes: z.array(z.int().min(0).max(255)).min(1).default([0]).describe('Exit codes that mean success.'),
}

type CommandParams = {
  readonly creates?: string
  readonly removes?: string
  readonly writes?: readonly string[]
  readonly chdir?: string
  readonly stdin?: string | Secret
  readonly okCodes: readonly number[]
}

/**
 * Runs a program with its arguments, without a shell: nothing in them is expanded.
 *
 * - `argv`: the program and its arguments. They can be seen in the host's process list: secrets go on `stdin`.
 * - `creates`, `removes`: the command is not run if the one exists or the other does not; without them it runs every
 *   time, and counts as a change every time. It is an error if the command succeeds without making `creates`.
 * - `writes`: paths that it may change, with everything below them; `[]` for none. It is for dry runs: without it,
 *   `creates` and `removes`, the command may change any file, so what later tasks read is unknown.
 * - `chdir`: the folder to run in. `stdin`: text for its standard input; default: none.
 * - `okCodes`: exit codes that mean success; default [0].
 *
 * Environment, account and timeout are options of every task: `{ environment, become, timeout }`.
 *
 * @throws PlaybookError E_NO_FOLDER, E_NOT_CREATED, and the engine's error for another exit code
 * @example command({ argv: ['make', '-j2'], chdir: '/root/src/httpd-2.4.68', creates: '/root/src/httpd-2.4.68/httpd' })
 */
export const command = defineTask({
  name: 'command',
  summary: 'Runs a program with its arguments, unless what it makes exists already.',
  params: z.strictObject({
    argv: z.array(z.string()).min(1).describe('The program and its arguments.'),
    ...commandParams,
  }),
  title: ({ argv }) => shortened(writtenCommand(argv)),
  probe: guards,
  plan: (params, observed) =>
    commandChanges(sh`${params.argv}`, shortened(writtenCommand(params.argv)), params, observed),
  effects: commandEffects,
  verify: false,
})

type Guards = { readonly created: FileState; readonly removed: FileState; readonly folder: FileState }

/** What is at the paths of `creates`, `removes` and `chdir`; `/`, which is not used, for those not given. */
export function guards({ creates, removes, chdir }: CommandParams): {
  readonly [name in keyof Guards]: Probe<FileState>
} {
  return {
    created: file(creates ?? '/', { follow: false }),
    removed: file(removes ?? '/', { follow: false }),
    folder: file(chdir ?? '/'),
  }
}

/** The words as they would be written in a shell: quoted where they have to be. */
function writtenCommand(argv: readonly string[]): string {
  return argv.map(quote).join(' ')
}

/** The one change of a command that has to run. */
export function commandChanges(
  commandLine: Command,
  what: string,
  params: CommandParams,
  observed: Guards,
): readonly Change[] {
  const { creates, removes, chdir } = params
  if (creates !== undefined && observed.created.type !== 'absent') return []
  if (removes !== undefined && observed.removed.type === 'absent') return []
  if (chdir !== undefined && observed.folder.type === 'absent') throw missingFolder(chdir)
  const steps = [
    runStep(commandLine, what, params),
    ...(creates === undefined ? [] : [checkCreated(creates, what)]),
  ]
  const from =
    creates !== undefined ? `${creates} absent` : removes !== undefined ? `${removes} present` : 'not run'
  return [{ what, from, to: 'run', steps, effects: commandEffects(params) }]
}

/** A command that does not say what it changes may change any file. */
export function commandEffects({ creates, removes, writes }: CommandParams): readonly Effect[] {
  const declared = [creates, removes, ...(writes ?? [])].filter((path) => path !== undefined)
  const trees = writes === undefined && declared.length === 0 ? ['/'] : declared
  return [...trees.map((tree) => ({ tree })), { state: 'listening' }]
}

/** At most 60 characters of one line, for titles. */
export function shortened(line: string): string {
  const first = line.trim().split('\n')[0]!
  return first.length > 60 || first !== line.trim() ? `${maskRevealed(first).slice(0, 59)}…` : first
}

function runStep(commandLine: Command, what: string, { chdir, stdin, okCodes }: CommandParams): Step {
  return run(sh`cd ${chdir ?? '/'} || exit; ${commandLine}`, {
    ...(stdin === undefined ? {} : { stdin: stdin instanceof Secret ? stdin : revealed(stdin) }),
    okCodes,
    explain: (result) =>
      new PlaybookError('E_STEP', `Exit code ${result.code}: ${what}`, { details: lastLines(result) }),
  })
}

function checkCreated(creates: string, what: string): Step {
  return run(sh`[ -e ${creates} ] || [ -L ${creates} ]`, {
    explain: (_: Output) =>
      new PlaybookError('E_NOT_CREATED', `"${what}" succeeded, but ${creates} does not exist.`, {
        hint: 'creates must name what the command makes.',
      }),
  })
}
