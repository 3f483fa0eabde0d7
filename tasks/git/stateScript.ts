// The shell script that reads the state of a destination and of the repository.

import { type Command, quote, sh, shellText } from '../../src/index.ts'
import { accessFunctions, accessInput } from './access.ts'
import { type GitParams, isCommitId } from './params.ts'
import { trustFunctions } from './trust.ts'

/** How many commits or files a report names. */
const shown = 20

/**
 * Prints lines of a word and its value, which `parseLook` reads. The repository is not asked where the commit that is
 * given by its id is checked out, or where nothing would be done.
 */
export function stateCommand(params: GitParams): Command {
  const { dest, clone, update, bare } = params
  const input = quote(accessInput(params).reveal())
  return sh`printf %s ${shellText(input)} | (
command -v git >/dev/null || { echo 'tree no git'; exit 0; }
${shellText(trustFunctions)}
dest=${dest}
if [ ! -e "$dest" ]; then
  at=\${dest%/*}
  while [ -n "$at" ] && [ ! -d "$at" ]; do at=\${at%/*}; done
  cd -P -- "\${at:-/}" || exit 1
  here=$(pwd -P) why=$(others_lead)
  tree=absent
elif [ ! -d "$dest" ]; then echo 'tree file'; exit 0
else
  cd -P -- "$dest" 2>/dev/null || { echo 'tree closed'; exit 0; }
  here=$(pwd -P) why=$(others_lead own)
  if [ -z "$(ls -A .)" ]; then tree=empty
  elif ${shellText(bare ? '[ -f ./HEAD ] && [ -d ./objects ]' : '[ -d ./.git ]')}; then
    tree=repository
    : "\${why:=$(others_write ${bare ? '.' : './.git'})}"
  elif [ -f ./.git ]; then tree=linked
  else tree=full; fi
fi
if [ -n "$why" ]; then printf 'unsafe %s\n' "$why"; exit 0; fi
echo "tree $tree"
case $tree in absent | empty) ${shellText(clone ? ':' : 'exit 0')} ;; repository) ${shellText(update ? ':' : 'exit 0')} ;; *) exit 0 ;; esac
${accessFunctions(params)}
short=$limit
[ "$tree" = repository ] || cd /
export GIT_CEILING_DIRECTORIES="\${here%/*}"
${bare ? bareLook(params) : treeLook(params)}
)`
}

/** Prints the refs that differ, with what is here. */
function bareLook({ repo, remote }: GitParams): Command {
  return sh`refs=$(net ls-remote --symref -- ${repo} HEAD 'refs/heads/*' 'refs/tags/*' 2>&1) || { printf '%s\n' "$refs" | sed 's/^/error /'; exit 0; }
local=
if [ "$tree" = repository ]; then
  ${remoteState(remote, repo)}
  local=$(look for-each-ref --format='= %(objectname) %(refname)' refs/heads refs/tags)
fi
{ printf '%s\n' "$local"; printf '%s\n' "$refs"; } | awk '
  $1 == "=" { here[$3] = $2; next }
  $1 == "ref:" { print "default " $2; next }
  $2 ~ /^refs\/(heads|tags)\// && $2 !~ /\^\{\}$/ && here[$2] != $1 { print "ref " $1, $2, here[$2] }'`
}

/** A URL may have a password, which is not printed. */
function remoteState(remote: string, repo: string): Command {
  return sh`url=$(look config --get ${`remote.${remote}.url`}) || :
  [ "$url" = ${repo} ] || printf 'remote %s\n' "$(printf %s "$url" | sed 's#^\([a-z+]*://\)[^/@]*@#\1#')"`
}

function treeLook(params: GitParams): Command {
  const { repo, remote, version, recursive } = params
  const isWhole = isCommitId(version)
  return sh`version=${isWhole ? version.toLowerCase() : version}
head= branch=
if [ "$tree" = repository ]; then
  head=$(look rev-parse -q --verify 'HEAD^{commit}') || :
  branch=$(look symbolic-ref -q HEAD) || :
  printf 'head %s\nbranch %s\n' "$head" "\${branch#refs/heads/}"
  ${remoteState(remote, repo)}
  look status --porcelain --untracked-files=no --ignore-submodules=all | sed -n '1,${shown}s/^/dirty /p'
fi
commit= target=
${isWhole ? sh`commit=$version` : namedVersion(repo)}
if [ -n "$commit" ]; then printf 'commit %s\n' "$commit"; else printf 'target %s\n' "$target"; fi
[ -n "$head" ] || exit 0
${lossLook}
${shellText(recursive ? submoduleLook : ':')}`
}

