// Explains a failed build: missing packages, first errors, last lines, the log.

import { type Output, PlaybookError, splitLines } from '../../src/index.ts'
import type { Build } from './buildParams.ts'
import type { PhaseName } from './phases.ts'
import type { Platform } from './platform.ts'
import { workspaceOf } from './workspace.ts'

type Packages = { readonly dnf: string; readonly apt: string; readonly apk: string }

/** What builds say when something is not there, and the packages that bring it. The first match counts. */
const knownDependencies: readonly [pattern: RegExp, dependency: string, packages: Packages][] = [
  [/APR not found/, 'APR', { dnf: 'apr-devel', apt: 'libapr1-dev', apk: 'apr-dev' }],
  [/APR-util not found/, 'APR-util', { dnf: 'apr-util-devel', apt: 'libaprutil1-dev', apk: 'apr-util-dev' }],
  [
    /pcre2?\(2\)?-config for libpcre not found|pcre2?-config.* not found|Did not find (?:working script|pcre2?-config)|\bpcre2?\.h\b/i,
    'PCRE',
    { dnf: 'pcre-devel', apt: 'libpcre2-dev', apk: 'pcre2-dev' },
  ],
  [
    /mod_ssl has been requested but can not be built|openssl\/\w+\.h|OpenSSL (?:libraries )?(?:was )?not found|SSL modules require the OpenSSL library/i,
    'OpenSSL',
    { dnf: 'openssl-devel', apt: 'libssl-dev', apk: 'openssl-dev' },
  ],
  [
    /zlib(?: library)? (?:was )?not found|mod_deflate has been requested but|\bzlib\.h\b|cannot find -lz\b/i,
    'zlib',
    { dnf: 'zlib-devel', apt: 'zlib1g-dev', apk: 'zlib-dev' },
  ],
  [
    /\bexpat\.h\b|cannot find -lexpat/,
    'expat',
    { dnf: 'expat-devel', apt: 'libexpat1-dev', apk: 'expat-dev' },
  ],
  [
    /libxml\/\w+\.h|mod_xml2enc has been requested but|mod_proxy_html has been requested but/,
    'libxml2',
    { dnf: 'libxml2-devel', apt: 'libxml2-dev', apk: 'libxml2-dev' },
  ],
  [
    /mod_http2 has been requested but|nghttp2\/nghttp2\.h/,
    'nghttp2',
    { dnf: 'libnghttp2-devel', apt: 'libnghttp2-dev', apk: 'nghttp2-dev' },
  ],
  [
    /mod_lua has been requested but|\blua\.h\b/,
    'Lua',
    { dnf: 'lua-devel', apt: 'liblua5.4-dev', apk: 'lua5.4-dev' },
  ],
  [
    /mod_brotli has been requested but|brotli\/encode\.h/,
    'Brotli',
    { dnf: 'brotli-devel', apt: 'libbrotli-dev', apk: 'brotli-dev' },
  ],
  [/\bldap\.h\b/, 'LDAP', { dnf: 'openldap-devel', apt: 'libldap-dev', apk: 'openldap-dev' }],
  [
    /no acceptable C compiler found|(?:gcc|cc1?|clang): (?:command )?not found|C compiler cannot create executables/,
    'a C compiler that works',
    { dnf: 'gcc', apt: 'gcc libc6-dev', apk: 'gcc musl-dev' },
  ],
  [
    /(?:g\+\+|c\+\+): (?:command )?not found|cc1plus/,
    'a C++ compiler',
    { dnf: 'gcc-c++', apt: 'g++', apk: 'g++' },
  ],
  [/redhat-hardened-cc1/, "Red Hat's compiler settings", { dnf: 'redhat-rpm-config', apt: '', apk: '' }],
  [/\bmake: (?:command )?not found/, 'make', { dnf: 'make', apt: 'make', apk: 'make' }],
  [/\bpatch: (?:command )?not found/, 'patch', { dnf: 'patch', apt: 'patch', apk: 'patch' }],
  [
    /\bperl: (?:command )?not found|\/usr\/bin\/perl.*(?:bad interpreter|not found)/,
    'Perl',
    { dnf: 'perl', apt: 'perl', apk: 'perl' },
  ],
  [
    /could not find (?:the )?apxs|(?:can't|couldn't|not) find apxs|--with-apxs/i,
    'apxs of the httpd to build for',
    { dnf: '', apt: '', apk: '' },
  ],
]

const shownLines = 12

