// Suggests parameters for names that a task does not have.

import { didYouMean } from '../errors/suggest.ts'

/** What users of Ansible look for: the modules that a task takes the place of, and their parameters. */
export type AnsibleNames = {
  readonly modules: readonly string[]
  /** By Ansible's name: what the parameter is called here, or a sentence that says what to do. */
  readonly params?: { readonly [theirs: string]: string }
}

/** What an unknown parameter is called here; undefined where no name is close. */
export function calledHere(
  written: string,
  names: readonly string[],
  { params = {} }: Partial<AnsibleNames> = {},
): string | undefined {
  const answer = Object.hasOwn(params, written) ? params[written] : undefined
  if (answer?.includes(' ')) return answer
  const camel = written.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
  const name = answer ?? (camel !== written && names.includes(camel) ? camel : undefined)
  return name === undefined ? didYouMean(written, names) : `It is called ${name} here.`
}

/** The names of a schema's parameters, also behind a transformation. */
export function paramNames(schema: unknown): readonly string[] {
  const { def, shape } = schema as { readonly def?: { readonly in?: unknown }; readonly shape?: object }
  return def?.in === undefined ? Object.keys(shape ?? {}) : paramNames(def.in)
}
