// Lists the filters, tests and lookups that all templates can call.

import { filters } from './filters/filters.ts'
import { lookups } from './lookups/lookups.ts'
import { tests } from './tests/tests.ts'
import type { Library } from './values/library.ts'

export const library: Library = { filters, tests, lookups }
