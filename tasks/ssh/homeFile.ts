// Reads a file in the home of a user, whose location only the host knows.

import {
  type FileState,
  lastLines,
  type Output,
  output,
  PlaybookError,
  type Probe,
  sh,
} from '../../src/index.ts'

export type HomeFile = {
  readonly path: string
  readonly user: string
  /** As text, for chown. */
  readonly uid: string
  readonly gid: string
  readonly folder: FileState
  readonly file: FileState
}

type HomeFileRequest = {
  /** Default: the task's user. */
  readonly user?: string
  /** Absolute, or relative to the home. */
  readonly path: string
  /** The state that it is, for dry runs. */
  readonly state: string
}

/** The content is Latin-1. @throws (from the probe) PlaybookError E_NO_ACCOUNT, E_UNSAFE_PATH, E_UNREADABLE */
export function homeFile({ user, path, state }: HomeFileRequest): Probe<HomeFile> {
  const name = user === undefined ? sh`$(id -un)` : sh`${user}`
  const command = sh`user=${name}
entry=$(getent passwd "$user" 2>/dev/null || grep "^$user:" /etc/passwd) || { echo "no account $user" >&2; exit 3; }
uid=$(printf %s "$entry" | cut -d : -f 3) gid=$(printf %s "$entry" | cut -d : -f 4) home=$(printf %s "$entry" | cut -d : -f 6)
path=${path}
case $path in /*) ;; *) path=\${home%/}/$path ;; esac
folder=\${path%/*}
about() { stat -L -c '%f:%u:%g:%s:%h:%Y:%U:%G' -- "$1" 2>/dev/null || echo none; }
printf '%s\n%s\n%s\n%s\n%s\n%s\n' "$user" "$uid" "$gid" "$path" "$(about "\${folder:-/}")" "$(about "$path")"
[ -f "$path" ] || exit 0
owner=$(stat -L -c %u -- "$path")
[ "$owner" = "$uid" ] || [ "$(stat -c %u -- "$folder")" = 0 ] || { echo "foreign $path" >&2; exit 4; }
cat -- "$path" || exit 5`
  const isAbsolute = path.startsWith('/')
  return output(command, parse, {
    state,
    reads: [
      state,
      ...(user === undefined ? [] : [`/etc/passwd/${user}`]),
      ...(isAbsolute
        ? [path]
        : user === undefined
          ? ['/root/.ssh']
          : [`/home/${user}`, ...(user === 'root' ? ['/root/.ssh'] : [])]),
    ],
  })
}

const fields = 6

function parse(result: Output): HomeFile {
  if (result.code !== 0) throw failure(result)
  const parts: string[] = []
  let from = 0
  for (let index = 0; index < fields; index++) {
    const end = result.stdout.indexOf(10, from)
    parts.push(result.stdout.toString('utf8', from, end))
    from = end + 1
  }
  const [user = '', uid = '', gid = '', path = '', folder = '', file = ''] = parts
  const content = Buffer.from(result.stdout.subarray(from))
  const state = stateOf(file)
  return {
    path,
    user,
    uid,
    gid,
    folder: stateOf(folder),
    file: state.type === 'file' ? { ...state, size: content.length, content } : state,
  }
}

function stateOf(printed: string): FileState {
  if (printed === 'none') return { type: 'absent' }
  const [rawMode = '', uid, gid, size, links, mtime, owner = '', group = ''] = printed.split(':')
  const bits = Number.parseInt(rawMode, 16)
  const attributes = {
    mode: bits & 0o7777,
    uid: Number(uid),
    gid: Number(gid),
    mtimeMs: Number(mtime) * 1000,
    owner: owner === 'UNKNOWN' ? uid! : owner,
    group: group === 'UNKNOWN' ? gid! : group,
  }
  if ((bits & 0o170000) === 0o040000) return { type: 'directory', ...attributes }
  if ((bits & 0o170000) !== 0o100000) return { type: 'other', ...attributes }
  return { type: 'file', ...attributes, size: Number(size), links: Number(links) }
}

function failure(result: Output): PlaybookError {
  const details = lastLines({ ...result, stdout: Buffer.alloc(0) })
  const [, name = ''] = /^(?:no account|foreign) (.*)$/.exec(details.at(-1) ?? '') ?? []
  if (result.code === 3) {
    return new PlaybookError('E_NO_ACCOUNT', `The host has no user ${name}.`, {
      hint: `Put user({ name: '${name}' }) before this task.`,
    })
  }
  if (result.code === 4) {
    return new PlaybookError('E_UNSAFE_PATH', `${name} does not belong to its user.`, {
      hint: 'Is it a link that the user has put there? Correct its owner on the host.',
    })
  }
  return new PlaybookError('E_UNREADABLE', 'The file cannot be read.', {
    details,
    hint: "Use become: true? Only root reads another user's file.",
  })
}
