// The apt-get commands that install, upgrade and remove packages, and read package lists.

import { type Command, run, type Step, sh, shellText } from '../../../src/index.ts'
import { explainApt } from './errors.ts'
import { type AptParams, modeOf } from './params.ts'

/** Words of apt-get after its name: options, what to do, and the packages or files. */
export function aptWords(params: AptParams, packages: readonly string[]): string[] {
  return [...aptOptions(params), ...verbOf(params), ...packages]
}

function verbOf(params: AptParams): string[] {
  const { upgrade, purge } = params
  const mode = modeOf(params)
  if (mode === 'upgrade')
    return upgrade === 'full' || upgrade === 'dist' ? ['dist-upgrade'] : ['--with-new-pkgs', 'upgrade']
  if (mode === 'remove') return [purge ? 'purge' : 'remove']
  return [mode]
}

function aptOptions(params: AptParams): string[] {
  const { dpkgOptions, lockTimeout, installRecommends, defaultRelease } = params
  const flag = (isSet: boolean, option: string) => (isSet ? [option] : [])
  return [
    ...['-q', '-y', '-o', 'Dpkg::Use-Pty=0', '-o', `DPkg::Lock::Timeout=${lockTimeout}`],
    ...dpkgOptions.flatMap((option) => ['-o', `Dpkg::Options::=--${option}`]),
    ...(installRecommends === undefined
      ? []
      : ['-o', `APT::Install-Recommends=${installRecommends ? 'yes' : 'no'}`]),
    ...(defaultRelease === undefined ? [] : ['-t', defaultRelease]),
    ...flag(params.onlyUpgrade, '--only-upgrade'),
    ...flag(params.autoremove && modeOf(params) !== 'autoremove', '--auto-remove'),
    ...flag(params.failOnAutoremove, '--no-remove'),
    ...flag(params.allowDowngrade, '--allow-downgrades'),
    ...flag(params.allowChangeHeldPackages, '--allow-change-held-packages'),
    ...flag(params.allowUnauthenticated, '--allow-unauthenticated'),
  ]
}

/** Carries out what the simulation showed. Files that come from a URL are downloaded first. */
export function transactionStep(params: AptParams, packages: readonly string[]): Step {
  const urls = packages.filter((each) => each.includes('://'))
  const words = aptWords(
    params,
    packages.filter((each) => !urls.includes(each)),
  )
  const files = urls.map((_, index) => `"$t/${index}.deb"`).join(' ')
  const downloads = urls.map((url, index) => `${downloadPackageScript(url, `"$t/${index}.deb"`)} || exit`)
  const install = sh`DEBIAN_FRONTEND=noninteractive DEBIAN_PRIORITY=critical apt-get ${words}`.script
  const script =
    urls.length === 0 ? install : [temporaryFolder, ...downloads, `${install} ${files}`].join('\n')
  return run(shellText(script), { explain: explainApt })
}

export const temporaryFolder = 't=$(mktemp -d) || exit\ntrap \'rm -rf -- "$t"\' EXIT'

/** apt's own downloader is wherever apt is, and uses its proxy. */
export function downloadPackageScript(url: string, file: string): string {
  return `${sh`/usr/lib/apt/apt-helper -q -o APT::Sandbox::User=root download-file ${url}`.script} ${file}`
}

/** Marks packages as installed on request, so that autoremove keeps them. */
export function manualStep(names: readonly string[]): Step {
  return run(sh`apt-mark manual ${names}`, { explain: explainApt })
}

/** Reads the package lists again; waits for another apt that does. A source that fails is an error, not a warning. */
export function updateStep({ lockTimeout }: AptParams): Step {
  return run(updateCommand(lockTimeout), { explain: explainApt })
}

function updateCommand(lockTimeout: number): Command {
  return sh`end=$(($(date +%s) + ${lockTimeout}))
while :; do
  output=$(apt-get -q update 2>&1)
  code=$?
  case $output in *"Could not get lock"*) [ "$(date +%s)" -ge "$end" ] || { sleep 1; continue; } ;; esac
  break
done
printf '%s\n' "$output"
case $output in *"Failed to fetch"* | *"is not signed"* | *NO_PUBKEY* | *"The repository "*) exit 100 ;; esac
[ "$code" = 0 ] && touch /var/lib/apt/lists
exit "$code"`
}
