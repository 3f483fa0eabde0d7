// The task rpmKey: makes rpm trust a public key, or stop trusting it.

import {
  type Change,
  contentOf,
  defineTask,
  type FileState,
  file,
  lastLines,
  type Output,
  output,
  PlaybookError,
  run,
  sh,
  splitLines,
  text,
  z,
} from '../../src/index.ts'
import {
  checkedFingerprints,
  controllerKey,
  downloadKeyScript,
  keyFingerprint,
  keyKind,
  keyName,
  keySource,
  parseDownloaded,
  requireDownloaded,
} from './keys/keySource.ts'
import { armored, fingerprints, keyBytes } from './keys/openPgp.ts'
import { inOneTransaction, packageState } from './packageEffects.ts'

/**
 * Imports a public key into rpm's database, so that packages that it signs are trusted, or removes it.
 *
 * - `key`: its text (`-----BEGIN PGP PUBLIC KEY BLOCK-----`); a file of the controller, relative to the file in which the
 *   task is written, or in `files/`; an absolute path on the host (`/etc/pki/rpm-gpg/RPM-GPG-KEY-EPEL-9`); or a URL, from
 *   which the host downloads it once. A URL needs `fingerprint`. With `absent` it may be left out.
 * - `fingerprint`: that of the key, or of all keys in the file, with or without blanks. Any other key is refused.
 * - `state`: `present` (default) or `absent`.
 *
 * dnf imports the `gpgkey` of a repository by itself where it runs with `-y`: then the key needs no task.
 *
 * @throws PlaybookError E_NO_RPM, E_KEY, E_FINGERPRINT, E_NO_KEY (not on the host, or not downloaded), E_NO_SOURCE
 *   (not on the controller), E_RPM with rpm's message
 * @example rpmKey({ key: '/etc/pki/rpm-gpg/RPM-GPG-KEY-EPEL-9' })
 * @example rpmKey({ state: 'absent', fingerprint: 'FF8A D134 4597 106E CE81 3B91 8A38 72BF 3228 467C' })
 *
 * Sources: rpmkeys(8), RFC 9580.
 */
export const rpmKey = defineTask({
  name: 'rpmKey',
  summary: 'Imports a public key into the database of rpm, or removes it.',
  ansible: {
    modules: ['rpm_key'],
    params: { validate_certs: 'There is no such option: certificates are verified.' },
  },
  params: z
    .strictObject({
      key: keySource
        .optional()
        .describe('The key: its text, a file of the controller, a path on the host, or a URL.'),
      fingerprint: keyFingerprint.optional().describe('The fingerprint of the key; a URL needs it.'),
      state: z.enum(['present', 'absent']).default('present').describe('Whether rpm trusts it.'),
    })
    .refine(({ key, state }) => key !== undefined || state === 'absent', 'key: expected')
    .refine(
      ({ key, fingerprint }) => fingerprint !== undefined || (key !== undefined && keyKind(key) !== 'url'),
      'fingerprint: expected, because key is a URL, or missing',
    ),
  title: ({ key, fingerprint, state }) => {
    const what = key === undefined || keyKind(key) === 'text' ? (fingerprint?.join(' ') ?? 'key') : key
    return state === 'present' ? what : `${what} absent`
  },
  needs: { root: true, tools: ['rpm'] },
  inputs: ({ key }, { find }) => controllerKey(key, find),
  probe: ({ key = '', fingerprint = [], state }) => ({
    trusted: output(trustedKeys, parseTrusted, { reads: [databaseState] }),
    hostKey: file(isHostKey(key) ? key : '/', { content: isHostKey(key) }),
    downloaded: output(
      downloadKeyScript(state === 'present' ? key : '', isTrustedScript(fingerprint)),
      parseDownloaded,
      {
        reads: [databaseState],
      },
    ),
  }),
  plan: (params, { trusted, hostKey, downloaded }, controller): readonly Change[] => {
    const { key = '', fingerprint, state } = params
    if (trusted === undefined) {
      throw new PlaybookError('E_NO_RPM', 'There is no rpm on this host.', {
        hint: 'The keys of apt come with aptRepository.',
      })
    }
    const packageOf = (each: string) => trusted.find(({ fingerprints }) => fingerprints.includes(each))
    if (state === 'absent' && fingerprint) return removals(fingerprint, packageOf)
    if (keyKind(key) === 'url' && fingerprint!.every(packageOf)) return []
    const what = keyName(key)
    const bytes =
      controller ?? (isHostKey(key) ? hostKeyOf(key, hostKey) : requireDownloaded(downloaded, key))
    const found = checkedFingerprints(bytes, what, fingerprint)
    if (state === 'absent') return removals(found, packageOf)
    const step = run(importScript, {
      stdin: armored(keyBytes(bytes, what), found.join(' ')),
      explain: explainRpm,
    })
    const changes = found
      .filter((each) => !packageOf(each))
      .map((each) => ({ what: `key ${each}`, from: 'not trusted', to: 'trusted', effects }))
    return inOneTransaction(changes, step)
  },
})

