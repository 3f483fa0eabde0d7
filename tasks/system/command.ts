// The task command: runs a program; also what it shares with the task shell.

import { posix } from 'node:path'
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
  type Needs,
  type Output,
  PlaybookError,
  type Probe,
  revealed,
  run,
  Secret,
  type Step,
  sh,
  z,
} from '../../src/index.ts'
import { missingFolder } from '../params/paths.ts'
import { foldedCommand, shortCommand } from './commandText.ts'

/** The parameters that say when a command is run, how, and what its output means. */
const commandParams = {
  creates: absolutePath.optional().describe('Path that it makes: if it exists, the command is not run.'),
  removes: absolutePath
    .optional()
    .describe('Path that it removes: if it does not exist, the command is not run.'),
  writes: z
    .array(absolutePath)
    .optional()
    .describe('Paths that it may change, with everything below them, for dry runs; [] for none.'),
  changed: outputFunction<boolean>('expected false, or in a playbook a function of the output')
    .or(z.literal(false, { error: 'expected false, or in a playbook a function of the output' }))
    .meta({ title: 'false | (output) => boolean' })
    .optional()
    .describe('Whether it changes something, by its output; false: it never does.'),
  failed: outputFunction<boolean | string>('expected a function of the output, which takes a playbook')
    .meta({ title: '(output) => boolean | string' })
    .optional()
    .describe('Whether it failed, by its output, instead of by okCodes; a text is the reason.'),
  checkMode: z
    .enum(['skip', 'run'])
    .default('skip')
    .describe('run: it is run in dry runs too, for it may act there, and its result is known.'),
  reads: z
    .array(z.string().min(1))
    .optional()
    .describe(
      "With checkMode 'run': paths and states that its result depends on; after a planned change to one of them a dry run does not run it.",
    ),
  chdir: absolutePath.optional().describe('Folder to run it in; default: /.'),
  stdin: z
    .union([z.string(), z.instanceof(Secret)])
    .optional()
    .describe('Standard input. Secrets belong here, or into the environment of the task.'),
  okCodes: z.array(z.int().min(0).max(255)).min(1).default([0]).describe('Exit codes that mean success.'),
}

/** The schema of a command's own parameters, with those that all commands share. */
export function commandSchema<S extends z.ZodRawShape>(own: S) {
  return z.strictObject({ ...own, ...commandParams }).refine(isReadsUseful, {
    path: ['reads'],
    error: "expected only with checkMode: 'run'",
  })
}

function isReadsUseful(params: object): boolean {
  const { checkMode, reads } = params as { readonly checkMode?: string; readonly reads?: unknown }
  return reads === undefined || checkMode === 'run'
}

/** What a command printed, without the line ends at the end of each text, and its exit code. */
type CommandOutput = { readonly stdout: string; readonly stderr: string; readonly code: number }

function outputFunction<T>(error: string) {
  return z.custom<(output: CommandOutput) => T>((value) => typeof value === 'function', { error })
}

type CommandParams = {
  readonly creates?: string
  readonly removes?: string
  readonly writes?: readonly string[]
  readonly changed?: false | ((output: CommandOutput) => boolean)
  readonly failed?: (output: CommandOutput) => boolean | string
  readonly checkMode: 'skip' | 'run'
  readonly reads?: readonly string[]
  readonly chdir?: string
  readonly stdin?: string | Secret
  readonly okCodes: readonly number[]
}

/** The program, unless it is named by a path: an earlier task may bring that. */
export function commandNeeds(program: string, creates: string | undefined): Needs {
  return {
    ...(creates === undefined ? {} : { where: sh`[ ! -e ${creates} ]` }),
    tools: /^[\w.+-]+$/.test(program) ? [program] : [],
  }
}

/**
 * Runs a program with its arguments, without a shell: nothing in them is expanded.
 *
 * - `argv`: the program and its arguments. They can be seen in the host's process list: secrets go on `stdin`.
 * - `creates`, `removes`: the command is not run if the one exists or the other does not; without them it runs every
 *   time, and counts as a change every time. It is an error if the command succeeds without making `creates`.
 * - `writes`: paths that it may change, with everything below them; `[]` for none. It is for dry runs: without it,
 *   `creates` and `removes`, the command may change any file, so what later tasks read is unknown; with `creates` alone
 *   it may also add files to the folder of that.
 * - `chdir`: the folder to run in. `stdin`: text for its standard input; default: none.
 * - `okCodes`: exit codes that mean success; default [0].
 * - `changed`: whether it changes something. `false`: never, so that `nginx -t` is reported as ok and notifies no
 *   handler. A function decides by the output: `({ stdout }) => stdout.includes('updated')`. Default: it always does.
 * - `failed`: a function that decides by the output whether it failed; a text is the reason. It replaces the check of the
 *   exit code.
 * - `checkMode`: `'run'` runs it in dry runs too, where its result is then known; default `'skip'`. With it, `reads` names
 *   the paths and states (`units/nginx.service`) that the result depends on: after a planned change to one of them a dry
 *   run does not run it, and the result is unknown. Without `reads`, any planned change does that.
 *
 * These functions get `{ stdout, stderr, code }`: the texts without the line ends at their end, and the exit code.
 *
 * Environment, account and timeout are options of every task: `{ environment, become, timeout }`.
 *
 * @throws PlaybookError E_NO_FOLDER, E_NOT_CREATED, E_FUNCTION, and E_STEP for another exit code
 * @example command({ argv: ['make', '-j2'], chdir: '/root/src/httpd-2.4.68', creates: '/root/src/httpd-2.4.68/httpd' })
 * @example command({ argv: ['nginx', '-t'], changed: false, checkMode: 'run', reads: ['/etc/nginx'] })
 * @example command({ argv: ['pam-auth-update', '--package'], changed: ({ stdout }) => stdout !== '' })
 */
