// Explains error codes, from docs/errors.md.

import { PlaybookError } from '../../model/errors/error.ts'
import { didYouMean } from '../../model/errors/suggest.ts'
import { findPage } from './pages.ts'

type Explanation = { readonly code: string; readonly cause: string; readonly cure: string }

/** All codes in the order of the page. */
export function explanations(): readonly Explanation[] {
  const lines = (findPage('errors') ?? '').matchAll(/^- `(E_\w+)`: (.*?) \*\*Do:\*\* (.*)$/gm)
  return [...lines].map(([, code = '', cause = '', cure = '']) => ({ code, cause, cure }))
}

/**
 * The text for one code, or the list of all.
 *
 * @param name `E_AUTH`, `e_auth` or `auth`
 * @throws PlaybookError E_USAGE for a code that does not exist
 */
export function explain(name: string | undefined): string {
  const all = explanations()
  if (name === undefined) return all.map(({ code, cause }) => `${code.padEnd(26)}  ${cause}\n`).join('')
  const code = name.toUpperCase().replace(/^(?!E_)/, 'E_')
  const found = all.find((each) => each.code === code)
  if (found) return `${found.code}\n\n${found.cause}\n\nWhat to do: ${found.cure}\n`
  throw new PlaybookError('E_USAGE', `No error has the code "${name}".`, {
    hint:
      didYouMean(
        code,
        all.map((each) => each.code),
      ) ?? 'List them: run-playbook explain. Tasks of your own may have codes of their own.',
  })
}
