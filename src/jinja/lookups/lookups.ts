// All lookups by name.

import type { Lookup } from '../values/library.ts'
import { env } from './env.ts'
import { file } from './file.ts'
import { password } from './password.ts'
import { vars } from './vars.ts'

export const lookups: { readonly [name: string]: Lookup } = { env, file, password, vars }
