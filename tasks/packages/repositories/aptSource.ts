// The text of an apt source, and the check that apt can read it.

import { type Command, run, type Step, sh, shellText } from '../../../src/index.ts'
import { explainApt } from '../apt/errors.ts'

type AptSource = {
  readonly types: readonly string[]
  readonly uris: readonly string[]
  readonly suites: readonly string[]
  readonly components?: readonly string[] | undefined
  readonly architectures?: readonly string[] | undefined
  readonly enabled: boolean
  readonly trusted?: boolean | undefined
  readonly allowInsecure?: boolean | undefined
  readonly checkValidUntil?: boolean | undefined
}

/** The file in the deb822 style. Format: sources.list(5). */
export function aptSourceText(source: AptSource, keyPath: string | undefined): string {
  const yesNo = (value: boolean | undefined) => (value === undefined ? undefined : value ? 'yes' : 'no')
  const fields = {
    Enabled: source.enabled ? undefined : 'no',
    Types: source.types.join(' '),
    URIs: source.uris.join(' '),
    Suites: source.suites.join(' '),
    Components: source.components?.join(' '),
    Architectures: source.architectures?.join(' '),
    'Signed-By': keyPath,
    Trusted: yesNo(source.trusted),
    'Allow-Insecure': yesNo(source.allowInsecure),
    'Check-Valid-Until': yesNo(source.checkValidUntil),
  }
  return Object.entries(fields)
    .map(([field, value]) => (value === undefined ? '' : `${field}: ${value}\n`))
    .join('')
}

/**
 * Reads the lists of this source alone, before it is used: one that does not answer, is signed by another key, or
 * contradicts another source would be in the way of every later update. The key is not in its place yet. A dry run does
 * the same, with lists in a temporary folder.
 */
export function readListsStep(name: string, source: string, key: string | undefined): Step {
  return run(update(name, source, key, '-o APT::Get::List-Cleanup=0'), {
    explain: explainApt,
    rehearse: {
      command: update(
        name,
        source,
        key,
        '-o Dir::State::lists="$t/lists" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o Debug::NoLocking=1 -o APT::Sandbox::User=root',
      ),
      reads: [],
    },
  })
}

function update(name: string, source: string, key: string | undefined, lists: string): Command {
  const own = key === undefined ? source : source.replace(/^Signed-By: .*$/m, 'Signed-By: @key@')
  return sh`t=$(mktemp -d) || exit
trap 'rm -rf -- "$t"' EXIT
mkdir -p "$t/lists/partial" "$t/parts"
cp /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources "$t/parts/" 2>/dev/null
printf %s ${source} >"$t/parts/"${`${name}.sources`}
output=$(apt-get -q indextargets -o Dir::Etc::sourceparts="$t/parts" 2>&1 >/dev/null) || { printf '%s\n' "$output"; exit 100; }
printf %s ${key ?? ''} >"$t/key.asc"
printf %s ${own} | sed "s|@key@|$t/key.asc|" >"$t/check.sources"
chmod 755 "$t" && chmod 644 "$t"/*.*
echo '#clear APT::Update;' >"$t/apt.conf"
tries=60
while :; do
  output=$(apt-get -q -c "$t/apt.conf" update -o Dir::Etc::sourcelist="$t/check.sources" -o Dir::Etc::sourceparts=/dev/null ${shellText(lists)} 2>&1)
  code=$?
  case $output in *"Could not get lock"*) tries=$((tries - 1)); [ "$tries" -gt 0 ] && sleep 1 && continue ;; esac
  break
done
printf '%s\n' "$output"
case $output in *"Failed to fetch"* | *"is not signed"* | *NO_PUBKEY* | *"The repository "*) exit 100 ;; esac
exit "$code"`
}
