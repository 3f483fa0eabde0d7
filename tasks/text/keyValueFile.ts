// The task keyValueFile: sets and removes keys of a file such as sysctl.conf.

import { applyKeyValueEdits, keyValueKey, keyValueValue } from '../../src/formats/index.ts'
import { filePath, secretsIn, z } from '../../src/index.ts'
import { setOrRemove } from '../params/setOrRemove.ts'
import { writingParams } from '../params/writing.ts'
import { defineFileEdit } from './fileEdit.ts'

/**
 * Sets and removes keys of a file that has a key and its value on each line: sysctl.conf, login.defs, /etc/default/*,
 * /etc/sysconfig/*, os-release. Separators, quotes, comments and order of the rest stay byte for byte.
 *
 * - `path`: the file. `create` (default false): whether to make it if it is missing.
 * - `set`: keys and their plain values; quotes and escapes are added. A secret is never shown. If the file has a key
 *   several times, the last one is set, which is the one that counts. A new key goes right after the line in which it is
 *   commented out, else to the end.
 * - `remove`: keys to remove, with all their lines.
 * - `quotes`: `'shell'`: values are words of a shell, as in /etc/default/grub; `'none'`: they are written as they are, up
 *   to the end of the line, as in sysctl.conf. Default: `'shell'` below /etc/default, /etc/sysconfig and /etc/conf.d, for
 *   os-release, environment, locale.conf, vconsole.conf and *.env, and where a value of the file is in quotes.
 * - `separator`: what is between a new key and its value. Default: what most lines have.
 * - `owner`, `group`, `mode`, `keep` (where to keep the original), `validate` (`{}` is the new file): as for copyFile.
 *
 * A `$` in a value stays a dollar: it is escaped where a shell would replace it.
 *
 * Errors: E_NO_FILE, E_NOT_A_FILE, E_TOO_LARGE; E_KEY_VALUE (a quote that is not closed, with its line).
 *
 * @example keyValueFile({ path: '/etc/login.defs', set: { UMASK: '027', PASS_MAX_DAYS: 90 } })
 * @example keyValueFile({ path: '/etc/default/grub', set: { GRUB_CMDLINE_LINUX: 'quiet audit=1' }, remove: ['GRUB_GFXMODE'] })
 *
 * Sources: sysctl.conf(5), login.defs(5), os-release(5), systemd.exec(5) (EnvironmentFile).
 */
export const keyValueFile = defineFileEdit({
  name: 'keyValueFile',
  summary: 'Sets and removes keys of a file such as login.defs or /etc/default/grub, leaving the rest alone.',
  params: setOrRemove(
    z.strictObject({
      path: filePath.describe('The file.'),
      set: z
        .record(keyValueKey, keyValueValue)
        .default({})
        .describe('Keys and their values. A secret is never shown.'),
      remove: z.array(keyValueKey).default([]).describe('Keys to remove.'),
      quotes: z
        .enum(['shell', 'none'])
        .optional()
        .describe(
          'How values are written: as words of a shell, or as they are; default: by path and content.',
        ),
      separator: z
        .string()
        .regex(/^(?:[ \t]*[=:][ \t]*|[ \t]+)$/, 'expected =, a colon or blanks')
        .optional()
        .describe('What is between a new key and its value; default: what most lines have.'),
      create: z.boolean().default(false).describe('Whether to make a missing file.'),
      ...writingParams,
    }),
    'keys',
  ),
  allowsMissing: ({ set }) => Object.keys(set).length === 0,
  edit: (before, { path, set, remove, separator, quotes = quotesOf(path) }) => {
    const edits = [
      ...Object.entries(set).map(([key, value]) => ({ set: key, value })),
      ...remove.map((key) => ({ remove: key })),
    ]
    const { bytes, changes } = applyKeyValueEdits(before, edits, { quotes, separator })
    return { content: bytes, isSecret: secretsIn(set).size > 0, edits: changes }
  },
})

/** `shell` for the files that are known to be read so; undefined: as the file shows. */
function quotesOf(path: string): 'shell' | undefined {
  const isShell =
    /^\/etc\/(?:default|sysconfig|conf\.d)\//.test(path) ||
    /(?:\/(?:os-release|environment|locale\.conf|vconsole\.conf)|\.env)$/.test(path)
  return isShell ? 'shell' : undefined
}
