// Rehearses a change of accounts: whether its program is there, and the number free.

import { type Rehearsal, sh } from '../../src/index.ts'

/** Fails if the host lacks the program, or if another account or group has the number. */
export function rehearsal(program: string, database: 'passwd' | 'group', number?: number): Rehearsal {
  const what = database === 'passwd' ? 'UID' : 'GID'
  const taken = sh`found=$(getent ${database} ${number ?? ''}) || exit 0
echo ${`${what} ${number} is taken by `}"\${found%%:*}." >&2
exit 4`
  return {
    command: sh`command -v ${program} >/dev/null || { echo ${`The host has no ${program}.`} >&2; exit 127; }
${number === undefined ? sh`exit 0` : taken}`,
    reads: ['packages', '/usr', ...(number === undefined ? [] : [`/etc/${database}`])],
  }
}
