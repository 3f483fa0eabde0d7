// The error for a path that other users of the host could have changed.

import { PlaybookError } from '../errors/error.ts'

/** `refusal`: of the functions of `safePaths`, without its beginning. */
export function unsafePathError(refusal: string): PlaybookError {
  return new PlaybookError('E_UNSAFE_PATH', `Unsafe path: ${refusal}`, {
    hint: 'Correct the owner of that folder on the host, or run the task as the user who owns it. If you trust that user: unsafePaths: true.',
  })
}
