// Writes a path as a word of the shell in which `*` and `?` match names.

import { quote } from '../../src/index.ts'

export function globWord(path: string): string {
  return path
    .split(/([*?]+)/)
    .map((part, index) => (index % 2 === 1 || part === '' ? part : quote(part)))
    .join('')
}
