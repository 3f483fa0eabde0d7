// The script that reads the state of packages, and simulates the change with apt-get.

import { type Command, quote, sh, shellText } from '../../../src/index.ts'
import { aptWords, downloadPackageScript, temporaryFolder } from './commands.ts'
import { type AptParams, modeOf, parseSpec, updatesLists } from './params.ts'

/**
 * Prints what is known of the packages (`= package …`), which of them are not as requested (`= unmet …`), whether the
 * package lists are old (`= lists …`), and what apt-get says it would do. apt-get costs half a second, so it is only
 * started where something is unmet, or where only apt knows.
 */
export function stateScript(params: AptParams): Command {
  const mode = modeOf(params)
  return shellText(
    [
      "command -v apt-get >/dev/null 2>&1 || { echo '= no apt'; exit 0; }",
      `set -f\nunmet= options=\n${temporaryFolder}`,
      ...(params.name && mode !== 'upgrade' ? [packagesScript(params)] : []),
      ...(params.deb ?? []).map((deb, index) => debScript(deb, index, params)),
      ...(updatesLists(params) ? [listsScript(params)] : []),
      ...(mode === 'update' ? [] : [simulation(params)]),
      'exit 0',
    ].join('\n'),
  )
}

/** A version as apt matches it: whole, or by shell patterns, as a pattern of awk. */
function versionPattern(version: string): string {
  const escaped = version.replace(/[.+]/g, (sign) => `[${sign}]`)
  return `^${escaped.replace(/\*/g, '.*').replace(/\?/g, '.')}$`
}

// In a status such as "ii " the second letter counts: i, W and t are installed, c has only its configuration files left,
// n is unknown; any other is half-installed or half-configured.
const statusProgram = `
$1 == "=arch" { native = $2; next }
$1 == "=name" { n++; spec[n] = $2; name[n] = $3; arch[n] = $4; version[n] = $5; next }
$1 == "Package: " { next }
$1 == "=auto" { auto[$2] = 1; next }
{
  is = substr($4, 2, 1); broken = substr($4, 3, 1) != " "
  for (k = 1; k <= n; k++) {
    if ($1 == name[k] && (arch[k] == "" ? $2 == native || $2 == "all" : $2 == arch[k])) {
      print "= package|" $1 "|" $3 "|" $4 "|" (auto[$1] ? "auto" : "manual")
      if (is ~ /[iWt]/ && !broken && (version[k] == "" || $3 ~ version[k])) met[k] = 1
      if (is != "n" && (is != "c" || purge)) there[k] = 1
    } else if (version[k] == "" && is ~ /[iWt]/ && index(", " $5 ",", ", " name[k] ",") + index(", " $5, ", " name[k] " (") > 0) met[k] = 1
  }
}
END { for (k = 1; k <= n; k++) if (absent ? there[k] : !met[k]) print "= unmet|" spec[k] }`

function packagesScript({ name = [], state, purge }: AptParams): string {
  const specs = name.map((text) => {
    const { name, arch = '', version } = parseSpec(text)
    return `=name|${text}|${name}|${arch}|${version === undefined ? '' : versionPattern(version)}`
  })
  const flags = `-v absent=${state === 'absent' ? 1 : 0} -v purge=${purge ? 1 : 0}`
  return `found=$({
  echo "=arch|$(dpkg --print-architecture)"
  ${sh`printf '%s\n' ${specs}`.script}
  [ ! -e /var/lib/apt/extended_states ] || sed -n -e '/^Package: /{s///;h;}' -e '/^Auto-Installed: 1/{g;s/^/=auto|/p;}' /var/lib/apt/extended_states
  dpkg-query -W -f '\${Package}|\${Architecture}|\${Version}|\${db:Status-Abbrev}|\${Provides}\\n'
} | awk -F '|' ${flags} ${quote(statusProgram)})
printf '%s\\n' "$found"
unmet=$(printf '%s\\n' "$found" | sed -n 's/^= unmet|//p')`
}

