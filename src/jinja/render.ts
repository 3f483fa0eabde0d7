// Renders templates: the value of a variable with braces in it, or the text of a file.

import { revealed, type Secret } from '../model/secrets/secret.ts'
import { concat, concatenated, plainValue } from './evaluation/concat.ts'
import { type TemplateEnvironment, undefinedError } from './evaluation/frame.ts'
import { globals } from './evaluation/globals.ts'
import { Scope } from './evaluation/scope.ts'
import { executeBody } from './evaluation/statements.ts'
import { executeTemplate } from './evaluation/templates.ts'
import { withTimeBudget } from './evaluation/timeBudget.ts'
import type { ParsedTemplate } from './syntax/parse.ts'
import { UndefinedUsed, type Value } from './values/value.ts'

/**
 * The value of a template, as Ansible gives it: one expression alone keeps its type, and one with other text is text.
 * Where something it needs is undefined, the result is Undefined.
 *
 * @throws PlaybookError E_TEMPLATE with the place of the braces
 */
export function templateValue(template: ParsedTemplate, environment: TemplateEnvironment): Value {
  if (template.literal !== undefined) return template.literal
  return withTimeBudget(() => {
    try {
      const out: Value[] = []
      const variables = new Scope((name) => {
        const value = environment.variable(name)
        return value === undefined ? globals.get(name) : value
      })
      executeTemplate(template, environment, variables, out, executeBody)
      return withNewlines(concat(out), template)
    } catch (error) {
      if (error instanceof UndefinedUsed) return error.value
      throw error
    }
  }, environment.timeLimit)
}

/**
 * The text of a template, secret if a secret is in it.
 *
 * @throws PlaybookError E_UNDEFINED or E_TEMPLATE with the place of the braces
 */
export function templateText(template: ParsedTemplate, environment: TemplateEnvironment): string | Secret {
  try {
    const value = templateValue(template, environment)
    return value === null ? '' : concatenated([plainValue(value)])
  } catch (error) {
    throw error instanceof UndefinedUsed ? undefinedError(error) : error
  }
}

/** The newlines at the end of a template that its parsing took off. */
function withNewlines(value: Value, { lastNewlines, settings }: ParsedTemplate): Value {
  const text = revealed(value)
  if (typeof text !== 'string') return value
  const missing = lastNewlines - /\n*$/.exec(text)![0].length
  return missing > 0 ? concatenated([value, settings.newlineSequence.repeat(missing)]) : value
}
