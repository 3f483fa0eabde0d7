// All filters by name.

import type { Filter } from '../values/library.ts'
import { addressFilters } from './addresses/addressFilters.ts'
import { basicFilters } from './basicFilters.ts'
import { dataFilters } from './dataFilters.ts'
import { dateFilters } from './dateFilters.ts'
import { hashFilters } from './hashFilters.ts'
import { dictFilters } from './lists/dictFilters.ts'
import { listFilters } from './lists/listFilters.ts'
import { randomFilters } from './lists/randomFilters.ts'
import { selectFilters } from './lists/selectFilters.ts'
import { setFilters } from './lists/setFilters.ts'
import { logicFilters } from './logicFilters.ts'
import { markupFilters } from './markupFilters.ts'
import { numberFilters } from './numberFilters.ts'
import { pathFilters } from './pathFilters.ts'
import { regexFilters } from './regexFilters.ts'
import { textFilters } from './textFilters.ts'

export const filters: { readonly [name: string]: Filter } = {
  ...addressFilters,
  ...basicFilters,
  ...dataFilters,
  ...dateFilters,
  ...dictFilters,
  ...hashFilters,
  ...listFilters,
  ...logicFilters,
  ...markupFilters,
  ...numberFilters,
  ...pathFilters,
  ...randomFilters,
  ...regexFilters,
  ...selectFilters,
  ...setFilters,
  ...textFilters,
}
