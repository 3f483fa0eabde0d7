// Explains errors of pip and venv.

import { type Output, PlaybookError, splitLines, text } from '../../../src/index.ts'
import { type KnownError, knownError } from '../../params/knownErrors.ts'

const knownErrors: readonly KnownError[] = [
  {
    code: 'E_NO_VENV',
    sign: /ensurepip is not\s+available|No module named '?(?:venv|virtualenv)/,
    message: () => 'The Python of this host cannot make virtual environments.',
    hint: "Put packages({ name: { debian: 'python3-venv', redhat: [] } }) before this task.",
  },
  {
    code: 'E_EXTERNALLY_MANAGED',
    sign: /externally-managed-environment/,
    message: () =>
      'The Python of this host belongs to its distribution, which pip must not change (PEP 668).',
    hint: 'Give a virtualenv, or, if you must, breakSystemPackages: true',
  },
  {
    code: 'E_NO_VERSION',
    sign: /satisfies the requirement (\S+?) \(from versions: (?!none\b)([^)]*)\)/,
    message: ([, name, versions]) => `The index has no version for ${name}; it has ${versions}.`,
  },
  {
    code: 'E_REPOSITORY',
    sign: /(?:Failed to establish a new connection|Temporary failure in name resolution|Connection refused|Name or service not known|Read timed out|CERTIFICATE_VERIFY_FAILED)/,
    message: ([whole]) => `The package index does not answer: ${whole}.`,
    hint: 'Does the host reach it? `pip config list` on the host shows which index it is; environment: { PIP_INDEX_URL: … } sets another.',
  },
  {
    code: 'E_NO_PACKAGE',
    sign: /No matching distribution found for ([^\n]+)/,
    message: ([, name]) => `The index has no package for ${name}.`,
    hint: 'Is the name right? A package may also be missing for this version of Python.',
  },
  {
    code: 'E_PACKAGE_CONFLICT',
    sign: /Cannot install ([^\n]*?) because these package versions have conflicting dependencies/,
    message: ([, names]) => `The packages conflict: ${names}.`,
  },
  {
    code: 'E_BUILD',
    sign: /Failed building wheel for (\S+)|Failed to build (\S+)|subprocess-exited-with-error/,
    message: ([, name, other]) => `${name ?? other ?? 'A package'} cannot be built on the host.`,
    hint: 'A compiler or headers may be missing; a package with a wheel for this Python needs neither.',
  },
  {
    code: 'E_NOT_ROOT',
    sign: /Permission denied/,
    message: () => "The task's user may not write there.",
    hint: 'become: true, or another user',
  },
]

/** The output of a failed pip as an error. The messages are those of pip 20 to 25. */
export function explainPip(result: Output): PlaybookError {
  const output = `${text(result)}\n${result.stderr.toString('utf8')}`
  const lines = splitLines(output).filter((line) => line.trim() !== '' && !/^WARNING: Retrying/.test(line))
  const known = knownError(knownErrors, output, lines.slice(-6))
  return (
    known ??
    new PlaybookError('E_PIP', `pip ended with exit code ${result.code}.`, { details: lines.slice(-12) })
  )
}
