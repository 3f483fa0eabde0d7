// Rehearses whether the number of an account or group is free.

import { type Rehearsal, sh } from '../../src/index.ts'

/** Fails where another account, or another group, has the number, as useradd and groupadd would. */
export function freeNumber(database: 'passwd' | 'group', number: number): Rehearsal {
  const what = database === 'passwd' ? 'UID' : 'GID'
  return {
    command: sh`found=$(getent ${database} ${number}) || exit 0
echo ${`${what} ${number} is taken by `}"\${found%%:*}." >&2
exit 4`,
    reads: [`/etc/${database}`],
  }
}
