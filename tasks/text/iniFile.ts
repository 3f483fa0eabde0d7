// The task iniFile: sets and removes options and sections of an INI file.

import {
  applyIniEdits,
  type IniEdit,
  iniHaving,
  iniOption,
  iniSection,
  iniValue,
} from '../../src/formats/index.ts'
import { filePath, secretsIn, z } from '../../src/index.ts'
import { writingParams } from '../params/writing.ts'
import { defineFileEdit } from './fileEdit.ts'

/**
 * Sets or removes an option of an INI file, or a whole section: units of systemd, php.ini, my.cnf, smb.conf, git's
 * configuration, yum repositories, setup.cfg. The file's own spacing is followed, and the rest stays byte for byte.
 *
 * - `path`: the file. `create` (default true): whether to make it if it is missing.
 * - `section`: the name between the brackets; default: before the first section. A missing one is added to the end. Of
 *   several with the same name, `sectionHasValues` tells which is meant: `{ PublicKey: '…' }`.
 * - `option`: its name. Without it, the section itself is made or removed.
 * - `value`: what comes after the `=`, as it is written; or `values`, a line each, in this order. A secret is never shown.
 *   `allowNoValue`: without either, the option is written alone (`skip-networking`).
 * - `exclusive` (default true): the option has no other values. With `false` the values are added to those there are, and
 *   `state: 'absent'` removes only the lines with them.
 * - `state` (default `'present'`): `'absent'` removes the option, or without one the section.
 * - `noExtraSpaces`: whether new options are written `a=b`. Default: as the others of the file; `a = b` in a new one.
 * - `inlineComments`: whether ` ;` and ` #` begin a comment after a value, which is kept then. Default: for php.ini,
 *   files that end in .cnf, and git's configuration; elsewhere they are part of the value.
 * - `owner`, `group`, `mode`, `keep` (where to keep the original), `validate` (`{}` is the new file): as for copyFile.
 *
 * An option that is commented out (`;name = x`) stays as it is; the new one goes right after it. Other new options go
 * after the last one of their section. Lines that continue a value belong to it.
 *
 * Errors: E_NO_FILE, E_NO_FOLDER, E_NOT_A_FILE, E_TOO_LARGE.
 *
 * It behaves like Ansible's community.general.ini_file, except that it keeps inactive options and the file's spacing, and
 * that the order of `values` counts.
 *
 * @example iniFile({ path: '/etc/php.ini', section: 'PHP', option: 'memory_limit', value: '512M' })
 * @example iniFile({ path: '/etc/systemd/journald.conf', section: 'Journal', option: 'Storage', value: 'persistent' })
 * @example iniFile({ path: '/etc/my.cnf.d/old.cnf', section: 'mysqld', state: 'absent' })
 *
 * Sources: systemd.syntax(7), git-config(1), Python's configparser, Ansible's community.general.ini_file.
 */
export const iniFile = defineFileEdit({
  name: 'iniFile',
  summary: 'Sets or removes an option of an INI file, or a section, leaving the rest alone.',
  ansible: {
    modules: ['ini_file'],
    params: {
      dest: 'path',
      ignore_spaces: 'There is no such option: blanks around = never count.',
      modify_inactive_option:
        'There is no such option: an inactive option stays, and the new one goes after it.',
    },
  },
  params: z
    .strictObject({
      path: filePath.describe('The file.'),
      section: iniSection.optional().describe('The section; default: before the first one.'),
      sectionHasValues: iniHaving
        .optional()
        .describe('Of several sections with the name, the one that has these options with these values.'),
      option: iniOption.optional().describe('The name of the option; without it, the section is meant.'),
      value: iniValue.optional().describe('The value, as it is written. A secret is never shown.'),
      values: z.array(iniValue).min(1).optional().describe('Several values, a line each, in this order.'),
      allowNoValue: z.boolean().default(false).describe('Write the option without = and value.'),
      exclusive: z.boolean().default(true).describe('Whether the option may have no other values.'),
      state: z.enum(['present', 'absent']).default('present').describe('Whether the file has it.'),
      noExtraSpaces: z
        .boolean()
        .optional()
        .describe('Write new options without blanks around =; default: as the others of the file.'),
      inlineComments: z
        .boolean()
        .optional()
        .describe('Whether ; and # after a blank begin a comment; default: in php.ini, *.cnf and for git.'),
      create: z.boolean().default(true).describe('Whether to make a missing file.'),
      ...writingParams,
    })
    .refine(({ value, values }) => value === undefined || values === undefined, {
      error: 'expected value or values, not both',
    })
    .refine(({ section, option }) => section !== undefined || option !== undefined, {
      error: 'expected an option, a section, or both',
    })
    .refine(({ section, sectionHasValues }) => section !== undefined || sectionHasValues === undefined, {
      path: ['sectionHasValues'],
      error: 'expected a section as well',
    })
    .refine(({ option, value, values }) => option !== undefined || (value ?? values) === undefined, {
      path: ['option'],
      error: 'expected the name of the option that has the value',
    })
    .refine(({ value, values, allowNoValue }) => !allowNoValue || (value ?? values) === undefined, {
      path: ['allowNoValue'],
      error: 'expected no value with allowNoValue: true',
    })
    .refine(
      ({ state, option, value, values, allowNoValue }) =>
        state === 'absent' ||
        option === undefined ||
        value !== undefined ||
        values !== undefined ||
        allowNoValue,
      { path: ['value'], error: 'expected a value, or allowNoValue: true' },
    ),
  allowsMissing: ({ state }) => state === 'absent',
  edit: (before, params) => {
    const edit = editOf(params)
    const { path, noExtraSpaces, inlineComments = hasInlineComments(path) } = params
    const { bytes, changes } = applyIniEdits(before, [edit], { noExtraSpaces, inlineComments })
    return { content: bytes, isSecret: secretsIn(edit).size > 0, edits: changes }
  },
})

type IniParams = {
  readonly section?: string
  readonly sectionHasValues?: z.output<typeof iniHaving>
  readonly option?: string
  readonly value?: z.output<typeof iniValue>
  readonly values?: readonly z.output<typeof iniValue>[]
  readonly exclusive: boolean
  readonly state: 'present' | 'absent'
}

function editOf(params: IniParams): IniEdit {
  const { section, sectionHasValues: having, option, value, exclusive, state } = params
  const values = params.values ?? (value === undefined ? undefined : [value])
  if (option === undefined)
    return state === 'present' ? { ensureSection: section!, having } : { removeSection: section!, having }
  if (state === 'present') return { set: option, section, having, values: values ?? [null], exclusive }
  return { remove: option, section, having, values: exclusive ? undefined : values }
}

function hasInlineComments(path: string): boolean {
  return /(?:^|\/)(?:php[^/]*\.ini|[^/]*\.cnf|\.?gitconfig|\.git\/config)$/.test(path)
}
