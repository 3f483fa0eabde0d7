// The schema of a text that is secret, wherever it comes from.

import { z } from 'zod'
import { Secret } from './secret.ts'

/**
 * A schema that takes a text or a secret and gives a `Secret`: for variables that may be in a vault or not. What is wrong
 * with a value is reported without the value.
 *
 * @example definePlay({ vars: z.object({ db_password: secretText }), … })
 */
export const secretText = z
  .union([z.string(), z.instanceof(Secret)], {
    error: ({ input }) =>
      `expected a text or a secret${typeof input === 'number' ? ' (a number in quotes)' : ''}`,
  })
  .transform((value) => (value instanceof Secret ? value : new Secret(value)))
