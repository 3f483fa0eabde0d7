// All tests by name.

import type { Test } from '../values/library.ts'
import { basicTests } from './basicTests.ts'

export const tests: { readonly [name: string]: Test } = { ...basicTests }
