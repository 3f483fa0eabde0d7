// The dnf commands that install, upgrade and remove packages.

import { type Command, type Output, run, type Step, sh, shellText } from '../../src/index.ts'
import { explainDnf } from './dnfErrors.ts'
import { type DnfParams, isGroup } from './dnfParams.ts'

/** Installs or upgrades what is named, in one transaction. */
export function transactionStep(
  verb: 'install' | 'upgrade',
  params: DnfParams,
  names: readonly string[],
): Step {
  const words = [verb, ...options(params), ...(verb === 'upgrade' ? advisoryOptions(params) : []), ...names]
  return run(patiently(params, words), { explain: explainIn(params), rehearse: rehearsal(words) })
}

/** Removes what is named, with what came along with it; without names, what nothing needs any more. */
export function removalStep(params: DnfParams, names: readonly string[]): Step {
  const words = names.length === 0 ? ['autoremove'] : ['remove', ...unneeded(params), ...names]
  return run(patiently(params, words), { explain: explainIn(params) })
}

function explainIn({ name }: DnfParams) {
  return (result: Output) => explainDnf(result, name.filter(isGroup))
}

/** What dnf would do with groups and `more`, or with all packages, as it shows it before it asks. It leaves no log. */
export function questionScript(
  params: DnfParams,
  verb: 'install' | 'upgrade' | 'remove' | 'autoremove',
  more: Command = shellText(''),
): string {
  const names = params.name.filter(isGroup)
  const rest = verb === 'upgrade' ? advisoryOptions(params) : names
  const words = [...(verb === 'remove' ? unneeded(params) : options(params)), ...rest]
  return `echo '= transaction'
t=$(mktemp -d) || exit 0
${sh`dnf --assumeno ${shown} ${shellText('--setopt=logdir="$t"')} ${verb} ${words} ${more}`.script} 2>&1
echo "= code $?"
rm -rf -- "$t"`
}

/** Below the level 2, which is the default, dnf does not show what it would do. */
const shown = '--setopt=debuglevel=2'

function unneeded({ autoremove }: DnfParams): string[] {
  return autoremove ? ['--setopt=clean_requirements_on_remove=True'] : []
}

/**
 * dnf waits for another for good. dnf 4 ends with code 200 where it may not; dnf 5 has no such option, so it is ended, if
 * it still waits after that time: what it prints first when it has the lock comes before it changes anything.
 */
function patiently({ lockTimeout }: DnfParams, words: readonly string[]): Command {
  if (lockTimeout === undefined) return sh`dnf ${['-y', ...words]}`
  const dnf4 = sh`dnf --setopt=exit_on_lock=True ${['-y', ...words]}`.script
  const dnf5 = sh`dnf ${['-y', ...words]}`.script
  return shellText(`end=$(($(date +%s) + ${lockTimeout}))
case $(dnf --version 2>/dev/null) in dnf5*)
  o=$(mktemp) || exit
  {
    sh -c 'echo "= pid $$"; exec "$@"' sh ${dnf5}
    code=$?
    printf '\\n= end\\n'
    exit "$code"
  } >"$o" 2>&1 &
  lock=
  until grep -Eq '^(= end|Repositories loaded|Package |Nothing )' "$o"; do
    if grep -q '^Waiting for a lock' "$o" && [ "$(date +%s)" -ge "$end" ]; then
      kill "$(sed -n 's/^= pid //p' "$o")" && lock=200
      break
    fi
    sleep 0.2
  done
  wait "$!"
  code=$?
  sed '/^= /d' "$o"
  rm -f -- "$o"
  exit "\${lock:-$code}" ;;
esac
while :; do
  ${dnf4}
  code=$?
  [ "$code" = 200 ] && [ "$(date +%s)" -lt "$end" ] || exit "$code"
  sleep 1
done`)
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
    ...(disableExcludes.length === 0 ? [] : [`--setopt=disable_excludes=${everywhere(disableExcludes)}`]),
    ...(cacheOnly ? ['--cacheonly'] : []),
    ...(releasever === undefined ? [] : [`--releasever=${releasever}`]),
  ]
}

/** What dnf 4 calls `all` is `*` in dnf 5. dnf 5 has no --disableexcludes. */
function everywhere(sources: readonly string[]): string {
  return sources.flatMap((each) => (each === 'all' ? ['all', '*'] : [each])).join(',')
}

function options(params: DnfParams): string[] {
  return [
    ...repositoryOptions(params),
    ...(params.updateCache ? ['--refresh'] : []),
    ...(params.disableGpgCheck ? ['--nogpgcheck'] : []),
    ...(params.allowErasing ? ['--allowerasing'] : []),
    ...(params.nobest ? ['--nobest'] : []),
    ...(params.skipBroken ? ['--setopt=strict=False'] : []), // --skip-broken of dnf 4; in dnf 5 not all commands have it
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
