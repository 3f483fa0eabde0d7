// The dnf commands that install, upgrade and remove packages.

import { type Command, run, type Step, sh, shellText } from '../../src/index.ts'
import { explainDnf } from './dnfErrors.ts'
import { type DnfParams, isGroup } from './dnfParams.ts'

/** Installs or upgrades what is named, in one transaction. */
export function transactionStep(
  verb: 'install' | 'upgrade',
  params: DnfParams,
  names: readonly string[],
): Step {
  const words = [verb, ...options(params), ...(verb === 'upgrade' ? advisoryOptions(params) : []), ...names]
  return run(patiently(params, words), { explain: explainDnf, rehearse: rehearsal(words) })
}

/** Removes what is named, with what came along with it; without names, what nothing needs any more. */
export function removalStep(params: DnfParams, names: readonly string[]): Step {
  const words = names.length === 0 ? ['autoremove'] : ['remove', ...unneeded(params), ...names]
  return run(patiently(params, words), { explain: explainDnf })
}

/** What dnf would do, as it shows it before it asks. It leaves no log. */
export function questionScript(params: DnfParams, verb: 'install' | 'remove' | 'autoremove'): string {
  const names = verb === 'autoremove' ? [] : params.name.filter(isGroup)
  const words = verb === 'remove' ? [...unneeded(params), ...names] : [...options(params), ...names]
  return `echo '= asked'
t=$(mktemp -d) || exit 0
${sh`dnf --assumeno ${shown} ${shellText('--setopt=logdir="$t"')} ${verb} ${words}`.script} 2>&1
echo "= code $?"
rm -rf -- "$t"`
}

/** Below the level 2, which is the default, dnf does not show what it would do. */
const shown = '--setopt=debuglevel=2'

function unneeded({ autoremove }: DnfParams): string[] {
  return autoremove ? ['--setopt=clean_requirements_on_remove=True'] : []
}

/** dnf waits for another for good; it ends with code 200 where it may not. */
function patiently({ lockTimeout }: DnfParams, words: readonly string[]): Command {
  if (lockTimeout === undefined) return sh`dnf ${['-y', ...words]}`
  return sh`end=$(($(date +%s) + ${lockTimeout}))
while :; do
  dnf --setopt=exit_on_lock=True ${['-y', ...words]}
  code=$?
  [ "$code" = 200 ] && [ "$(date +%s)" -lt "$end" ] || exit "$code"
  sleep 1
done`
}

/** Which updates are meant. */
export function advisoryOptions({ security, bugfix }: DnfParams): string[] {
  return [...(security ? ['--security'] : []), ...(bugfix ? ['--bugfix'] : [])]
}

/** dnf's options that say where packages come from. */
export function repositoryOptions(params: DnfParams): string[] {
  const { enablerepo = [], disablerepo = [], exclude = [], cacheOnly, releasever } = params
  const { disableExcludes = [], enablePlugin = [], disablePlugin = [] } = params
  return [
    ...disablePlugin.map((each) => `--disableplugin=${each}`),
    ...enablePlugin.map((each) => `--enableplugin=${each}`),
    ...disablerepo.map((each) => `--disablerepo=${each}`),
    ...enablerepo.map((each) => `--enablerepo=${each}`),
    ...exclude.map((each) => `--exclude=${each}`),
    ...disableExcludes.map((each) => `--disableexcludes=${each}`),
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
