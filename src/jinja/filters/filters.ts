// All filters by name.

import type { Filter } from '../values/library.ts'
import { basicFilters } from './basicFilters.ts'

export const filters: { readonly [name: string]: Filter } = { ...basicFilters }
