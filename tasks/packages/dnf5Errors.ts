// Recognizes the errors of dnf 5, and leaves out its lines of progress.

import { PlaybookError } from '../../src/index.ts'
import type { KnownError } from '../params/knownErrors.ts'

/** The messages are those of dnf5 5.4 with rpm 6. */
export const dnf5Errors: readonly KnownError[] = [
  {
    code: 'E_PACKAGE_LOCK',
    sign: /^Failed to obtain rpm transaction lock/m,
    message: () => 'Another dnf or rpm is running.',
    hint: 'Wait for it to end, or give the task a retry.',
  },
  {
    code: 'E_REPOSITORY',
    sign: /^Failed to download metadata \(.*\) for repository "([^"]+)"/m,
    message: ([, name]) => `The repository ${name} is not available.`,
    hint: 'dnf repolist --all names the repositories; does the host reach the mirror?',
  },
  {
    code: 'E_REPOSITORY',
    sign: /^No matching repositories for (.+?)(?:\. Add "--help"|$)/m,
    message: ([, name]) => `The repository ${name} is not available.`,
    hint: 'dnf repolist --all names the repositories.',
  },
  {
    code: 'E_REPOSITORY',
    sign: /^ (\S.*?) +\?\?\?% .*\n(?:>>> .*\n)*>>> (?:Usable URL not found|No more mirrors)[\s\S]*^No match for argument: /m,
    message: ([, name]) => `The repository "${name}" is not available.`,
    hint: 'dnf repolist --all names the repositories; does the host reach the mirror?',
  },
  {
    code: 'E_NO_PACKAGE',
    sign: /^Failed to access RPM "([^"]+)"/m,
    message: ([, path]) => `${path} does not exist on the host, or is not a package.`,
  },
  {
    code: 'E_NO_PACKAGE',
    sign: /^Argument '([^']+)' matches only (?:packages excluded by versionlock|excluded packages)/m,
    message: ([, name]) =>
      `${name} is excluded on this host, or belongs to a stream of a module that is not enabled.`,
    hint: "Excluded by excludepkgs in /etc/dnf/dnf.conf or the repository's file, or by versionlock: disableExcludes: 'all' takes it anyway. Streams: dnf module list.",
  },
  {
    code: 'E_NO_PACKAGE',
    sign: /^Cannot download the "([^"]+)" package, cacheonly option is activated/m,
    message: ([, name]) => `${name} is not in the cache of the host, and cacheOnly allows no download.`,
  },
  {
    code: 'E_GPG',
    sign: /^OpenPGP check for package "([^"]+)" .* has failed: (.*)/m,
    message: ([, name, why]) => `The signature of ${name} cannot be verified: ${why!.replace(/\.$/, '')}.`,
    hint: 'Give the repository its gpgkey=, or, if you must, disableGpgCheck: true',
  },
  {
    code: 'E_GPG',
    sign: /^cannot open file: \(\d+\) - (.*) \[(.*)\]/m,
    message: ([, why, path]) => `The key ${path} cannot be read: ${why}.`,
    hint: 'It is the gpgkey= of a repository.',
  },
  {
    code: 'E_DISK_FULL',
    sign: /needs (\S+) more space on the (\S+) filesystem/,
    message: ([, size, path]) => `The disk is full: ${size} more needed on ${path}.`,
    hint: 'dnf clean packages; df -h',
  },
  {
    code: 'E_PACKAGE_SCRIPT',
    sign: /^>>> (?:Error|(Non-critical error)) in (%\w+) scriptlet: (\S+)/m,
    message: ([, isThere, script, name]) =>
      `The script ${script} of ${name!.replace(/-\d+:/, '-')} failed${isThere ? '; the package is installed or removed all the same' : ''}.`,
    hint: 'The details have what it printed.',
  },
  {
    code: 'E_PACKAGE_CONFLICT',
    sign: /^ {2}- (file \S+ .*conflicts .*)/m,
    message: ([, problem]) => `The packages conflict: ${problem}.`,
  },
  {
    code: 'E_PACKAGE_CONFLICT',
    sign: /^Problem(?: \d+)?: (?:(?:conflicting requests|problem with installed package)\n +- )?(.*)/m,
    message: ([, problem]) => `The packages conflict: ${problem}.`,
    hint: 'allowErasing, nobest or exclude may help.',
  },
  {
    code: 'E_DNF',
    sign: /^Transaction failed: Rpm transaction failed/m,
    message: () => 'rpm refused the transaction.',
    hint: "Is another rpm running? What rpm says is at the end of dnf's log, /var/log/dnf5.log.",
  },
]

/** dnf 5 knows groups by their ids alone, and has no command that installs or removes the packages of a module. */
export function explainGroup(output: string, groups: readonly string[], details: readonly string[]) {
  const form = /^No (?:match|groups to remove) for argument: (.*)$/gm
  const unknown = new Set([...output.matchAll(form)].map(([, name]) => `@${name}`))
  const group = groups.find((each) => unknown.has(each))
  if (!group) return undefined
  const [name, module] = /^([^:/]+)[:/]/.exec(group.slice(1)) ?? []
  if (name === undefined)
    return new PlaybookError('E_NO_PACKAGE', `No repository has the group ${group.slice(1)}.`, {
      details,
      hint: 'dnf 5 takes a group by its id: dnf group list. Of a module it takes the packages alone.',
    })
  return new PlaybookError(
    'E_NO_MODULES',
    `${group} names a module, and dnf 5 neither installs nor removes modules.`,
    {
      details,
      hint: `Enable its stream by command: dnf -y module enable ${module}:STREAM. Then name its packages; dnf module info ${module} lists them.`,
    },
  )
}

const progress = [
  /^(?:Updating and loading repositories:|Repositories loaded\.|Running transaction|>>> Already downloaded|-+)$/,
  /^(?:Total size of inbound packages|After this operation,|Warning: skipped OpenPGP checks) /,
  / [\d?]{1,3}% \|/,
]

/** Whether a line says only how far dnf 5 is. */
export function isProgress(line: string): boolean {
  return progress.some((form) => form.test(line))
}
