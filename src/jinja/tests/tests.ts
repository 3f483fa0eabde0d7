// All tests by name.

import type { Test } from '../values/library.ts'
import { basicTests } from './basicTests.ts'
import { comparisonTests } from './comparisonTests.ts'
import { controllerTests } from './controllerTests.ts'
import { kindTests } from './kindTests.ts'

export const tests: { readonly [name: string]: Test } = {
  ...basicTests,
  ...comparisonTests,
  ...controllerTests,
  ...kindTests,
}
