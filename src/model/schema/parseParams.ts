// Parses the parameters of a task or a role by their schema.

import type { z } from 'zod'
import { PlaybookError } from '../errors/error.ts'
import type { SourceLocation } from '../errors/location.ts'
import { mask, pathOfMask, secretTemplate } from '../secrets/secret.ts'
import { formatPath, issueText } from './issueText.ts'
import { type AnsibleNames, calledHere, paramNames } from './otherNames.ts'

/** @throws PlaybookError E_PARAMS with every wrong parameter, E_MASK_IN_TEXT */
export function parseParams<S extends z.ZodType>(
  spec: { readonly name: string; readonly params: S; readonly ansible?: AnsibleNames },
  params: unknown,
  where: () => SourceLocation | undefined,
  hint?: string,
): z.output<S> {
  const result = spec.params.safeParse(params)
  if (result.success) return withoutMask(spec.name, result.data, where)
  const details = result.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' && issue.path.length === 0
      ? issue.keys.map((key) => `${spec.name}: ${unknownParam(key, spec)}`)
      : `${formatPath(issue.path) || spec.name}: ${issueText(issue, params)}`,
  )
  const summary = details.length === 1 ? details[0]! : `${details.length} wrong parameters`
  throw new PlaybookError(
    'E_PARAMS',
    summary.startsWith(`${spec.name}: `) ? summary : `${spec.name}: ${summary}`,
    {
      where: where(),
      details: details.length === 1 ? [] : details,
      hint,
    },
  )
}

function unknownParam(key: string, spec: { readonly params: unknown; readonly ansible?: AnsibleNames }) {
  const answer = calledHere(key, paramNames(spec.params), spec.ansible)
  return `Unrecognized key: "${key}"${answer === undefined ? '' : `. ${answer}`}`
}

/** A text that contains a mask was made of a secret by JSON or inspect, and would be written as it is. */
function withoutMask<T>(name: string, params: T, where: () => SourceLocation | undefined): T {
  const path = pathOfMask(params)
  if (!path) return params
  throw new PlaybookError(
    'E_MASK_IN_TEXT',
    `${name}: ${formatPath(path)} contains ${mask}, the mask that is shown instead of secrets.`,
    { where: where(), hint: `Make the whole text a secret: ${secretTemplate}` },
  )
}
