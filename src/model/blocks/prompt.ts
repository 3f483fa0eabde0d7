// A question in the middle of a play: asked once for all hosts, and its answer gives tasks.

import { z } from 'zod'
import { effectsOfWrites } from '../change.ts'
import { created } from '../errors/createdItems.ts'
import { PlaybookError } from '../errors/error.ts'
import { callSite } from '../errors/location.ts'
import { issueText } from '../schema/issueText.ts'
import type { Secret } from '../secrets/secret.ts'
import { defineTask, type Task, type TaskList } from '../task.ts'
import type { PromptQuestion } from './answer.ts'
import { type LookOptions, type LookParams, lookParams } from './look.ts'

const { spec } = defineTask({
  name: 'prompt',
  summary: 'Asks once for all hosts of a play, and gives the tasks that follow from the answer.',
  params: lookParams,
  probe: () => ({}),
  plan: () => [],
  effects: ({ writes }) => effectsOfWrites(writes),
})

const fields = {
  name: z.string().regex(/^[A-Za-z_]\w*$/, 'expected a name of letters, digits and _, as of a variable'),
  message: z.string().min(1).optional(),
  default: z.unknown().optional(),
  secret: z.boolean().optional(),
  confirm: z.boolean().optional(),
  choices: z.array(z.string().min(1)).min(1).optional(),
  pattern: z.instanceof(RegExp).optional(),
  schema: z.custom((value) => typeof (value as z.ZodType | null)?.safeParse === 'function').optional(),
}
const questionSchema = z.strictObject(fields)

/**
 * Asks a question when all hosts have come to it, once for the play, and gives the tasks that follow from the answer.
 *
 * - `question`: `name`, `message`, `default`, `secret`, `confirm`, and what answers are right: `choices`, `pattern` or a
 *   zod `schema`, which also gives the answer its type.
 * - `tasks`: gets the answer, and returns a list of tasks. It has to be pure: it may be called more than once.
 * - `options`: as for a block, for the tasks that it gives; `when` decides whether a host needs the answer.
 *
 * `-e NAME=value` answers it without a question, and so do `extraVars` and `ask` of `runPlaybook`. Where nobody can be
 * asked (no terminal, or CI), `default` holds. A dry run asks too. A run that is resumed after the question asks again.
 *
 * @throws PlaybookError E_PROMPT where the question is not one; in the run, E_ANSWER for an answer of -e or code that is
 *   not right, E_UNANSWERED where there is none. Both show before any host is contacted, unless a look gives the prompt.
 * @example prompt({ name: 'version', message: 'Which version?', pattern: /^\d+\.\d+$/ }, (version) => deploy(version))
 * @example prompt({ name: 'env', choices: ['staging', 'production'], default: 'staging' }, (env) => [ … ])
 * @example prompt({ name: 'password', secret: true, confirm: true }, (password) => user({ name: 'app', password }))
 * @example prompt({ name: 'wipe', message: 'Wipe the disks?', schema: z.boolean() }, (wipe) => wipe && command({ … }))
 */
export function prompt<const C extends string>(
  question: PromptQuestion & { readonly choices: readonly C[]; readonly default?: NoInfer<C> },
  tasks: (answer: C) => TaskList | TaskList[number],
  options?: LookOptions,
): Task
export function prompt<S extends z.ZodType>(
  question: PromptQuestion & { readonly schema: S; readonly default?: z.input<S> },
  tasks: (answer: z.output<S>) => TaskList | TaskList[number],
  options?: LookOptions,
): Task
export function prompt(
  question: PromptQuestion & { readonly secret: true; readonly default?: string | Secret },
  tasks: (answer: Secret) => TaskList | TaskList[number],
  options?: LookOptions,
): Task
export function prompt(
  question: PromptQuestion & { readonly default?: string },
  tasks: (answer: string) => TaskList | TaskList[number],
  options?: LookOptions,
): Task
export function prompt(
  question: PromptQuestion,
  tasks: (answer: never) => TaskList | TaskList[number],
  { writes, ...options }: LookOptions = {},
): Task {
  const where = callSite(prompt)
  requireUsable(question, tasks, where)
  const give = tasks as (answer: unknown) => TaskList | TaskList[number]
  const params: LookParams = {
    probes: {},
    question,
    tasks: ({ answer }) => {
      const given = give(answer)
      return Array.isArray(given) ? (given as TaskList) : [given as TaskList[number]]
    },
    writes,
  }
  const title = options.title ?? `prompt ${question.name}`
  return created({ kind: 'task', name: 'prompt', title, spec, params, options, where }, prompt)
}

/** What a prompt asks; undefined for other tasks. */
export function questionOf(task: Pick<Task, 'spec' | 'params'>): PromptQuestion | undefined {
  return task.spec === spec ? (task.params as LookParams).question : undefined
}

function requireUsable(question: unknown, tasks: unknown, where: ReturnType<typeof callSite>): void {
  const { error } = questionSchema.safeParse(question)
  const problems = error
    ? error.issues.map((issue) => `${issue.path.join('.') || 'question'}: ${issueText(issue, question)}`)
    : otherProblems(question as PromptQuestion)
  if (problems.length === 0 && typeof tasks === 'function') return
  const problem = problems[0] ?? `expected a function that returns tasks, got ${typeof tasks}`
  throw new PlaybookError('E_PROMPT', `prompt: ${problem}`, {
    where: where(),
    hint: "prompt({ name: 'version', message: 'Which version?' }, (version) => [ … ])",
  })
}

function otherProblems({ secret, choices, pattern, schema }: PromptQuestion): string[] {
  const checks = Object.entries({ choices, pattern, schema }).filter(([, value]) => value !== undefined)
  const names = checks.map(([name]) => name).join(' and ')
  if (checks.length > 1) return [`expected one of choices, pattern and schema, got ${names}`]
  return secret && checks.length > 0 && !pattern ? [`a secret has no ${names}; a pattern can check it`] : []
}
