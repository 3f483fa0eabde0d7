// A schema for one word of a command line.

import { z } from '../../src/index.ts'

/** A word that no program takes for an option. */
export const word = z.string().regex(/^[^\s-]\S*$/, 'expected one word that does not begin with a dash')
