// The step that makes a key pair for an account, as that account.

import { quote, run, type Step, secret, sh } from '../../src/index.ts'
import { sshKeyPath, type UserParams } from './userParams.ts'
import { explained } from './userSteps.ts'

/** The account itself writes, so nothing in its home directory can lead anywhere else. A passphrase comes on stdin. */
export function sshKeyStep(params: UserParams): Step {
  const { name, sshKeyType, sshKeyBits, sshKeyComment, sshKeyPassphrase } = params
  const path = sshKeyPath(params)
  const words = [
    ...['ssh-keygen', '-q', '-t', sshKeyType, '-f', path],
    ...(sshKeyBits === undefined ? [] : ['-b', String(sshKeyBits)]),
    ...(sshKeyComment === undefined ? [] : ['-C', sshKeyComment]),
    ...(sshKeyPassphrase ? [] : ['-N', '']),
  ]
  const folder = path.includes('/') ? path.replace(/\/[^/]*$/, '') || '/' : '.'
  const make = words.map(quote).join(' ')
  const script = [
    'umask 077; cd || exit 1',
    `[ ! -e ${quote(path)} ] || exit 0`,
    'command -v ssh-keygen >/dev/null || exit 127',
    `mkdir -p -- ${quote(folder)} || exit 1`,
    sshKeyPassphrase ? withPassphrase(make, folder) : `${make} </dev/null`,
  ].join('\n')
  const start = sh`command -v su >/dev/null || exit 127
su -s /bin/sh ${name} -c ${script}`
  return run(start, {
    ...(sshKeyPassphrase ? { stdin: secret(`${sshKeyPassphrase.reveal()}\n`) } : {}),
    explain: (result) => explained('ssh-keygen', result),
  })
}

/** ssh-keygen reads a passphrase from a terminal or from a program: an argument would be seen by all. */
function withPassphrase(make: string, folder: string): string {
  return [
    'IFS= read -r RP_PASSPHRASE; export RP_PASSPHRASE',
    `d=$(mktemp -d ${quote(`${folder}/.run-playbook-XXXXXX`)}) || exit 1`,
    'trap \'rm -rf "$d"\' EXIT',
    `printf '#!/bin/sh\\nprintf "%%s\\\\n" "$RP_PASSPHRASE"\\n' >"$d/ask" && chmod 700 "$d/ask" || exit 1`,
    'case $d in /*) ;; *) d=$PWD/$d ;; esac',
    `DISPLAY=:0 SSH_ASKPASS="$d/ask" SSH_ASKPASS_REQUIRE=force ${make} </dev/null`,
  ].join('\n')
}
