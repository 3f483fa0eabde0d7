// Detects a host's compiler and platform, which decide rebuilding and sharing.

import { type Output, output, type Probe, type Secret, sh, splitLines, text } from '../../src/index.ts'

export type Platform = {
  /** `gcc 12.2.0 x86_64-linux-gnu`; undefined: the host has no C compiler. */
  readonly compiler?: string
  /** `debian 12 x86_64 glibc 2.36` */
  readonly name: string
  /** The program that installs packages there, for hints. */
  readonly packager: 'dnf' | 'apt' | 'apk' | undefined
}

/** The same command for all builds of a host that do not name another compiler, so that it runs once. */
export function platformOf(environment: { readonly [name: string]: string | Secret }): Probe<Platform> {
  const { CC: named } = environment
  const compilers = typeof named === 'string' && named.trim() !== '' ? [named.trim()] : ['gcc', 'cc', 'clang']
  return output(
    sh`for cc in ${compilers}; do
  command -v "\${cc%% *}" >/dev/null || continue
  printf 'version %s\ntarget %s\n' "$($cc --version 2>/dev/null | head -n 1)" "$($cc -dumpmachine 2>/dev/null)"
  break
done
printf 'machine %s\n' "$(uname -m)"
printf 'libc %s\n' "$(getconf GNU_LIBC_VERSION 2>/dev/null || ldd --version 2>&1 | head -n 2 | tr '\n' ' ')"
sed -n 's/^\(ID\|VERSION_ID\|ID_LIKE\)="*\([^"]*\)"*$/\1 \2/p' /etc/os-release 2>/dev/null
:`,
    parsePlatform,
    // A compiler that is still to come is what the build itself reckons with.
    { reads: [] },
  )
}

export function parsePlatform(result: Output): Platform {
  const values = new Map(
    splitLines(text(result)).map((line) => [word(line), line.slice(word(line).length + 1)]),
  )
  const value = (name: string) => values.get(name)?.trim() ?? ''
  const id = value('ID') || 'unknown'
  const compiler = compilerName(value('version'), value('target'))
  return {
    compiler,
    name: [id, value('VERSION_ID'), value('machine'), value('libc')].filter((each) => each !== '').join(' '),
    packager: packagerOf(`${id} ${value('ID_LIKE')}`),
  }
}

/**
 * The kind, version and target of a compiler, of the first line of `--version`. What a distribution calls its package
 * (`Red Hat 11.5.0-5`) is left out: a rebuilt package of the same compiler is no reason to rebuild.
 */
function compilerName(line: string, target: string): string | undefined {
  if (line === '') return undefined
  const plain = line.replace(/\([^)]*\)/g, '')
  const [version] = /\d+(?:\.\d+)+/.exec(plain) ?? []
  if (!version) return `${line} ${target}`.trim()
  const kind = /clang/i.test(line) ? 'clang' : /icc|icx|tcc/i.exec(line)?.[0].toLowerCase()
  return `${kind ?? 'gcc'} ${version} ${target}`.trim()
}

function packagerOf(ids: string): Platform['packager'] {
  if (/rhel|fedora|centos|rocky|almalinux|amzn|suse/.test(ids)) return 'dnf'
  if (/debian|ubuntu/.test(ids)) return 'apt'
  return /alpine/.test(ids) ? 'apk' : undefined
}

function word(line: string): string {
  return line.split(' ', 1)[0]!
}
