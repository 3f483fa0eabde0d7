// Explains errors of apt-get and dpkg.

import { type Output, PlaybookError, splitLines, text } from '../../../src/index.ts'
import { captured, type KnownError, knownError } from '../../params/knownErrors.ts'

const knownErrors: readonly KnownError[] = [
  {
    code: 'E_NOT_ROOT',
    sign: /Permission denied|are you root\?/,
    message: () => 'apt needs root.',
    hint: 'become: true',
  },
  {
    code: 'E_PACKAGE_LOCK',
    sign: /Could not get lock (\S+?)\.?(?: It is held by process (\d+)(?: \(([^)]+)\))?)?[\s.]/,
    message: ([, file, pid, program]) =>
      `Another apt or dpkg is running${pid ? ` (${program ?? 'process'}, pid ${pid})` : `: ${file} is locked`}.`,
    hint: 'Wait for it to end, or give a longer lockTimeout.',
  },
  {
    code: 'E_DPKG_INTERRUPTED',
    sign: /dpkg was interrupted/,
    message: () => 'An earlier dpkg was interrupted, and has left packages half-configured.',
    hint: 'Look at dpkg --audit on the host, and run: dpkg --configure -a',
  },
  {
    code: 'E_PACKAGE_SCRIPT',
    sign: /(?:error processing (?:package|archive) (\S+)[^\n]*:?\n?[^\n]*?(?:script subprocess|subprocess)[^\n]*status (\d+))/,
    message: ([, name, status]) =>
      `A script of the package ${name} failed with exit status ${status}; the package is half-configured.`,
    hint: 'Its message is above. Once the cause is gone, the next run configures it.',
  },
  {
    code: 'E_PACKAGE_HELD',
    sign: /Held packages were changed/,
    message: (_, output) =>
      `On hold: ${listAfter(output, 'The following held packages will be changed').join(', ')}.`,
    hint: 'apt-mark unhold releases a package; allowChangeHeldPackages: true changes it all the same.',
  },
  {
    code: 'E_DOWNGRADE',
    sign: /Packages were downgraded/,
    message: (_, output) =>
      `The installed version is newer: ${listAfter(output, 'The following packages will be DOWNGRADED').join(', ')}.`,
    hint: 'allowDowngrade: true installs the older one.',
  },
  {
    code: 'E_NO_PACKAGE',
    sign: /Unable to locate package (\S+)|Couldn't find any package by (?:glob|regex) '([^']+)'/,
    message: (_, output) =>
      `No repository has ${captured(output, /Unable to locate package (\S+)/g).join(', ') || 'it'}.`,
    hint: 'Is the name right? Old or missing package lists are read again with updateCache: true.',
  },
  {
    code: 'E_NO_VERSION',
    sign: /Version '([^']+)' for '([^']+)' was not found/,
    message: ([, version, name]) => `No repository has version ${version} of ${name}.`,
    hint: 'apt-cache policy NAME lists the versions. Old package lists are read again with updateCache: true.',
  },
  {
    code: 'E_VIRTUAL_PACKAGE',
    sign: /Package '?(\S+?)'? is a virtual package provided by:\n((?: .*\n)+)/,
    message: ([, name, providers]) =>
      `${name} is provided by several packages: ${splitLines(providers!)
        .map((line) => line.trim().split(' ')[0])
        .join(', ')}.`,
    hint: 'Name one of them.',
  },
  {
    code: 'E_NO_PACKAGE',
    sign: /Package '?(\S+?)'? has no installation candidate/,
    message: ([, name]) => `No repository has ${name}, though other packages refer to it.`,
    hint: 'Does another release have it? Old package lists are read again with updateCache: true.',
  },
  {
    code: 'E_NO_RELEASE',
    sign: /The value '([^']+)' is invalid for APT::Default-Release/,
    message: ([, release]) => `No source of the host has the release ${release}.`,
    hint: 'apt-cache policy lists the releases; aptRepository adds a source.',
  },
  {
    code: 'E_PACKAGE_CONFLICT',
    sign: /unmet dependencies[^\n]*:\n((?: .*\n)+)/,
    message: ([, problems]) =>
      `The dependencies cannot be met: ${problems!
        .trim()
        .replace(/\s*\n\s*/g, '; ')
        .replace(/\s+/g, ' ')}.`,
  },
  {
    code: 'E_GPG',
    sign: /The following signatures (?:couldn't be verified|were invalid)[^\n]*|The repository '([^']+)' is not signed|unauthenticated packages/,
    message: ([whole, url], output) => {
      const key = /NO_PUBKEY (\S+)/.exec(output)?.[1]
      if (url) return `The repository ${url} is not signed${key ? ` by a known key (${key})` : ''}.`
      return key ? `The key ${key} that signs a repository is not known.` : `${whole}.`
    },
    hint: 'aptRepository with signedBy brings the key of a repository.',
  },
  {
    code: 'E_REPOSITORY',
    sign: /The repository '([^']+)' (?:does not have a Release file|no longer has a Release file)|Failed to fetch (\S+)/,
    message: ([, url, failed]) => `The repository ${url ?? failed} is not available.`,
    hint: 'Does the host reach it? Its sources are in /etc/apt/sources.list and /etc/apt/sources.list.d.',
  },
  {
    code: 'E_SOURCES',
    sign: /Malformed (?:entry|stanza|line)[^\n]*|(?:The list of sources could not be read|Conflicting values set for option)[^\n]*/,
    message: ([whole]) => `apt cannot read its sources: ${whole}`,
    hint: 'They are in /etc/apt/sources.list and /etc/apt/sources.list.d; is one there twice?',
  },
  {
    code: 'E_DISK_FULL',
    sign: /No space left on device|You don't have enough free space in (\S+)/,
    message: ([, path]) => `The disk is full${path ? `: ${path.replace(/\.$/, '')}` : ''}.`,
    hint: 'apt-get clean; df -h',
  },
  {
    code: 'E_REMOVES',
    sign: /Packages need to be removed but remove is disabled/,
    message: (_, output) =>
      `Other packages would be removed: ${listAfter(output, 'The following packages will be REMOVED').join(', ')}.`,
    hint: 'failOnAutoremove: false allows it.',
  },
]

/** The output of a failed apt-get as an error. The messages are those of apt 1.8 to 3.0, in English. */
export function explainApt(result: Output): PlaybookError {
  const output = `${text(result)}\n${result.stderr.toString('utf8')}`
  const lines = splitLines(output.replaceAll('\r', '').replace(unneeded, '')).filter(
    (line) => !noise.test(line),
  )
  const known = knownError(knownErrors, output, lines.slice(-10))
  const message = `apt-get ended with exit code ${result.code}.`
  return known ?? new PlaybookError('E_APT', message, { details: lines.slice(-12) })
}

const noise =
  /^\s*$|^\(?Reading |^Building dependency|^Calculating upgrade|^= |^debconf: delaying|^NOTE: This is only a|^ {6}(?:apt-get needs root|Keep also in mind|so don't depend)/
/** What apt says of packages that autoremove would remove. */
const unneeded = /^The following packages? (?:was|were) automatically installed.*\n(?: {2}.*\n)+Use .*\n/gm

function listAfter(output: string, heading: string): string[] {
  const [, list = ''] = new RegExp(`${heading}:\\n((?:  .*\\n)+)`).exec(output) ?? []
  return list.split(/\s+/).filter(Boolean)
}
