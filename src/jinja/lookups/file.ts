// The lookup file: the content of files on the controller.

import { readFileSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { truth } from '../values/compare.ts'
import { bindArguments, type Lookup } from '../values/library.ts'
import { str } from '../values/text.ts'
import { PyError } from '../values/value.ts'

/** `lookup('file', 'name', rstrip=true, lstrip=false)`: searched in each folder's `files/`, and in the folder. */
export const file: Lookup = (terms, kwargs, { searchPath }) => {
  const [rstrip = true, lstrip = false] = bindArguments([], kwargs, ['rstrip', 'lstrip'])
  return terms.map((term) => {
    const text = contentOf(str(term), searchPath)
    const right = truth(rstrip) ? text.trimEnd() : text
    return truth(lstrip) ? right.trimStart() : right
  })
}

function contentOf(name: string, folders: readonly string[]): string {
  const paths = isAbsolute(name)
    ? [name]
    : folders.flatMap((each) => [join(each, 'files', name), join(each, name)])
  for (const path of paths) {
    const text = readIfThere(path)
    if (text?.startsWith('$ANSIBLE_VAULT;'))
      throw new PyError(`${path} is encrypted`, 'Put its text into an encrypted variable file.')
    if (text !== undefined) return text
  }
  throw new PyError(`lookup file: there is no file ${name}`, `Searched: ${paths.join(', ')}`)
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw new PyError(`lookup file: ${message}`)
  }
}
