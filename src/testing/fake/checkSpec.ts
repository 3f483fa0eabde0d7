// Checks how a host is described.

import { PlaybookError } from '../../model/errors/error.ts'
import type { SourceLocation } from '../../model/errors/location.ts'
import { nearest } from '../../model/errors/suggest.ts'
import { knownIds, osParts } from './os.ts'

const members = ['name', 'groups', 'vars', 'os', 'architecture', 'files', 'users', 'commands']

/** @throws PlaybookError E_OPTION with the place of the call */
export function checkSpec(spec: object, os: string, where: SourceLocation | undefined): void {
  const refuse = (message: string, hint: string) =>
    new PlaybookError('E_OPTION', `fakeHost: ${message}`, { where, hint })
  const unknown = Object.keys(spec).find((name) => !members.includes(name))
  if (unknown !== undefined) throw refuse(`no option "${unknown}".`, suggestion(unknown, members))
  const { id } = osParts(os)
  if (!knownIds.includes(id)) throw refuse(`no operating system "${os}".`, suggestion(id, knownIds))
  const { files = {} } = spec as { readonly files?: object }
  const relative = Object.keys(files).find((path) => !path.startsWith('/'))
  if (relative !== undefined)
    throw refuse(`the path of a file is absolute, not "${relative}".`, `Write: '/${relative}'`)
}

function suggestion(given: string, known: readonly string[]): string {
  const near = nearest(given, known)
  return near ? `Did you mean ${near}?` : `There are: ${known.join(', ')}.`
}
