// The schema of an edit of editIni.

import { z } from 'zod'
import { Secret } from '../../model/secrets/secret.ts'
import { oneOf, strict } from '../shared/editSchema.ts'
import type { IniEdit } from './edit.ts'

const isWritable = (value: unknown) => {
  const isFine = (text: string) => !/[\r\n\0]/.test(text) && text.trim() === text
  return value instanceof Secret ? value.doesMatch(/^(?!\s)[^\r\n\0]*(?<!\s)$/) : isFine(String(value))
}

/** A value on one line; `null`: none, and no `=`. */
export const iniValue = z
  .union([z.string(), z.number(), z.boolean(), z.null(), z.instanceof(Secret)], {
    error: 'expected a text, a number, true or false, null, or a secret',
  })
  .refine(isWritable, 'expected one line without blanks around it')

export const iniOption = z
  .string()
  .regex(/^(?![\s#;[])[^=\r\n\0]+(?<!\s)$/, 'expected the name of an option, without = and blanks around it')

export const iniSection = z
  .string()
  .regex(/^(?!\s)[^\]\r\n\0]*(?<!\s)$/, 'expected the name of a section, without brackets')

export const iniHaving = z.record(iniOption, z.union([iniValue, z.array(iniValue)]))

const place = { section: iniSection.optional(), having: iniHaving.optional() }

/** The schema of an edit, which refuses unknown keys. */
export const iniEditSchema = oneOf('IniEdit', [
  strict({ set: iniOption, values: z.array(iniValue).min(1), exclusive: z.boolean().optional(), ...place }),
  strict({ remove: iniOption, values: z.array(iniValue).optional(), ...place }),
  strict({ ensureSection: iniSection, having: iniHaving.optional() }),
  strict({ removeSection: iniSection, having: iniHaving.optional() }),
]) as z.ZodType<IniEdit, IniEdit>