export const command = defineTask({
  name: 'command',
  summary: 'Runs a program with its arguments, unless what it makes exists already.',
  ansible: { modules: ['command'], params: { cmd: 'argv' } },
  params: commandSchema({
    argv: z.array(z.string()).min(1).describe('The program and its arguments.'),
  }),
  title: ({ argv }) => shortCommand(argv),
  needs: ({ argv, creates }) => commandNeeds(argv[0]!, creates),
  probe: guards,
  plan: (params, observed) => {
    const { argv } = params
    const texts = { short: shortCommand(argv), folded: foldedCommand(argv) }
    return commandChanges(sh`${argv}`, texts, params, observed)
  },
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

/** How a command is shown: in its title and changes, and whole, on lines that can be typed back. */
type CommandTexts = { readonly short: string; readonly folded: readonly string[] }

/** The one change of a command that has to run. */
export function commandChanges(
  commandLine: Command,
  texts: CommandTexts,
  params: CommandParams,
  observed: Guards,
): readonly Change[] {
  const { creates, removes, chdir } = params
  if (creates !== undefined && observed.created.type !== 'absent') return []
  if (removes !== undefined && observed.removed.type === 'absent') return []
  if (chdir !== undefined && observed.folder.type === 'absent') throw missingFolder(chdir)
  const steps = [
    runStep(commandLine, texts, params),
    ...(creates === undefined ? [] : [checkCreated(creates, texts.short)]),
  ]
  const from =
    creates !== undefined ? `${creates} absent` : removes !== undefined ? `${removes} present` : 'not run'
  const { short: what, folded } = texts
  const whole = isWhole(texts) ? {} : { whole: folded.join('\n') }
  return [{ what, ...whole, from, to: 'run', steps, effects: commandEffects(params) }]
}

/** Whether the short text says it all. */
function isWhole({ short, folded }: CommandTexts): boolean {
  return folded.length === 0 || (folded.length === 1 && folded[0] === short)
}

/**
 * A command that does not say what it changes may change any file; one that changes nothing, none. What makes a file often
 * makes others beside it, or the folder itself.
 */
export function commandEffects({ creates, removes, writes, changed }: CommandParams): readonly Effect[] {
  const declared = [creates, removes, ...(writes ?? [])].filter((path) => path !== undefined)
  const trees = writes === undefined && declared.length === 0 && changed !== false ? ['/'] : declared
  const saysAll = creates === undefined || writes !== undefined || changed === false
  const beside = saysAll ? '/' : posix.dirname(creates)
  return [
    ...trees.map((tree) => ({ tree })),
    ...(beside === '/' ? [] : [{ tree: beside, only: 'additions' as const }]),
    ...(changed === false ? [] : [{ state: 'listening' }]),
  ]
}

function runStep(commandLine: Command, texts: CommandTexts, params: CommandParams): Step {
  const { chdir, stdin, okCodes, changed, failed, checkMode, reads } = params
  const { short, folded } = texts
  const details = (result: Output) => [...(isWhole(texts) ? [] : folded), ...lastLines(result)]
  const error = (message: string, result: Output) =>
    new PlaybookError('E_STEP', message, { details: details(result) })
  return run(sh`cd ${chdir ?? '/'} || exit; ${commandLine}`, {
    ...(stdin === undefined ? {} : { stdin: stdin instanceof Secret ? stdin : revealed(stdin) }),
    ...(changed ? { changed: (result) => truth('changed', changed(textOf(result))) } : {}),
    ...(changed === false ? { changed } : {}),
    ...(failed ? { failed: (result) => failure(failed(textOf(result)), result) } : {}),
    ...(checkMode === 'run' ? { runsInCheckMode: reads ? { reads } : true } : {}),
    okCodes,
    explain: (result) => error(`Exit code ${result.code}: ${short}`, result),
  })

  function failure(answer: unknown, result: Output): PlaybookError | undefined {
    if (typeof answer === 'string' && answer !== '') return error(answer, result)
    const message = `Its output means that it failed (exit code ${result.code}): ${short}`
    return truth('failed', answer) ? error(message, result) : undefined
  }
}

/** What a function gets: texts without the line ends at their end. */
function textOf({ stdout, stderr, code }: Output): CommandOutput {
  const trimmed = (bytes: Buffer) => bytes.toString('utf8').replace(/[\r\n]+$/, '')
  return { stdout: trimmed(stdout), stderr: trimmed(stderr), code }
}

/** @throws PlaybookError E_FUNCTION for any other answer of a function, such as that of an async one */
function truth(name: string, answer: unknown): boolean {
  if (typeof answer === 'boolean') return answer
  const got = answer instanceof Promise ? 'a promise' : (JSON.stringify(answer) ?? String(answer))
  throw new PlaybookError('E_FUNCTION', `The function ${name} returned ${maskRevealed(got).slice(0, 80)}.`, {
    hint: `It has to return true or false${name === 'failed' ? ', or the reason as a text' : ''}, and must not be async.`,
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
