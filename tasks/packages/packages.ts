// The task packages: installs and removes packages with apt or dnf, whichever the host has.

import {
  type Command,
  defineTask,
  type Output,
  output,
  PlaybookError,
  shellText,
  text,
  z,
} from '../../src/index.ts'
import { type AptState, parseAptState } from './apt/aptState.ts'
import { stateScript } from './apt/stateScript.ts'
import { apt } from './apt.ts'
import { dnf } from './dnf.ts'
import { installedScript, type PackageState, parseInstalled } from './installedPackages.ts'
import { packageEffects, packageState } from './packageEffects.ts'

const expected = "expected a name, or { debian: 'apache2', redhat: 'httpd' }"
const oneName = z.string().regex(/^[^{[]/, expected)
const list = z.union([oneName, z.array(oneName)]).transform((value) => [value].flat())
const nameOrMap = z.union(
  [
    oneName.transform((name): Names => ({ debian: [name], redhat: [name] })),
    z.strictObject({ debian: list.optional(), redhat: list.optional() }).transform((map): Names => map),
  ],
  expected,
)

type Names = {
  readonly debian?: readonly string[] | undefined
  readonly redhat?: readonly string[] | undefined
}

/**
 * Installs packages by apt or dnf, whichever the host has, or removes them. It is for names that differ between
 * distributions at most; the tasks `apt` and `dnf` have everything else.
 *
 * - `name`: a package or a list. Where the names differ: `{ debian: 'apache2', redhat: 'httpd' }`, also in a list, and
 *   with lists as values; `[]` where a family needs none. A family that is left out is an error on its hosts.
 * - `state`: `present` (default; any version), `latest`, `absent`.
 * - `updateCache`: reads old package lists or metadata again before they are used.
 * - `use`: `apt` or `dnf`; default: by the distribution that /etc/os-release names, or else by the commands there are.
 *
 * A dry run asks apt or dnf what they would do.
 *
 * @throws PlaybookError E_NO_PACKAGE_MANAGER (neither is there), E_NO_PACKAGE_NAME (no name for the host's family), and
 *   those of `apt` and `dnf`
 * @example packages({ name: ['curl', { debian: 'apache2', redhat: 'httpd' }] })
 *
 * Sources: os-release(5), and those of `apt` and `dnf`.
 */
export const packages = defineTask({
  name: 'packages',
  summary: 'Installs or removes packages by apt or dnf, whichever the host has.',
  ansible: { modules: ['package', 'yum', 'dnf', 'apt'], params: { pkg: 'name' } },
  params: z
    .strictObject({
      name: z
        .union([nameOrMap, z.array(nameOrMap).min(1)], expected)
        .transform((value): readonly Names[] => [value].flat())
        .describe("Packages: 'curl', or by family: { debian: 'apache2', redhat: 'httpd' }."),
      state: z
        .enum(['present', 'latest', 'absent'])
        .default('present')
        .describe('Whether they are installed, in the latest version, or not installed.'),
      updateCache: z.boolean().default(false).describe('Read old package lists or metadata again.'),
      use: z
        .enum(['auto', 'apt', 'dnf'])
        .default('auto')
        .describe('What to use; default: what the host has.'),
    })
    .superRefine((params, context) => {
      for (const [family, schema] of [
        ['debian', apt.spec.params],
        ['redhat', dnf.spec.params],
      ] as const) {
        const names = namesFor(family, params)
        const result = schema.safeParse({ name: names, state: params.state })
        for (const { message } of (names.length > 0 && result.error?.issues) || [])
          context.addIssue({ code: 'custom', path: ['name'], message: `for ${family}: ${message}` })
      }
    }),
  title: (params) => {
    const [debian, redhat] = [namesFor('debian', params).join(' '), namesFor('redhat', params).join(' ')]
    const all = debian === redhat ? debian : [debian, redhat].filter(Boolean).join(' | ')
    return params.state === 'present' ? all : `${all} ${params.state}`
  },
  needs: ({ use }) => ({
    root: true,
    tools: [use === 'auto' ? ['dnf', 'apt-get'] : use === 'dnf' ? 'dnf' : 'apt-get'],
  }),
  provides: (params) => ({
    packages: params.state === 'absent' ? [] : [...namesFor('debian', params), ...namesFor('redhat', params)],
  }),
  probe: (params) => ({
    found: output(script(params), (result) => parse(result, params), {
      reads: [...allNames(params).map(packageState), '/etc/os-release', '/etc/apt', '/var/lib/apt/lists'],
    }),
  }),
  plan: (params, { found }) => {
    if (found.manager === 'none') throw noManager(found.others)
    const family = found.manager === 'apt' ? 'debian' : 'redhat'
    if (params.name.some((names) => names[family] === undefined)) throw noName(family, params)
    if (namesFor(family, params).length === 0) return []
    return found.manager === 'apt'
      ? apt.spec.plan(aptParams(params), { state: found.state }, undefined)
      : dnf.spec.plan(dnfParams(params), { installed: found.installed }, undefined)
  },
  effects: (params) => allNames(params).flatMap(packageEffects),
})

type Params = {
  readonly name: readonly Names[]
  readonly state: 'present' | 'latest' | 'absent'
  readonly updateCache: boolean
  readonly use: 'auto' | 'apt' | 'dnf'
}

type Found =
  | { readonly manager: 'apt'; readonly state: AptState }
  | { readonly manager: 'dnf'; readonly installed: PackageState }
  | { readonly manager: 'none'; readonly others: readonly string[] }

function namesFor(family: keyof Names, { name }: Pick<Params, 'name'>): string[] {
  return [...new Set(name.flatMap((names) => names[family] ?? []))]
}

function allNames(params: Params): string[] {
  return [...new Set([...namesFor('debian', params), ...namesFor('redhat', params)])]
}

function aptParams(params: Params) {
  const { state, updateCache } = params
  return apt.spec.params.parse({ name: namesFor('debian', params), state, updateCache })
}

function dnfParams(params: Params) {
  const { state, updateCache } = params
  return dnf.spec.params.parse({ name: namesFor('redhat', params), state, updateCache })
}

/** Finds out which to use, and looks with that. A family without names has nothing to look at. */
function script(params: Params): Command {
  const look = (family: keyof Names, text: () => string) =>
    namesFor(family, params).length === 0 ? ':' : text()
  return shellText(`use=${params.use}
if [ "$use" = auto ] && [ -r /etc/os-release ]; then
  like=$(ID= ID_LIKE=; . /etc/os-release; echo " $ID $ID_LIKE ")
  case $like in *' debian '* | *' ubuntu '*) use=apt ;; *' rhel '* | *' fedora '* | *' centos '*) use=dnf ;; esac
fi
if [ "$use" = auto ]; then
  if command -v dnf >/dev/null 2>&1; then use=dnf; elif command -v apt-get >/dev/null 2>&1; then use=apt; fi
fi
echo "$use"
case $use in
apt)
(${look('debian', () => stateScript(aptParams(params)).script)}
) ;;
dnf)
(${look('redhat', () => installedScript(dnfParams(params)).script)}
) ;;
*) for manager in apk zypper pacman yum opkg emerge pkg; do command -v "$manager"; done ;;
esac
exit 0`)
}

function parse({ stdout, ...result }: Output, params: Params): Found {
  const end = stdout.indexOf('\n')
  const rest = { ...result, stdout: stdout.subarray(end + 1) }
  const manager = stdout.subarray(0, end).toString()
  if (manager === 'apt') return { manager, state: parseAptState(rest) }
  const hasNames = namesFor('redhat', params).length > 0
  if (manager === 'dnf')
    return { manager, installed: hasNames ? parseInstalled(rest, dnfParams(params)) : nothing }
  return {
    manager: 'none',
    others: text(rest)
      .split('\n')
      .filter(Boolean)
      .map((path) => path.replace(/^.*\//, '')),
  }
}

const nothing: PackageState = { missing: [], found: [], updates: [], others: [], predicted: [] }

function noManager(others: readonly string[]): PlaybookError {
  return new PlaybookError(
    'E_NO_PACKAGE_MANAGER',
    `This host has neither apt nor dnf${others.length === 0 ? '' : `, but ${others.join(', ')}`}.`,
    { hint: 'packages supports only apt and dnf; elsewhere install by command({ argv: [ … ] }).' },
  )
}

function noName(family: keyof Names, { name }: Params): PlaybookError {
  const known = name
    .filter((names) => names[family] === undefined)
    .flatMap((names) => Object.values(names).flat())
  return new PlaybookError('E_NO_PACKAGE_NAME', `No name of ${known.join(', ')} is given for ${family}.`, {
    hint: `Add ${family}: 'NAME' to the map, or ${family}: [] where it is not needed.`,
  })
}
