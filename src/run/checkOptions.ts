// Checks the options that code gives, for JavaScript and for what TypeScript cannot know.

import { z } from 'zod'
import { becomeMethods } from '../model/become.ts'
import { PlaybookError } from '../model/errors/error.ts'
import type { SourceLocation } from '../model/errors/location.ts'
import { nearest } from '../model/errors/suggest.ts'
import { connectionTypes } from '../model/host.ts'
import { formatPath, issueText } from '../model/schema/issueText.ts'
import { Secret } from '../model/secrets/secret.ts'
import type { LoadInventoryOptions, RunPlaybookOptions } from './options.ts'

const text = z.string()
const texts = z.union([text, z.array(text)])
const flag = z.boolean()
const number = z.int().min(1)
const secretText = z.union([text, z.instanceof(Secret)], 'expected a string or a secret')
const callback = z.custom((value) => typeof value === 'function', 'expected a function')
const record = z.record(text, z.unknown())
const extraVars = z.union([text, record, z.array(z.union([text, record]))])

type Fields<T> = { readonly [K in keyof T]-?: z.ZodType }

const inventoryFields: Fields<LoadInventoryOptions> = {
  extraVars: extraVars.optional(),
  playbookDir: text.optional(),
  vaultPassword: z.union([secretText, z.record(text, secretText)]).optional(),
  vaultPasswordFile: texts.optional(),
  vaultId: texts.optional(),
}

const { playbookDir: _, ...sharedFields } = inventoryFields

const runFields: Fields<RunPlaybookOptions> = {
  ...sharedFields,
  inventory: z.union([text, record, z.array(z.union([text, record]))], 'expected paths or groups'),
  limit: text.optional(),
  tags: texts.optional(),
  skipTags: texts.optional(),
  check: flag.optional(),
  diff: flag.optional(),
  forks: number.optional(),
  forceHandlers: flag.optional(),
  lock: z.enum(['wait', 'fail', 'off']).optional(),
  lockTimeout: number.optional(),
  verbose: z.int().min(0).max(4).optional(),
  startAtTask: text.optional(),
  resume: flag.optional(),
  become: flag.optional(),
  becomeUser: text.optional(),
  becomeMethod: z.enum(becomeMethods).optional(),
  becomePassword: secretText.optional(),
  becomePasswordFile: text.optional(),
  user: text.optional(),
  password: secretText.optional(),
  connectionPasswordFile: text.optional(),
  privateKey: text.optional(),
  sshCommonArgs: text.optional(),
  sshExtraArgs: text.optional(),
  connection: z.enum(connectionTypes).optional(),
  timeout: number.optional(),
  stateFolder: text.optional(),
  signal: z.instanceof(AbortSignal, { error: 'expected an AbortSignal' }).optional(),
  confirmTask: callback.optional(),
  ask: callback.optional(),
  onEvent: callback.optional(),
}

const runOptions = z
  .strictObject(runFields)
  .superRefine(({ resume, startAtTask, stateFolder }, { addIssue }) => {
    const add = (message: string) => addIssue({ code: 'custom', path: ['resume'], message })
    if (!resume) return
    if (stateFolder === undefined) add('needs stateFolder, the folder in which the last run was recorded')
    if (startAtTask !== undefined) add('cannot be combined with startAtTask')
  })

const schemas = { runPlaybook: runOptions, loadInventory: z.strictObject(inventoryFields) }

/** The errors in the options of a function, each E_OPTION. */
export function optionErrors(
  name: keyof typeof schemas,
  options: unknown,
  where: SourceLocation | undefined,
): PlaybookError[] {
  const { success, error } = schemas[name].safeParse(options)
  if (success) return []
  const known = Object.keys(schemas[name].shape)
  return error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys' && issue.path.length === 0)
      return issue.keys.map((key) => unknownOption(name, key, known, where))
    const message = `${name}: ${formatPath(issue.path) || 'options'}: ${issueText(issue, options)}`
    return [new PlaybookError('E_OPTION', message, { where })]
  })
}

function unknownOption(
  name: string,
  key: string,
  known: readonly string[],
  where: SourceLocation | undefined,
): PlaybookError {
  const near = nearest(key, known)
  const hint = near ? `Did you mean ${near}?` : `Options: ${known.join(', ')}`
  return new PlaybookError('E_OPTION', `${name} has no option "${key}".`, { where, hint })
}
