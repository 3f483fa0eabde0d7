// Compares versions of RPM packages, and finds those that names have at their end.

/** `epoch` is undefined where none is named. */
type RpmVersion = { readonly epoch?: string; readonly version: string; readonly release?: string }

/** A name that may be that of a package with its version: both ways to read `a-1.0-2`. */
type VersionedName = { readonly name: string; readonly is: RpmVersion }

/** `0:2.4.57-5.el9`, as rpm prints EPOCHNUM, VERSION and RELEASE. */
export function parseRpmVersion(text: string): RpmVersion {
  const [, epoch, version = text, release] = /^(?:(\d+):)?([^-]*)(?:-(.*))?$/.exec(text) ?? []
  return { epoch, version, release }
}

export function versionedNames(text: string): VersionedName[] {
  const name = text.replace(/\.(?:noarch|x86_64|i[3-6]86|aarch64|ppc64le|s390x)$/, '')
  return [/^(.+)-((?:\d+:)?\d[^-]*)$/, /^(.+)-((?:\d+:)?\d[^-]*-[^-]+)$/].flatMap((form) => {
    const [, base, version] = form.exec(name) ?? []
    return base && version ? [{ name: base, is: parseRpmVersion(version) }] : []
  })
}

/**
 * Less than 0 where the first is older; what one of them does not name is not compared.
 * Sources: rpmVersionCompare and rpmvercmp of rpm, rpm-version(7).
 */
export function compareRpm(one: RpmVersion, other: RpmVersion): number {
  const epochs =
    one.epoch === undefined || other.epoch === undefined ? 0 : Number(one.epoch) - Number(other.epoch)
  const versions = epochs || compareParts(one.version, other.version)
  if (versions !== 0 || one.release === undefined || other.release === undefined) return versions
  return compareParts(one.release, other.release)
}

function compareParts(one: string, other: string): number {
  let [a, b] = [one, other]
  for (;;) {
    a = a.replace(/^[^A-Za-z0-9~^]+/, '')
    b = b.replace(/^[^A-Za-z0-9~^]+/, '')
    const marks = compareMarks(a, b)
    if (marks === 'both') {
      a = a.slice(1)
      b = b.slice(1)
      continue
    }
    if (marks !== undefined) return marks
    if (a === '' || b === '') return Math.sign(a.length - b.length)
    const isNumber = /^\d/.test(a)
    const form = isNumber ? /^\d*/ : /^[A-Za-z]*/
    const [first, second] = [form.exec(a)![0], form.exec(b)![0]]
    if (second === '') return isNumber ? 1 : -1
    const difference = isNumber ? compareNumbers(first, second) : compareTexts(first, second)
    if (difference !== 0) return difference
    a = a.slice(first.length)
    b = b.slice(second.length)
  }
}

/** A tilde is older than the end, a caret newer than the end and older than all else. */
function compareMarks(a: string, b: string): number | 'both' | undefined {
  if (a.startsWith('~') || b.startsWith('~')) {
    if (!a.startsWith('~')) return 1
    return b.startsWith('~') ? 'both' : -1
  }
  if (!a.startsWith('^') && !b.startsWith('^')) return undefined
  if (a === '' || b === '') return a === '' ? -1 : 1
  if (!a.startsWith('^')) return 1
  return b.startsWith('^') ? 'both' : -1
}

function compareNumbers(one: string, other: string): number {
  const [a, b] = [one.replace(/^0+/, ''), other.replace(/^0+/, '')]
  return Math.sign(a.length - b.length) || compareTexts(a, b)
}

function compareTexts(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1
}
