// Reads ufw's rules and settings, and what ufw would do with another rule.

import { type Command, lastLines, type Output, PlaybookError, sh } from '../../src/index.ts'
import { keyedLines } from '../params/keyedLines.ts'

/** A rule as ufw keeps it: `allow tcp 22 0.0.0.0/0 any 0.0.0.0/0 in`. */
export type UfwRules = { readonly v4: readonly string[]; readonly v6: readonly string[] }

export type UfwState = {
  readonly isActive: boolean
  readonly isEnabled: boolean
  readonly logging: string
  readonly policies: { readonly [direction: string]: string }
  readonly rules: UfwRules
  /** The rules as they would be with the rule that was tried. */
  readonly after: UfwRules
  /** Why ufw does not take that rule. */
  readonly refusal: string | undefined
  /** Where our own connection comes from, and the address and port to which it leads. */
  readonly ssh: { readonly from: string; readonly to: string; readonly port: number } | undefined
}

/** `words`: a rule to try, as ufw takes it; it is not added. */
export function ufwStateCommand(words: readonly string[] | undefined): Command {
  return sh`export LC_ALL=C
command -v ufw >/dev/null || { echo 'The host has no ufw.' >&2; exit 127; }
[ -r /etc/ufw/user.rules ] && ufw status | sed -n 's/^Status: /status /p' || exit 1
sed -n 's/^LOGLEVEL=/logging /p; s/^ENABLED=/enabled /p' /etc/ufw/ufw.conf
sed -n 's/^DEFAULT_\([A-Z]*\)_POLICY="\{0,1\}\([A-Z]*\)"\{0,1\}$/policy \1 \2/p' /etc/default/ufw
sed -n 's/^### tuple ### /rule /p' /etc/ufw/user.rules /etc/ufw/user6.rules 2>/dev/null
p=$$
while [ "$p" -gt 1 ]; do
  c=$(tr '\0' '\n' <"/proc/$p/environ" 2>/dev/null | sed -n 's/^SSH_CONNECTION=/ssh /p')
  [ -z "$c" ] || { echo "$c"; break; }
  p=$(sed 's/^.*) . \([0-9]*\) .*/\1/' "/proc/$p/stat" 2>/dev/null || echo 0)
done
${words ? sh`ufw --dry-run ${words} 2>&1 | sed -n 's/^### tuple ### /tried /p; s/^Skipping .*(v6)$/skipped v6/p; t; s/^Skipping .*/skipped v4/p; s/^Rule.*(v6)$/took v6/p; t; s/^Rule.*/took v4/p; s/^ERROR: /refused /p; s/^Could not .*/&/p'` : sh`:`}
:`
}

export function parseUfwState(result: Output): UfwState {
  if (result.code !== 0) {
    const lines = lastLines(result)
    throw new PlaybookError('E_UFW', lines.at(-1) ?? 'ufw does not show its rules.', {
      hint: 'packages({ name: ["ufw"] }) installs it; its rules are read and changed as root (become: true).',
    })
  }
  const values = keyedLines(result)
  const rules = byFamily(values('rule'))
  const tried = byFamily(values('tried'))
  const took = values('took')
  const [from, , to, port] = values('ssh')[0]?.split(' ') ?? []
  return {
    isActive: values('status')[0] === 'active',
    isEnabled: values('enabled')[0] === 'yes',
    logging: values('logging')[0] ?? 'off',
    policies: Object.fromEntries(values('policy').map(policyOf)),
    rules,
    after: { v4: took.includes('v4') ? tried.v4 : rules.v4, v6: took.includes('v6') ? tried.v6 : rules.v6 },
    refusal: values('refused')[0],
    ssh: from === undefined || to === undefined ? undefined : { from, to, port: Number(port) },
  }
}

function policyOf(line: string): [direction: string, policy: string] {
  const [chain = '', policy = ''] = line.split(' ')
  const direction = { INPUT: 'incoming', OUTPUT: 'outgoing', FORWARD: 'routed' }[chain] ?? chain
  return [direction, { ACCEPT: 'allow', DROP: 'deny', REJECT: 'reject' }[policy] ?? policy]
}

function byFamily(tuples: readonly string[]): UfwRules {
  const isV6 = (tuple: string) => {
    const [, , , to = '', , from = ''] = tuple.split(' ')
    return `${to}${from}`.includes(':')
  }
  return { v4: tuples.filter((each) => !isV6(each)), v6: tuples.filter(isV6) }
}
