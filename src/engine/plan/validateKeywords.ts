// Validates the keywords of plays, blocks and tasks.

import { z } from 'zod'
import { becomeMethods } from '../../model/become.ts'
import { PlaybookError } from '../../model/errors/error.ts'
import type { SourceLocation } from '../../model/errors/location.ts'
import { didYouMean } from '../../model/errors/suggest.ts'
import type { PlaySpec } from '../../model/play.ts'
import { issueText } from '../../model/schema/issueText.ts'
import { Secret } from '../../model/secrets/secret.ts'
import { isVariableName } from '../../model/shell/command.ts'
import type { BlockOptions, RoleOptions, TaskOptions } from '../../model/task.ts'

/** A keyword that is added to the types does not compile until it has a schema here. */
type Schemas<T> = { readonly [K in keyof Required<T>]: z.ZodType }

/** An error for each keyword that is unknown or has an invalid value. */
export function validateKeywords(
  kind: keyof typeof keywords,
  name: string,
  options: object,
  where: () => SourceLocation | undefined,
): PlaybookError[] {
  const known: { readonly [key: string]: z.ZodType } = keywords[kind]
  return Object.entries(options).flatMap(([key, value]) => {
    const schema = known[key]
    if (!schema) return [unknownKeyword(kind, name, key, where())]
    if (value === undefined) return []
    const result = schema.safeParse(value)
    if (!result.success) return [invalidValue(name, key, value, result.error, where())]
    return key === 'environment' ? invalidNames(name, value, where()) : []
  })
}

const any = z.unknown()
const flag = z.boolean({ error: 'expected true or false' })
const words = z.array(z.string(), { error: 'expected a list of strings' })
const seconds = z.number({ error: 'expected seconds' }).positive('expected more than 0 seconds')
const atLeastOne = z.int({ error: 'expected a whole number' }).min(1, 'expected at least 1')
const handler = z.custom(
  (value) => ['task', 'roleHandler'].includes(kindOf(value)),
  'expected a task, called with its parameters: restart({ … })',
)
const roleItem = z.custom(
  (value) => !value || typeof value === 'function' || kindOf(value) === 'roleUse',
  'expected a role: what defineRole returns, or a function of the host',
)
const probe = z.custom(
  (value) => ['command', 'file'].includes(kindOf(value)),
  'expected a probe: succeeds(sh`…`)',
)
function kindOf(value: unknown): string {
  return (value as { kind?: string } | undefined)?.kind ?? ''
}

const taskList = z.array(any, { error: 'expected a list of tasks' })
const tasksFunction = z.custom((value) => typeof value === 'function', 'expected a function of the host')
const batch = z.union([z.int().min(0), z.templateLiteral([z.number().positive(), '%'])], {
  error: "expected a number, a percentage ('30%'), or a list of them",
})

const shared = {
  tags: words,
  become: z.union([flag, z.string()], { error: "expected true, false or a user's name" }),
  becomeMethod: z.enum(becomeMethods, { error: `expected ${becomeMethods.join(', ')}` }),
  environment: z.record(z.string(), z.union([z.string(), z.instanceof(Secret)]), {
    error: 'expected variables with strings or secrets',
  }),
  timeout: seconds,
  unsafePaths: flag,
  ignoreErrors: flag,
  ignoreUnreachable: flag,
  noLog: flag,
  throttle: atLeastOne,
  runOnce: flag,
}

const retry = z.strictObject({
  attempts: atLeastOne,
  delay: z.number().min(0, 'expected 0 seconds or more').optional(),
  backoff: z.number().min(1, 'expected a factor of at least 1').optional(),
  maxDelay: z.number().min(0, 'expected 0 seconds or more').optional(),
  until: probe.optional(),
})

const inBlock = {
  ...shared,
  when: probe,
  notify: z.union([handler, z.array(handler)], {
    error: 'expected a handler (a task, called with its parameters), or a list of them',
  }),
  delegateTo: z.string({ error: 'expected the name of a host' }).min(1, 'expected the name of a host'),
}

