// Tells whether another user of this machine may have put a file where it is.

import { lstatSync, readlinkSync, realpathSync, type Stats, statSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'

type TrustOptions = {
  /** Whether its group may write to it, as in a checkout that a team shares. Default false. */
  readonly isGroupTrusted?: boolean
  /** Whether root trusts the user who called sudo, as git does. Default false. */
  readonly isCallerTrusted?: boolean
}

/**
 * Why somebody other than this user and root may have made or changed a file or folder, or a folder above it;
 * undefined: nobody can have. What does not exist yet is judged by what exists above it.
 *
 * @example distrustReason('/tmp/x/config.ts') // '/tmp/x belongs to uid 1000'
 */
export function distrustReason(path: string, options: TrustOptions = {}): string | undefined {
  if (process.geteuid === undefined) return undefined // Windows
  return reasonAlong(resolve(path), options, 0)
}

/** Follows links step by step: each folder on the way counts. */
function reasonAlong(path: string, options: TrustOptions, depth: number): string | undefined {
  if (depth > 40) return `${path} has too many links`
  for (const each of withParents(path)) {
    const stats = lstatSync(each, { throwIfNoEntry: false })
    if (!stats) return undefined
    const reason = reasonFor(each, stats, each === path, options)
    if (reason) return reason
    if (stats.isDirectory()) continue
    if (!stats.isSymbolicLink()) return undefined // nothing is below a file
    const target = resolve(dirname(each), readlinkSync(each), relative(each, path))
    return reasonAlong(target, options, depth + 1)
  }
  return undefined
}

/** Whether every user of this machine may read a file, through all folders above it. */
export function isReadableByAll(path: string): boolean {
  const [file, ...folders] = withParents(realpathSync(path)).reverse()
  const allows = (each: string, bit: number) => (statSync(each).mode & bit) !== 0
  return statSync(file!).isFile() && allows(file!, 0o004) && folders.every((folder) => allows(folder, 0o001))
}

/** `/a/b` → `/`, `/a`, `/a/b`. */
function withParents(path: string): string[] {
  const parent = dirname(path)
  return parent === path ? [path] : [...withParents(parent), path]
}

function reasonFor(path: string, stats: Stats, isLast: boolean, options: TrustOptions): string | undefined {
  const owners = [0, process.geteuid!(), ...(options.isCallerTrusted ? callers() : [])]
  if (!owners.includes(stats.uid)) return `${path} belongs to uid ${stats.uid}`
  if (stats.isSymbolicLink()) return undefined // its mode means nothing
  const isSticky = stats.isDirectory() && !isLast && (stats.mode & 0o1000) !== 0
  if ((stats.mode & 0o002) !== 0 && !isSticky) return `everybody may write to ${path}`
  const isGroupRefused = isLast && !options.isGroupTrusted && (stats.mode & 0o020) !== 0
  return isGroupRefused ? `its group may write to ${path}` : undefined
}

function callers(): number[] {
  const { SUDO_UID } = process.env
  return process.geteuid!() === 0 && SUDO_UID !== undefined ? [Number(SUDO_UID)] : []
}
