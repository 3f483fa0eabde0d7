// Plans what git changes at a destination, from the state found there.

import { posix } from 'node:path'
import { type Change, type Effect, PlaybookError, run, type Step } from '../../src/index.ts'
import { accessInput } from './access.ts'
import { convergeCommand, rehearsalCommand } from './convergeScript.ts'
import { explainGit, gitError } from './errors.ts'
import { type GitParams, isCommitId, isShortId } from './params.ts'
import type { GitRef, GitState } from './state.ts'

type Line = Omit<Change, 'steps'>

/** @throws PlaybookError where something would be lost, or does not allow it */
export function gitChanges(params: GitParams, state: GitState): readonly Change[] {
  const { dest, clone, update } = params
  refuseTree(params, state)
  if (state.tree === 'repository' ? !update : !clone) return []
  if (state.error) throw repositoryError(params, state.error)
  if (params.bare) return inOneStep(params, state, bareLines(params, state))
  const target = targetOf(params, state)
  refuseLosses(params, state)
  const lines = [
    ...remoteLines(params, state),
    ...checkoutLines(params, state, target),
    ...(params.force && state.dirty.length > 0
      ? [{ what: `${dest} local changes`, from: fileCount(state.dirty), to: 'discarded' }]
      : []),
    ...state.modules.map(({ path, from, to }) => ({
      what: posix.join(dest, path),
      from: from === 'absent' ? 'absent' : short(from),
      to: short(to),
    })),
  ]
  return inOneStep(params, state, lines, target)
}

/** All that the task may touch. */
export function gitEffects({ dest }: GitParams): readonly Effect[] {
  return [{ tree: dest }]
}

function inOneStep(
  params: GitParams,
  { mainBranch }: GitState,
  lines: readonly Line[],
  target?: GitRef,
): readonly Change[] {
  if (lines.length === 0) return []
  const { dest } = params
  const step: Step = run(convergeCommand(params, target ?? { kind: 'branch', name: mainBranch ?? '' }), {
    stdin: accessInput(params),
    explain: explainGit,
    rehearse: { command: rehearsalCommand(params), reads: [dest] },
    paths: [{ path: dest, as: 'folder' }],
  })
  return lines.map((line, index) => ({
    ...line,
    steps: index === 0 ? [step] : [],
    effects: gitEffects(params),
  }))
}

function refuseTree({ dest, bare }: GitParams, { tree, unsafe }: GitState): void {
  if (unsafe !== undefined) {
    throw new PlaybookError('E_UNSAFE_REPOSITORY', `git does not run in ${dest}: ${unsafe}.`, {
      hint: "It would run what that user puts there. Run the task as the owner: { become: 'NAME' }; or let the task's user alone own it.",
    })
  }
  if (tree === 'no git') {
    throw new PlaybookError('E_TOOL', 'There is no git on this host.', {
      hint: "Put packages({ name: 'git' }) before this task.",
    })
  }
  if (tree === 'file') throw new PlaybookError('E_NOT_A_DIRECTORY', `${dest} is not a directory.`)
  if (tree === 'closed') {
    throw new PlaybookError('E_UNREADABLE', `The task's user may not enter ${dest}.`, {
      hint: 'Use become: true, or another user?',
    })
  }
  if (tree === 'linked' || tree === 'full') {
    const what = tree === 'linked' ? 'a work tree of a repository elsewhere' : 'files, but no git repository'
    throw new PlaybookError('E_NOT_EMPTY', `${dest} has ${bare ? 'no bare repository, but files' : what}.`, {
      hint: 'Give another dest, or move away what is there.',
    })
  }
}

function repositoryError({ repo }: GitParams, lines: readonly string[]): PlaybookError {
  const { code, message, hint, details } = gitError(lines)
  return new PlaybookError(code, `${repo}: ${message}`, { hint, details })
}

/** @throws PlaybookError E_NO_REVISION */
function targetOf({ version, repo }: GitParams, { target, names }: GitState): GitRef {
  if (target) return target
  if (isCommitId(version)) return { kind: 'commit', name: version.toLowerCase() }
  if (isShortId(version)) return { kind: 'commit', name: version }
  const message =
    version === 'HEAD' ? `${repo} has no commit yet.` : `${repo} has no branch, tag or commit "${version}".`
  throw new PlaybookError('E_NO_REVISION', message, {
    details: names.length > 0 ? [`It has: ${names.join(', ')}`] : [],
    hint: version === 'HEAD' ? undefined : 'Is it pushed?',
  })
}

/** @throws PlaybookError E_LOCAL_CHANGES, E_UNPUSHED_COMMITS */
function refuseLosses({ dest, force }: GitParams, { dirty, unpushed }: GitState): void {
  if (force) return
  if (dirty.length > 0) {
    throw new PlaybookError('E_LOCAL_CHANGES', `${dest} has local changes in ${fileCount(dirty)}.`, {
      details: dirty,
      hint: 'Commit and push them, or keep such files out of the repository; force: true discards them.',
    })
  }
  if (unpushed.length > 0) {
    const count = unpushed.length === 1 ? 'a commit' : `${unpushed.length} commits`
    throw new PlaybookError('E_UNPUSHED_COMMITS', `${dest} has ${count} that the remote does not have.`, {
      details: unpushed,
      hint: 'Push them, or keep them in a branch of another name; force: true discards them.',
    })
  }
}

function remoteLines({ dest, remote, repo }: GitParams, { tree, otherUrl }: GitState): Line[] {
  if (tree !== 'repository' || otherUrl === undefined) return []
  return [{ what: `${dest} remote ${remote}`, from: otherUrl || 'none', to: repo }]
}

function checkoutLines({ dest }: GitParams, state: GitState, target: GitRef): Line[] {
  const { head, branch, commit, oldCommits, newCommits } = state
  const isThere =
    head !== undefined && (commit === undefined ? head.startsWith(target.name) : head === commit)
  const onBranch = target.kind === 'branch' ? target.name : undefined
  if (isThere && (onBranch === undefined || branch === onBranch)) return []
  const from = head === undefined ? 'absent' : named(branch, head)
  const to = named(target.kind === 'commit' ? undefined : target.name, commit ?? target.name)
  const isKnown = oldCommits.length + newCommits.length > 0
  const ofLines = (version: string, commits: readonly string[]) => `${[version, ...commits].join('\n')}\n`
  const diff = isKnown
    ? { diff: { path: dest, before: ofLines(from, oldCommits), after: ofLines(to, newCommits) } }
    : {}
  return [{ what: dest, from, to, ...diff }]
}

function bareLines(params: GitParams, { tree, refs, otherUrl }: GitState): Line[] {
  const { dest, remote, repo } = params
  if (tree !== 'repository') {
    return [{ what: dest, from: 'absent', to: `bare, with ${refs.length} branches and tags` }]
  }
  const lines = refs.map(({ name, from, to }) => ({
    what: `${dest} ${name.replace(/^refs\/heads\//, '').replace(/^refs\/tags\//, 'tag ')}`,
    from: from === '' ? 'absent' : short(from),
    to: short(to),
  }))
  const others =
    otherUrl === undefined ? [] : [{ what: `${dest} remote ${remote}`, from: otherUrl || 'none', to: repo }]
  return [...others, ...lines]
}

/** `main 1a2b3c4` */
function named(name: string | undefined, commit: string): string {
  return [name, short(commit)].filter((each) => each !== undefined).join(' ')
}

function short(commit: string): string {
  return isCommitId(commit) ? commit.slice(0, 9) : commit
}

function fileCount(dirty: readonly string[]): string {
  return dirty.length === 1 ? '1 file' : `${dirty.length} files`
}