/** @example `configure of httpd 2.4.68 failed: APR is missing.` */
export function buildFailure(
  build: Build,
  platform: Platform,
  phase: PhaseName,
  output: Output,
): PlaybookError {
  const lines = splitLines(`${output.stdout.toString('utf8')}\n${output.stderr.toString('utf8')}`).filter(
    (line) => line.trim() !== '',
  )
  const failure = `${phase} of ${build.name} ${build.version} failed`
  if (lines.some((line) => /No space left on device|^disk full: /.test(line)))
    return diskFull(build, failure, lines)
  const lost =
    phase === 'make' || phase === 'configure' || phase === 'patch' ? missingIn(lines, platform) : undefined
  const reason = lost?.reason ?? patchReason(phase, lines)
  return new PlaybookError(
    phase === 'patch' ? 'E_PATCH' : 'E_BUILD',
    `${failure}${reason ? `: ${reason}` : ''}.`,
    {
      details: excerpt(lines),
      hint: [lost?.hint, resumption(build, phase)].filter(Boolean).join(' '),
    },
  )
}

/** The same for an error of a step that another task explained. */
export function stepFailure(build: Build, phase: PhaseName, error: PlaybookError): PlaybookError {
  const failure = `${phase} of ${build.name} ${build.version} failed`
  const isFull = error.details.some((line) => /No space left on device/.test(line))
  if (isFull) return diskFull(build, failure, error.details)
  if (error.code !== 'E_STEP') return error
  return new PlaybookError('E_BUILD', `${failure}: ${error.message}`, {
    details: error.details,
    hint: resumption(build, phase),
  })
}

function diskFull(build: Build, failure: string, lines: readonly string[]): PlaybookError {
  const { log } = workspaceOf(build)
  const full = lines.filter((line) => line.startsWith('disk full: '))
  const others = lines.filter((line) => /No space left on device/.test(line)).slice(-3)
  return new PlaybookError(
    'E_DISK_FULL',
    `${failure}: the disk is full. The installed version is unchanged.`,
    {
      details: [...others, ...full],
      hint: `Make room, or name another buildDir (now ${build.buildDir}), and run it again. Its log: ${log}`,
    },
  )
}

function missingIn(
  lines: readonly string[],
  { packager }: Platform,
): { reason: string; hint: string } | undefined {
  for (const line of lines.filter(isComplaint).reverse()) {
    const [, dependency, packages] = knownDependencies.find(([pattern]) => pattern.test(line)) ?? []
    if (!dependency || !packages) continue
    const name = packages[packager ?? 'dnf']
    return { reason: `${dependency} is missing`, hint: name && `Install ${name.replace(' ', ' and ')}.` }
  }
  const header = lines.map((line) => /fatal error: (\S+): No such file/.exec(line)?.[1]).find(Boolean)
  if (header)
    return { reason: `the header ${header} is missing`, hint: `Install the package that contains ${header}.` }
  const library = lines.map((line) => /cannot find -l(\S+?):?(?:\s|$)/.exec(line)?.[1]).find(Boolean)
  if (library)
    return {
      reason: `the library ${library} is missing`,
      hint: `Install the package that contains lib${library}.`,
    }
  const command = lines
    .map((line) => /(?:line )?\d+: ([\w.+-]+): (?:command )?not found/.exec(line)?.[1])
    .at(-1)
  return command
    ? { reason: `the program ${command} is missing`, hint: `Install the package that contains ${command}.` }
    : undefined
}

/** `checking for zlib... not found` is no failure, and neither is a warning. */
function isComplaint(line: string): boolean {
  return /error|not found|no such|can ?not|did not find/i.test(line) && !/^checking |warning:/i.test(line)
}

function patchReason(phase: PhaseName, lines: readonly string[]): string | undefined {
  if (phase !== 'patch') return undefined
  const name = lines.findLast((line) => line.startsWith('patching with '))?.slice('patching with '.length)
  return name && `${name} does not fit this source`
}

/** The first lines that call themselves errors, which a parallel make buries, and the last lines. */
function excerpt(lines: readonly string[]): string[] {
  const last = lines.slice(-shownLines)
  const errors = lines
    .slice(0, -shownLines)
    .filter((line) => /\berror:|\bError \d+$|undefined reference|configure: error/i.test(line))
    .slice(0, 3)
  return errors.length > 0 ? [...errors, '…', ...last] : last
}

function resumption(build: Build, phase: PhaseName): string {
  const from = phase === 'patch' || phase === 'fetch' ? 'unpack' : phase
  return `The installed version is unchanged; the next run continues at ${from}. Its log: ${workspaceOf(build).log}`
}