/** A file is met by its version or a newer one; a URL by what its file name says, or else by what it brings. */
function debScript(deb: string, index: number, { allowDowngrade }: AptParams): string {
  const file = debFile(deb, index)
  const bad = `{ echo "= bad deb|$message"; exit 0; }`
  const look = `message=$(dpkg-deb -W --showformat='\${Package}|\${Version}|\${Architecture}' ${file} 2>&1) || ${bad}
name=\${message%%|*} version=\${message#*|}
arch=\${version#*|} version=\${version%%|*}
[ "$arch" = all ] || name=$name:$arch
was=$(dpkg-query -W -f '\${db:Status-Abbrev}|\${Version}' "$name" 2>/dev/null)
case $was in ?[iWt]' |'*) dpkg --compare-versions "\${was#*|}" ${allowDowngrade ? 'eq' : 'ge'} "$version" ;; *) false ;; esac ||
  { unmet="$unmet ${index}"; echo '= unmet|${index}'; }`
  if (!isUrl(deb)) return look
  const base = decodeURIComponent(new URL(deb).pathname.split('/').at(-1) ?? '')
  const [, name, version] = /^([a-z0-9][a-z0-9+.-]+)_([A-Za-z0-9.+~-]+)_[a-z0-9-]+\.deb$/.exec(base) ?? []
  const download = `message=$(${downloadPackageScript(deb, file)} 2>&1) || ${bad}\n${look}`
  if (name === undefined || version === undefined) return download
  return `was=$(dpkg-query -W -f '\${db:Status-Abbrev}|\${Version}' ${quote(name)} 2>/dev/null)
case $was in ?[iWt]' |'${quote(version)} | ?[iWt]' |'[0-9]*:${quote(version)}) ;; *)
${download}
;; esac`
}

function isUrl(deb: string): boolean {
  return deb.includes('://')
}

function debFile(deb: string, index: number): string {
  return isUrl(deb) ? `"$t/${index}.deb"` : quote(deb)
}

/** How old the package lists are, and whether the sources have changed since they were read. */
function listsScript({ cacheValidTime }: AptParams): string {
  const limit = Math.max(cacheValidTime, 60)
  return `lists=/var/lib/apt/lists old=
last=$(stat -c %Y /var/lib/apt/periodic/update-success-stamp 2>/dev/null || echo 0)
read=$(stat -c %Y "$lists" 2>/dev/null || echo 0)
[ "$last" -gt "$read" ] || last=$read
age=$(($(date +%s) - last))
if [ -z "$(find "$lists" -maxdepth 1 -name '*Release' 2>/dev/null | head -n 1)" ]; then old='not read yet'
elif [ -n "$(find /etc/apt/sources.list /etc/apt/sources.list.d /etc/apt/keyrings /etc/apt/trusted.gpg.d -newer "$lists" 2>/dev/null | head -n 1)" ]; then old='older than the sources'
elif [ "$age" -gt ${limit} ]; then old="$age s old"
fi
[ -z "$old" ] || echo "= lists|$old"`
}

/** Old lists are brought up to date in a temporary copy, so that a dry run leaves the host as it is. */
function simulation(params: AptParams): string {
  const { name, deb = [], state } = params
  const mode = modeOf(params)
  const isForApt = mode === 'upgrade' || mode === 'autoremove' || state === 'latest'
  const fixed = state === 'latest' && mode === 'install' ? (name ?? []) : []
  const files = deb.map(
    (each, index) => `case " $unmet " in *" ${index} "*) set -- "$@" ${debFile(each, index)} ;; esac`,
  )
  const simulate = [
    ...(params.deb ? ['set --', ...files] : ['set -- $unmet']),
    ...(updatesLists(params) ? [refreshScript] : []),
    "echo '= simulation'",
    `apt-get -s $options ${sh`${aptWords(params, fixed)}`.script} "$@" 2>&1`,
    'echo "= code|$?"',
    '[ -z "$(find /var/lib/dpkg/updates -type f 2>/dev/null | head -n 1)" ] || echo "= interrupted"',
  ].join('\n')
  return isForApt ? `unmet=\n${simulate}` : `if [ -n "$unmet" ]; then\n${simulate}\nfi`
}

const refreshScript = `if [ -n "$old" ]; then
  mkdir "$t/lists" "$t/lists/partial"
  cp -a "$lists/." "$t/lists/" 2>/dev/null
  rm -f "$t/lists/lock"
  echo '#clear APT::Update;' >"$t/apt.conf"
  options="-o Dir::State::lists=$t/lists -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache="
  output=$(apt-get -q -c "$t/apt.conf" -o APT::Sandbox::User=root -o Debug::NoLocking=1 $options update 2>&1)
  echo "= update|$?"
  printf '%s\\n' "$output"
fi`
