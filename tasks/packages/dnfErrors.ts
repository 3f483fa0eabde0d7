// Explains errors of dnf.

import { type Output, PlaybookError, splitLines, text } from '../../src/index.ts'
import { captured, type KnownError, knownError } from '../params/knownErrors.ts'
import { dnf5Errors, explainGroup, isProgress } from './dnf5Errors.ts'
import { moduleErrors } from './moduleErrors.ts'

/** dnf ends with code 200 where it may not wait for a lock; so do our commands where dnf 5 waits too long. */
const locked: KnownError = {
  code: 'E_PACKAGE_LOCK',
  sign: /Waiting for process with pid (\d+)|currently accessing it:\n(\d+)|$/,
  message: ([, pid4, pid5 = pid4]) => `Another dnf or rpm is running${pid5 ? ` (pid ${pid5})` : ''}.`,
  hint: 'Wait for it to end, or give a longer lockTimeout.',
}

const knownErrors: readonly KnownError[] = [
  ...moduleErrors,
  ...dnf5Errors,
  {
    code: 'E_NO_REPOSITORY',
    sign: /There are no enabled repositories/,
    message: () => 'dnf has no enabled repository on this host.',
    hint: 'Check /etc/yum.repos.d, or give enablerepo.',
  },
  {
    code: 'E_GPG',
    sign: /You have enabled checking of packages via GPG keys[\s\S]*?Problem repository: \[?([^\]\s]+)/,
    message: ([, name]) =>
      `The repository ${name} has gpgcheck=1 and no gpgkey=, and its packages are not signed.`,
    hint: 'Give the repository its gpgkey=, or, if you must, disableGpgCheck: true',
  },
  {
    code: 'E_REPOSITORY',
    sign: /(?:Unknown repo: |No matching repo to modify: |No repository match: |Ignoring repositories: |Failed to download metadata for repo )'?([^'\n:]+)'?/,
    message: ([, name]) => `The repository ${name!.trim()} is not available.`,
    hint: 'dnf repolist --all names the repositories; does the host reach the mirror?',
  },
  {
    code: 'E_NO_PACKAGE',
    sign: /Can not load RPM file: (\S+?)\.?\n/,
    message: ([, path]) => `${path} does not exist on the host, or is not a package.`,
  },
  {
    code: 'E_NO_PACKAGE',
    sign: /filtered out by exclude filtering for argument: (\S+)/,
    message: ([, name]) => `${name} is excluded on this host.`,
    hint: "By excludepkgs in /etc/dnf/dnf.conf or the repository's file, or by versionlock. disableExcludes: 'all' takes it anyway.",
  },
  {
    code: 'E_NO_PACKAGE',
    sign: /No match for argument: |Unable to find a match: /,
    message: (_, output) => {
      const names = captured(output, /(?:No match for argument|Unable to find a match): ?(\S+)/g)
      return `No repository has ${names.join(', ') || 'what is named'}.`
    },
    hint: 'Is the name right, and the repository that has it enabled? dnf repolist --all',
  },
  {
    code: 'E_GPG',
    sign: /GPG check FAILED|is not signed|Public key for \S+ is not installed|key import failed|signature .*(?:failed|invalid)/i,
    message: (_, output) =>
      [
        'A signature cannot be verified',
        ...captured(output, /(?:Package|Public key for) (\S+) is not/g).slice(0, 1),
      ].join(': '),
    hint: 'Give the repository its gpgkey=, or, if you must, disableGpgCheck: true',
  },
  {
    code: 'E_DISK_FULL',
    sign: /At least (\S+) more space needed on the (\S+) filesystem|No space left on device|not enough free space|Insufficient space/i,
    message: ([, size, path]) => `The disk is full${size ? `: ${size} more needed on ${path}` : ''}.`,
    hint: 'dnf clean packages; df -h',
  },
  {
    code: 'E_PACKAGE_LOCK',
    sign: /Failed to obtain the transaction lock|can't create transaction lock|Failed to obtain rpm transaction lock|Waiting for process with pid (\d+)/,
    message: ([, pid]) => `Another dnf or rpm is running${pid ? ` (pid ${pid})` : ''}.`,
    hint: 'Wait for it to end, or give the task a retry.',
  },
  {
    code: 'E_PACKAGE_SCRIPT',
    sign: /error: (%\w+)\((\S+)\) scriptlet failed, exit status (\d+)/,
    message: ([, script, name, status]) =>
      `The script ${script} of ${name} failed with exit status ${status}.`,
    hint: 'The details have what it printed.',
  },
  {
    code: 'E_NOT_ROOT',
    sign: /superuser privileges|must be root|Permission denied/i,
    message: () => 'dnf needs root.',
    hint: 'become: true',
  },
  {
    code: 'E_DNF',
    sign: /^Operation aborted/m,
    message: () => 'dnf is configured to answer its question with no.',
    hint: 'Remove assumeno from /etc/dnf/dnf.conf.',
  },
  {
    code: 'E_PACKAGE_CONFLICT',
    sign: /Problem(?: \d+)?: (.*)|conflicts with file from package|protected packages/,
    message: ([, problem]) => `The packages conflict${problem ? `: ${problem}` : ''}.`,
    hint: 'allowErasing, nobest or exclude may help.',
  },
]

/** The output of a failed dnf, to which `groups` were named, as an error. The messages are those of dnf 4.14 and 5.4. */
export function explainDnf(result: Output, groups: readonly string[] = []): PlaybookError {
  const output = `${result.stderr.toString('utf8')}\n${text(result)}`
  const lines = splitLines(output).filter((line) => line.trim() !== '' && !isProgress(line))
  const details = [...new Set(lines)]
  if (result.code === 127) return new PlaybookError('E_NO_RPM', 'There is no dnf on this host.', { details })
  const first = details.slice(0, 8)
  return (
    explainGroup(output, groups, first) ??
    knownError(result.code === 200 ? [locked] : knownErrors, output, first) ??
    new PlaybookError('E_DNF', `dnf ended with exit code ${result.code}.`, { details: details.slice(-12) })
  )
}