const keywords = {
  play: {
    ...shared,
    name: z.string(),
    hosts: z.string(),
    serial: z.union([batch, z.array(batch).min(1)], {
      error: "expected a number, a percentage ('30%'), or a list of them",
    }),
    order: z.enum(['inventory', 'reverse_inventory', 'sorted', 'reverse_sorted', 'shuffle'], {
      error: 'expected inventory, reverse_inventory, sorted, reverse_sorted or shuffle',
    }),
    waitForConnection: seconds,
    forks: atLeastOne,
    anyErrorsFatal: flag,
    maxFailPercentage: z
      .number({ error: 'expected a percentage' })
      .min(0, 'expected a percentage of 0 to 100')
      .max(100, 'expected a percentage of 0 to 100'),
    forceHandlers: flag,
    vars: any,
    facts: any,
    needs: z.custom(
      (value) => typeof value === 'function' || (typeof value === 'object' && value !== null),
      "expected what the play needs, or a function of the host: { tools: ['tar'] }",
    ),
    preTasks: tasksFunction,
    roles: z.array(roleItem, { error: 'expected a list of roles' }),
    tasks: tasksFunction,
    postTasks: tasksFunction,
  } satisfies Schemas<PlaySpec<never, never>>,
  role: inBlock satisfies Schemas<RoleOptions>,
  block: { ...inBlock, retry, rescue: taskList, always: taskList } satisfies Schemas<BlockOptions>,
  task: {
    ...inBlock,
    title: z.string(),
    retry,
  } satisfies Schemas<TaskOptions>,
}

function unknownKeyword(
  kind: keyof typeof keywords,
  name: string,
  key: string,
  where: SourceLocation | undefined,
): PlaybookError {
  const hint = ansibleNames[key] ?? didYouMean(key, Object.keys(keywords[kind]))
  return new PlaybookError('E_KEYWORD', `${name}: a ${kind} has no keyword ${key}.`, {
    where,
    hint: hint ?? 'All keywords: docs/plays.md',
  })
}

/** Hints for Ansible keywords that have another name here. */
const ansibleNames: { readonly [key: string]: string | undefined } = {
  become_user: "Use become: 'user'.",
  becomeUser: "Use become: 'user'.",
  wait_for_connection: 'Use waitForConnection: seconds, on the play.',
  become_method: 'Use becomeMethod.',
  handlers: 'A handler is a task that others name in notify.',
  role: 'Use roles: [nginx].',
  vars_prompt: "Use prompt({ name: 'version' }, (version) => [ … ]) among the tasks.",
  strategy: 'Hosts run independently; serial and throttle limit them.',
  register: 'Tasks probe what they need to know; facts are values of a host.',
  loop: 'A loop is TypeScript: list.map((item) => task(…)).',
  with_items: 'A loop is TypeScript: list.map((item) => task(…)).',
  until: 'Use retry: { attempts, until }.',
  retries: 'Use retry: { attempts }.',
  delay: 'Use retry: { attempts, delay }.',
  gather_facts: 'Facts are read automatically where a play uses host.facts.',
  gatherFacts: 'Facts are read automatically where a play uses host.facts.',
}

/** A name goes into the text of a shell as it is. */
function invalidNames(name: string, variables: object, where: SourceLocation | undefined): PlaybookError[] {
  const invalid = Object.keys(variables).filter((variable) => !isVariableName(variable))
  return invalid.map(
    (variable) =>
      new PlaybookError(
        'E_KEYWORD',
        `${name}: environment: ${JSON.stringify(variable)} is not a variable's name.`,
        {
          where,
          hint: 'A name has letters, digits and underscores, and does not begin with a digit.',
        },
      ),
  )
}

function invalidValue(
  name: string,
  key: string,
  value: unknown,
  { issues }: z.ZodError,
  where: SourceLocation | undefined,
): PlaybookError {
  const [issue] = issues
  const path = issue!.path.length === 0 ? key : [key, ...issue!.path].join('.')
  return new PlaybookError('E_KEYWORD', `${name}: ${path}: ${issueText(issue!, value)}`, {
    where,
  })
}
