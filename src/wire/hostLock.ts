// Builds the shell text that takes a host's lock, and reads what it prints.

import type { Output } from '../model/probe.ts'
import { quote } from '../model/shell/command.ts'
import type { ScriptEntry } from './script.ts'

/** A run, as others see it while they wait for it. */
export type LockHolder = {
  /** Identifies the run: all its shells on one machine share the lock. */
  readonly run: string
  /** `site.ts, alice@ops` */
  readonly name: string
  /** Milliseconds since 1970. */
  readonly since: number
}

/** How it went: `unlockable` where the host has no `flock`, or no folder that is safe. */
export type LockAnswer =
  | { readonly kind: 'taken' }
  | { readonly kind: 'busy'; readonly by: LockHolder | undefined }
  | { readonly kind: 'unlockable'; readonly reason: string }

/** Exit codes of the lock's text after which the steps run all the same. */
const withoutFlock = 69
const withoutFolder = 70

/**
 * Takes the lock of the shell's user, which the shell holds by its open descriptor 7 until it ends; its children get none.
 * The file is in a folder that only this user can enter, so that nobody else can hold it: root's is in /run. It names
 * the holder, and is emptied when the shell ends in order.
 */
export function lockEntry({ run, name, since }: LockHolder, folder = '/run/run-playbook'): ScriptEntry {
  const line = quote(`${run} ${since} ${name.replace(/[^ -~]/g, '?').slice(0, 200)}`)
  const body = `rp_lock() {
  [ -z "$rp_locked" ] || return 0
  rp_uid=$(id -u) rp_locks=${quote(folder)}
  if [ "$rp_uid" != 0 ]; then
    rp_locks=/run/user/$rp_uid/run-playbook
    [ -w "/run/user/$rp_uid" ] || rp_locks=/tmp/run-playbook-$rp_uid
  fi
  command -v flock >/dev/null 2>&1 || return ${withoutFlock}
  mkdir -m 700 -- "$rp_locks" 2>/dev/null
  [ "$(stat -c '%u %a %F' -- "$rp_locks" 2>/dev/null)" = "$rp_uid 700 directory" ] && ( : >>"$rp_locks/lock" ) 2>/dev/null || { echo "$rp_locks"; return ${withoutFolder}; }
  exec 7>>"$rp_locks/lock"
  if flock -n 7; then
    rp_locked=1
    printf '%s\\n' ${line} >"$rp_locks/lock"
    trap ': >"$rp_locks/lock"' EXIT
    return 0
  fi
  exec 7>&-
  rp_holder=
  read -r rp_holder <"$rp_locks/lock"
  printf '%s\\n' "$rp_holder"
  case $rp_holder in ${quote(run)}' '*) return 0 ;; esac
  return 75
}
rp_lock`
  return { kind: 'lock', body, okCodes: [0, withoutFlock, withoutFolder] }
}

export function lockAnswer({ code, stdout }: Output): LockAnswer {
  const text = stdout.toString('utf8').trim()
  if (code === 0) return { kind: 'taken' }
  if (code === withoutFlock) return { kind: 'unlockable', reason: 'it has no flock command' }
  if (code === withoutFolder) return { kind: 'unlockable', reason: `${text} cannot be used` }
  return { kind: 'busy', by: holderIn(text) }
}

/** The file is empty for a moment while its holder starts or ends. */
function holderIn(text: string): LockHolder | undefined {
  const [, run, since, name] = /^(\S+) (\d+) (.+)$/.exec(text) ?? []
  return run && name ? { run, since: Number(since), name } : undefined
}
