// The parameters of tasks that write a file.

import { anyFileMode, type Command, fileAttributes, filePath, quote, shellText, z } from '../../src/index.ts'

/** Attributes, where the original is kept, and how the new file is checked. */
export const writingParams = {
  ...fileAttributes,
  keep: filePath.optional().describe('Where to keep the original, unless that path exists.'),
  backup: z
    .boolean()
    .default(false)
    .describe('Whether to keep the original beside it, under a name with date and time, at every change.'),
  validate: z
    .string()
    .regex(/\{\}|%s/, 'expected a command with {} for the path of the new file')
    .optional()
    .describe('Shell command that must accept the new file before it is used; {} is its path.'),
}

/** A mode, or that of the source. */
export const preservableMode = z
  .union(
    [anyFileMode, z.literal('preserve')],
    "expected an octal mode such as '0644' or 0o644, a symbolic one such as 'u+rwX,go-w', or 'preserve'",
  )
  .optional()

/** The user's check as a write step takes it: `{}`, or else `%s`, is the path. */
export function validation(validate: string | undefined): ((path: string) => Command) | undefined {
  if (validate === undefined) return undefined
  const placeholder = validate.includes('{}') ? '{}' : '%s'
  return (path) => shellText(validate.replaceAll(placeholder, () => quote(path)))
}
