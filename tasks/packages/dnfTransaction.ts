// The dnf commands that install, upgrade and remove packages.

import { type Command, run, type Step, sh } from '../../src/index.ts'
import { explainDnf } from './dnfErrors.ts'
import type { DnfParams } from './dnfParams.ts'

/** Installs or upgrades what is named, in one transaction. */
export function transactionStep(
  verb: 'install' | 'upgrade',
  params: DnfParams,
  names: readonly string[],
): Step {
  const words = [verb, ...options(params), ...names]
  return run(sh`dnf ${['-y', ...words]}`, { explain: explainDnf, rehearse: rehearsal(words) })
}

/** Removes what is named, with what came along with it. */
export function removalStep(names: readonly string[]): Step {
  return run(sh`dnf -y remove ${names}`, { explain: explainDnf })
}

/** dnf's options that say where packages come from. */
export function repositoryOptions(params: DnfParams): string[] {
  const { enablerepo = [], disablerepo = [], exclude = [], cacheOnly, releasever } = params
  return [
    ...disablerepo.map((each) => `--disablerepo=${each}`),
    ...enablerepo.map((each) => `--enablerepo=${each}`),
    ...exclude.map((each) => `--exclude=${each}`),
    ...(cacheOnly ? ['--cacheonly'] : []),
    ...(releasever === undefined ? [] : [`--releasever=${releasever}`]),
  ]
}

function options(params: DnfParams): string[] {
  return [
    ...repositoryOptions(params),
    ...(params.updateCache ? ['--refresh'] : []),
    ...(params.disableGpgCheck ? ['--nogpgcheck'] : []),
    ...(params.allowErasing ? ['--allowerasing'] : []),
    ...(params.nobest ? ['--nobest'] : []),
    ...(params.skipBroken ? ['--skip-broken'] : []),
    ...(params.weakDeps === undefined
      ? []
      : [`--setopt=install_weak_deps=${params.weakDeps ? 'True' : 'False'}`]),
  ]
}

/**
 * The transaction up to the question that is answered with no. First by the lists that are there already; where these
 * do not do, they may be old, and dnf reads them again, into a temporary folder. Logs go there too.
 */
function rehearsal(words: readonly string[]): Command {
  return sh`command -v dnf >/dev/null || exit 127
t=$(mktemp -d) || exit 0
trap 'rm -rf -- "$t"' EXIT
try() {
  output=$(dnf --assumeno --setopt=logdir="$t" "$@" ${words} 2>&1) && exit 0
  case $output in *"Operation aborted"*) exit 0 ;; esac
}
try --cacheonly
try --setopt=cachedir="$t"
printf '%s\n' "$output"
exit 1`
}
