// Says what to do where a host refuses to open or run a file, as fapolicyd does.

import type { PlaybookError } from '../../model/errors/error.ts'

/** EPERM of open and execve, as programs print it. Missing permissions are EACCES, "Permission denied". */
const refusal =
  /(?:\b(?:open|read|run|exec\w*|eval|create)\b|^\S*sh: |line \d+: ).*\bOperation not permitted\b|\bOperation not permitted: '/i

/**
 * The error, with a hint if it has none and its lines tell of a file that could not be opened or run although the
 * permissions allow it. Source: fapolicyd(8), chattr(1).
 */
export function withRefusalHint(error: PlaybookError): PlaybookError {
  if (error.hint !== undefined || ![error.message, ...error.details].some((line) => refusal.test(line)))
    return error
  return error.with({
    hint: 'Permissions are not the reason. If fapolicyd runs there, `ausearch -m fanotify -ts recent -i` shows what it refused: trust the file (`fapolicyd-cli --file add PATH`, `fapolicyd-cli --update`). If not, look at `lsattr PATH`.',
  })
}
