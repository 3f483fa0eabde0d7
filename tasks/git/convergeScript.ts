// The shell script that clones a repository, or brings a clone to a version.

import { type Command, sh, shellText } from '../../src/index.ts'
import { accessFunctions } from './access.ts'
import { type GitParams, isCommitId } from './params.ts'
import type { GitRef } from './state.ts'
import { trustFunctions } from './trust.ts'

/**
 * The folder is entered by the functions of `safePaths`, and refused where others could decide what git runs there. A
 * clone that was interrupted has no commit checked out, and is continued by the next run.
 */
export function convergeCommand(params: GitParams, target: GitRef): Command {
  const { dest, bare, umask = '022', repo, remote } = params
  return sh`rp_make=1
rp_target ${dest} follow
rp_make=
[ -d "./$rp_base" ] || rp_newdir "$rp_base" ${folderMode(umask)} ''
rp_into "$rp_base" ${dest}
${shellText(trustFunctions)}
why=$(others_lead own)
[ -n "$why" ] || [ ! -e ${gitDirectory(params)} ] || why=$(others_write ${gitDirectory(params)})
[ -z "$why" ] || rp_refuse "$why."
${accessFunctions(params)}
here=$(pwd -P)
export GIT_CEILING_DIRECTORIES="\${here%/*}"
umask ${umask}
if [ ! -e ${bare ? './HEAD' : './.git'} ]; then
  g init -q ${bare ? sh`--bare` : sh``} ${objectFormat(params)} . || exit 1
fi
if git config --get ${`remote.${remote}.url`} >/dev/null; then git remote set-url ${remote} ${repo}
else git remote add ${bare ? sh`--mirror=fetch` : sh``} ${remote} ${repo}; fi || exit 1
${bare ? bareSteps(params, target) : treeSteps(params, target)}`
}

function gitDirectory({ bare }: GitParams): string {
  return bare ? '.' : './.git'
}

function folderMode(umask: string): string {
  return (0o777 & ~Number.parseInt(umask, 8)).toString(8)
}

/** Only ids of SHA-256 have 64 digits. */
function objectFormat({ version }: GitParams): Command {
  return version.length === 64 && isCommitId(version) ? sh`--object-format=sha256` : sh``
}

function bareSteps({ remote, force }: GitParams, { name }: GitRef): Command {
  const plus = force ? '+' : ''
  return sh`net fetch --no-tags ${remote} ${[`${plus}refs/heads/*:refs/heads/*`, `${plus}refs/tags/*:refs/tags/*`]} || exit 1
git rev-parse -q --verify HEAD >/dev/null || [ -z ${name} ] || git symbolic-ref HEAD ${`refs/heads/${name}`}`
}

function treeSteps(params: GitParams, target: GitRef): Command {
  const { force, recursive, remote, depth } = params
  const forced = force ? sh`-f` : sh`--no-overwrite-ignore`
  const branch = target.kind === 'branch' ? target.name : undefined
  const checkout =
    branch === undefined
      ? sh`g checkout -q ${forced} --detach "$target"`
      : sh`g checkout -q ${forced} --no-track -B ${branch} "$target" &&
  git config ${`branch.${branch}.remote`} ${remote} && git config ${`branch.${branch}.merge`} ${`refs/heads/${branch}`}`
  const modules = [...(force ? ['--force'] : []), ...(depth === undefined ? [] : ['--depth', depth])]
  return sh`if git rev-parse -q --verify HEAD >/dev/null; then git update-ref refs/run-playbook/deployed HEAD || exit 1; fi
${fetching(params, target)}
target=$(git rev-parse -q --verify ${targetRef(params, target)}'^{commit}') || { echo "fatal: couldn't find remote ref "${target.name} >&2; exit 1; }
why=$(others_in_tree HEAD "$target")
[ -z "$why" ] || rp_refuse "$why."
${checkout} || exit 1
git update-ref refs/run-playbook/deployed HEAD || exit 1
${
  recursive
    ? sh`if [ -f ./.gitmodules ]; then
  git submodule --quiet sync --recursive && net submodule --quiet update --init --recursive ${modules} || exit 1
fi`
    : sh`:`
}`
}

function targetRef({ remote }: GitParams, { kind, name }: GitRef): string {
  if (kind === 'branch') return `refs/remotes/${remote}/${name}`
  if (kind === 'tag') return `refs/tags/${name}`
  return kind === 'ref' ? name.replace(/^refs\//, `refs/remotes/${remote}/`) : name
}

/** Fetches the version; all branches unless `depth` asks for little. */
function fetching(params: GitParams, target: GitRef): Command {
  const { remote, depth } = params
  const { kind, name } = target
  const all = `+refs/heads/*:refs/remotes/${remote}/*`
  const ref = kind === 'branch' ? `refs/heads/${name}` : kind === 'tag' ? `refs/tags/${name}` : name
  const own = `+${ref}:${targetRef(params, target)}`
  const little = sh`net fetch -q --recurse-submodules=no --no-tags --depth ${depth ?? 0} ${remote}`
  const much = sh`net fetch -q --recurse-submodules=no`
  if (kind !== 'commit') {
    if (depth !== undefined) return sh`${little} ${own} || exit 1`
    return sh`${much} ${remote} ${kind === 'branch' ? [all] : [all, own]} || exit 1`
  }
  const isWhole = isCommitId(name)
  const isHere = sh`git cat-file -e ${`${name}^{commit}`} 2>/dev/null`
  const first = isWhole && depth !== undefined ? sh`${little} ${name} 2>/dev/null || ` : sh``
  return sh`${isHere} || ${first}${much} ${remote} ${all} || exit 1
[ ! -f ./.git/shallow ] || ${isHere} || ${much} --unshallow ${remote} || exit 1
${isHere} || ${isWhole ? sh`${much} ${remote} ${name} || exit 1` : sh`${much} ${remote} 'refs/tags/*:refs/tags/*' || :`}`
}

/** For a dry run: fails as the step does where a folder of the tree is not this user's alone. */
export function rehearsalCommand({ dest, bare }: GitParams): Command {
  if (bare) return sh`:`
  return sh`cd -P -- ${dest} 2>/dev/null && [ -d ./.git ] || exit 0
${shellText(trustFunctions)}
[ -z "$(others_lead own)$(others_write ./.git)" ] || exit 0
why=$(others_in_tree HEAD)
[ -z "$why" ] || { printf 'unsafe path: %s.\n' "$why" >&2; exit 77; }`
}