const databaseState = packageState('gpg-pubkey')
const effects = [{ state: databaseState }, { tree: '/var/lib/rpm' }]

type TrustedKey = { readonly name: string; readonly fingerprints: readonly string[] }

/** Each key is a package, whose data are the key in base64. */
const trustedKeys = sh`command -v rpm >/dev/null 2>&1 || exit 127
rpm -q gpg-pubkey --qf '= %{NAME}-%{VERSION}-%{RELEASE}\n[%{PUBKEYS}\n\n]' 2>/dev/null
exit 0`

function parseTrusted(result: Output): readonly TrustedKey[] | undefined {
  if (result.code === 127) return undefined
  return text(result)
    .split(/^= /m)
    .slice(1)
    .map((entry) => {
      const [name = '', ...lines] = splitLines(entry)
      const keys = lines
        .join('\n')
        .split('\n\n')
        .filter((key) => key.trim() !== '')
      return { name, fingerprints: keys.flatMap((key) => knownFingerprints(Buffer.from(key, 'base64'))) }
    })
}

/** A key of a kind that is not known here cannot be one that is expected. */
function knownFingerprints(key: Buffer): string[] {
  try {
    return fingerprints(key, 'key')
  } catch {
    return []
  }
}

/** The version of such a package is the end of the fingerprint, or all of it since rpm 6. */
function isTrustedScript(expected: readonly string[]): string {
  const tests = expected.map((each) => {
    const all = each.toLowerCase()
    return `rpm -q gpg-pubkey-${all.slice(-8)} >/dev/null 2>&1 || rpm -q gpg-pubkey-${all} >/dev/null 2>&1`
  })
  return tests.map((test) => `{ ${test}; }`).join(' && ')
}

/** rpm reads a file by its size, which a pipe does not have. */
const importScript = sh`t=$(mktemp) || exit
trap 'rm -f -- "$t"' EXIT
cat >"$t" && rpm --import "$t"`

function removals(
  expected: readonly string[],
  packageOf: (fingerprint: string) => TrustedKey | undefined,
): readonly Change[] {
  const found = expected.filter(packageOf)
  const names = [...new Set(found.map((each) => packageOf(each)!.name))]
  const step = run(sh`rpm -e ${names}`, { explain: explainRpm })
  return inOneTransaction(
    found.map((each) => ({ what: `key ${each}`, from: 'trusted', to: 'not trusted', effects })),
    step,
  )
}

function isHostKey(key: string): boolean {
  return key !== '' && keyKind(key) === 'host'
}

/** @throws PlaybookError E_NO_KEY */
function hostKeyOf(key: string, state: FileState): Buffer {
  const bytes = contentOf(key, state)
  if (bytes) return bytes
  throw new PlaybookError('E_NO_KEY', `The key ${key} does not exist on the host.`, {
    hint: 'A relative path names a file of the controller.',
  })
}

function explainRpm(result: Output): PlaybookError {
  return new PlaybookError('E_RPM', `rpm ended with exit code ${result.code}.`, {
    details: lastLines(result),
    hint: /ermission|lock/.test(result.stderr.toString()) ? 'become: true' : undefined,
  })
}