/** Asks the repository which commit a branch, a tag, a beginning of an id or a ref is. */
function namedVersion(repo: string): Command {
  return sh`begins=
case $version in
  *[!0-9a-fA-F]* | ?|??|???) ;;
  *) case $head in "$(printf %s "$version" | tr A-F a-f)"*) commit=$head begins=1 ;; esac ;;
esac
if [ -z "$commit" ]; then
  refs=$(net ls-remote --symref -- ${repo} HEAD "refs/heads/$version" "refs/tags/$version" "refs/tags/$version^{}" "$version" 2>&1) ||
    { printf '%s\n' "$refs" | sed 's/^/error /'; exit 0; }
  ids=$(printf '%s\n' "$refs" | awk -v v="$version" '
    $1 == "ref:" && $3 == "HEAD" { sub(/^refs\/heads\//, "", $2); main = $2 }
    $2 == "HEAD" { first = $1 }
    $2 == "refs/heads/" v { branch = $1 }
    $2 == "refs/tags/" v || $2 == "refs/tags/" v "^{}" { tag = $1 }
    $2 == v && v ~ /^refs\// { ref = $1 }
    END {
      if (v == "HEAD" && main) print first, "branch", main
      else if (v == "HEAD" && first) print first, "commit", first
      else if (branch) print branch, "branch", v
      else if (tag) print tag, "tag", v
      else if (ref) print ref, "ref", v
    }')
  commit=\${ids%% *} target=\${ids#* }
  [ -z "$commit" ] || printf 'target %s\n' "$target"
fi
if [ -z "$commit" ]; then
  case $version in
    *[!0-9a-fA-F]* | ?|??|???)
      net ls-remote --heads --tags --refs -- ${repo} 2>/dev/null | awk '{ sub(/^refs\/(heads|tags)\//, "", $2); print "has " $2 }' | head -n ${shown}
      exit 0 ;;
  esac
  [ "$tree" = repository ] && commit=$(look rev-parse -q --verify "$version^{commit}") || :
  target="commit $version"
fi`
}

/**
 * What a checkout would lose: commits of the branch that is moved, or of a detached HEAD, that are in no other branch,
 * in no tag, and not in the remote. What this task has checked out before came from there, too.
 */
const lossLook = sh`case $target in 'branch '*) moved=\${target#branch } ;; *) moved= ;; esac
risk=
if [ -z "$branch" ] || [ "$branch" = "refs/heads/$moved" ]; then risk=$head; fi
if [ -n "$moved" ] && look show-ref -q --verify "refs/heads/$moved"; then risk="$risk refs/heads/$moved"; fi
known=
[ -z "$commit" ] || ! look cat-file -e "$commit^{commit}" 2>/dev/null || known=$commit
if [ "$head" = "$commit" ] && [ "$branch" = "\${moved:+refs/heads/$moved}" ]; then risk=; fi
if [ -n "$risk" ]; then
  look log -n ${shown} --format='unpushed %h %s' $risk --not --remotes --tags --glob='refs/run-playbook/*' \${moved:+--exclude="$moved"} --branches $known
fi
if [ -n "$known" ] && [ "$head" != "$commit" ]; then
  look log -n ${shown} --format='old %h %s' "$known..$head"
  look log -n ${shown} --format='new %h %s' "$head..$known"
fi`

/** Looks at submodules by itself: git would run in them, whoever put them there. */
const submoduleLook = `modules=$here/.git/modules
submodules() (
  [ -f ./.gitmodules ] || exit 0
  at=$(pwd -P)
  look ls-files -s -z | tr '\\n\\000' '\\001\\n' | sed -n 's/^160000 \\([0-9a-f]*\\) [0-3]\t/\\1 /p' | while read -r id path; do
    case $path in *[[:cntrl:]]*) echo "unsafe a submodule has a line end in its name"; continue ;; esac
    why=$(others_below "./\${path%%/*}")
    if [ -n "$why" ]; then printf 'unsafe %s\\n' "$1$why"; continue; fi
    if [ ! -e "./$path/.git" ]; then printf 'module %s absent %s\\n' "$id" "$1$path"; continue; fi
    ( cd -P "./$path" || exit
      [ "$(pwd -P)" = "$at/$path" ] || { printf 'unsafe %s is a link\\n' "$1$path"; exit; }
      if [ -f ./.git ]; then
        read -r git_dir <./.git
        case $(cd -P -- "\${git_dir#gitdir: }" && pwd -P) in "$modules"/*) why=$(others_write ./.git) ;; *) why="$1$path/.git leads out of the repository" ;; esac
      else why=$(others_write ./.git); fi
      if [ -n "$why" ]; then printf 'unsafe %s\\n' "$why"; exit; fi
      now=$(look rev-parse -q --verify HEAD)
      look status --porcelain --untracked-files=no --ignore-submodules=all | sed -n 's|^\\(...\\)|dirty \\1'"$(printf %s "$1$path/" | sed 's/[|&\\\\]/\\\\&/g')|p"
      if [ "$now" != "$id" ]; then
        printf 'module %s %s %s\\n' "$id" "\${now:-absent}" "$1$path"
        [ -z "$now" ] || look log -n 20 --format="unpushed %h %s" HEAD --not --remotes --tags --branches $(look rev-parse -q --verify "$id^{commit}")
      fi
      submodules "$1$path/" )
  done
)
submodules ''`
