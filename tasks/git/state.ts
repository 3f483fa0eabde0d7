// Parses the state of a destination of git.

import { type Output, PlaybookError, splitLines, text } from '../../src/index.ts'
import { explainGit } from './errors.ts'

/** What a version is in the repository: its name, and its kind. */
export type GitRef = { readonly kind: 'branch' | 'tag' | 'commit' | 'ref'; readonly name: string }

export type GitState = {
  readonly tree: 'no git' | 'file' | 'closed' | 'absent' | 'empty' | 'linked' | 'full' | 'repository'
  /** What somebody else could have put there. */
  readonly unsafe?: string
  /** Why the repository does not answer. */
  readonly error?: readonly string[]
  /** The commit that is checked out, and its branch; undefined: none, detached. */
  readonly head?: string
  readonly branch?: string
  /** The URL of the remote, if it is another one; empty: there is none. */
  readonly otherUrl?: string
  /** The commit of the version, as far as it is known. */
  readonly commit?: string
  readonly target?: GitRef
  /** Names of branches and tags, where the version is none. */
  readonly names: readonly string[]
  /** Lines of `git status`, and commits by id and subject. */
  readonly dirty: readonly string[]
  readonly unpushed: readonly string[]
  readonly oldCommits: readonly string[]
  readonly newCommits: readonly string[]
  /** Submodules at another commit than the tree names. */
  readonly modules: readonly { readonly path: string; readonly from: string; readonly to: string }[]
  /** Of a bare repository: the refs that differ. */
  readonly refs: readonly { readonly name: string; readonly from: string; readonly to: string }[]
  readonly mainBranch?: string
}

/** @throws PlaybookError E_GIT where the host says nothing that can be understood */
export function parseState(result: Output): GitState {
  const found = new Map<string, string[]>()
  for (const line of splitLines(text(result).replaceAll('\r', ''))) {
    const [, key = '', value = ''] = /^(\S+) ?(.*)$/.exec(line) ?? []
    found.set(key, [...(found.get(key) ?? []), value])
  }
  const all = (key: string) => found.get(key) ?? []
  const one = (key: string) => all(key)[0] || undefined
  const tree = one('tree') as GitState['tree'] | undefined
  const unsafe = one('unsafe')
  if (tree === undefined && unsafe === undefined)
    throw explainGit(result) ?? new PlaybookError('E_GIT', 'The state of dest cannot be read.')
  return {
    tree: tree ?? 'repository',
    unsafe,
    ...(found.has('error') ? { error: all('error') } : {}),
    head: one('head'),
    branch: one('branch'),
    otherUrl: all('remote')[0],
    mainBranch: one('default')?.replace(/^refs\/heads\//, ''),
    commit: one('commit'),
    target: targetOf(one('target')),
    names: all('has'),
    dirty: all('dirty'),
    unpushed: all('unpushed'),
    oldCommits: all('old'),
    newCommits: all('new'),
    modules: all('module').map((line) => {
      const [, to = '', from = '', path = ''] = /^(\S+) (\S+) (.*)$/.exec(line) ?? []
      return { path, from, to }
    }),
    refs: all('ref').map((line) => {
      const [to = '', name = '', from = ''] = line.split(' ')
      return { name, from, to }
    }),
  }
}

function targetOf(line: string | undefined): GitRef | undefined {
  const [, kind, name] = /^(branch|tag|commit|ref) (.+)$/.exec(line ?? '') ?? []
  return kind === undefined ? undefined : { kind: kind as GitRef['kind'], name: name! }
}
