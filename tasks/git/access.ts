// Prepares git's access to a repository: accounts, keys, host keys, for one command.

import { type Command, type Secret, secret, sh, shellText } from '../../src/index.ts'
import type { GitParams } from './params.ts'

/** What `accessFunctions` read from standard input: user name, password, and the private key. */
export function accessInput({ urlUsername = '', urlPassword, key }: GitParams): Secret {
  const text = key === undefined ? '' : `${key.reveal().replaceAll('\r', '').trim()}\n`
  return secret(`${urlUsername}\n${urlPassword?.reveal() ?? ''}\n${text}`)
}

/**
 * Defines the functions `look` (git that reads, and runs nothing that a configuration names), `g` (git), and `net`
 * (git that connects). They ask nobody anything. Key, password and host keys are files in a folder that only this user
 * can enter, in memory where the host has /dev/shm, and gone when the shell ends; git's helper gives the password to the
 * repository's own server only.
 */
export function accessFunctions(params: GitParams): Command {
  const { hostKeys, keyFile, key, urlUsername } = params
  const options = [
    '-o BatchMode=yes -o ConnectTimeout=30 -o ServerAliveInterval=15',
    ...(key || keyFile ? ['-o IdentitiesOnly=yes -i "$GIT_KEY_FILE"'] : []),
    ...(hostKeys.length > 0
      ? [
          '-o StrictHostKeyChecking=yes -o UserKnownHostsFile="$GIT_HOST_KEYS" -o GlobalKnownHostsFile=/dev/null -o CheckHostIP=no',
        ]
      : []),
  ].join(' ')
  const isPrivate = key !== undefined || hostKeys.length > 0 || urlUsername !== undefined
  return sh`unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_COMMON_DIR GIT_OBJECT_DIRECTORY GIT_NAMESPACE GIT_ASKPASS SSH_ASKPASS
export GIT_TERMINAL_PROMPT=0 GIT_KEY_FILE=${keyFile ?? ''} GIT_HOST_KEYS=
IFS= read -r user || :
IFS= read -r password || :
helper=
${shellText(isPrivate ? privateFiles(params).script : ':')}
GIT_SSH_COMMAND="\${GIT_SSH_COMMAND:-$(git config core.sshCommand || echo ssh)} "${options}
export GIT_SSH_COMMAND
limit=$(command -v timeout) && limit="$limit 120"
look() { GIT_OPTIONAL_LOCKS=0 git -c core.fsmonitor=false -c core.hooksPath=/dev/null "$@"; }
g() { git -c advice.detachedHead=false "$@"; }
net() {
  if [ -n "$helper" ]; then set -- -c credential.helper= -c credential.helper="$helper" "$@"; fi
  $short git -c http.lowSpeedLimit=1 -c http.lowSpeedTime=60 "$@"
}
short=
`
}

function privateFiles({ hostKeys, key, repo, urlUsername }: GitParams): Command {
  const address = URL.canParse(repo) ? new URL(repo) : undefined
  const lines = [
    sh`private=$(mktemp -d /dev/shm/.run-playbook-XXXXXXXX 2>/dev/null || mktemp -d) || exit 1
trap 'rm -rf -- "$private"' EXIT
trap 'exit 143' HUP INT TERM
rp_umask=$(umask); umask 077`,
    key === undefined ? sh`:` : sh`GIT_KEY_FILE=$private/key; cat >"$private/key"`,
    hostKeys.length === 0
      ? sh`:`
      : sh`GIT_HOST_KEYS=$private/hosts; printf '%s\n' ${hostKeys} >"$private/hosts"`,
    urlUsername === undefined
      ? sh`:`
      : sh`printf 'username=%s\npassword=%s\n' "$user" "$password" >"$private/account"
cat >"$private/helper" <<'END'
[ "$1" = get ] || exit 0
while IFS='=' read -r key value; do case $key in protocol) protocol=$value ;; host) host=$value ;; esac; done
[ "$protocol://$host" != ${address ? `${address.protocol}//${address.host}` : ''} ] || cat "\${0%/*}/account"
END
helper="!sh $private/helper"`,
    sh`umask "$rp_umask"`,
  ]
  return shellText(lines.map(({ script }) => script).join('\n'))
}
