// Compares versions of Python packages, by PEP 440.

import { PyError } from '../values/value.ts'

const pattern =
  /^v?(?:(?<epoch>\d+)!)?(?<release>\d+(?:\.\d+)*)(?:[-_.]?(?<pre>alpha|a|beta|b|preview|pre|c|rc)[-_.]?(?<preCount>\d*))?(?:(?:-(?<post1>\d+))|(?:[-_.]?(?<post>post|rev|r)[-_.]?(?<postCount>\d*)))?(?:[-_.]?(?<dev>dev)[-_.]?(?<devCount>\d*))?(?:\+(?<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?$/i

/** @throws PyError for what is no such version */
export function comparePep440(one: string, other: string): number {
  const [a, b] = [keyOf(one), keyOf(other)]
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

/** Numbers in the order of their weight; releases are filled up to ten parts. */
function keyOf(text: string): number[] {
  const groups = pattern.exec(text.trim())?.groups
  if (!groups)
    throw new PyError(
      `"${text}" is no version by PEP 440`,
      'Expected 1.2.3, with rc1, .post1 or .dev1 behind it.',
    )
  const release = groups.release!.split('.').map(Number)
  const isPost = groups.post !== undefined || groups.post1 !== undefined
  const isDev = groups.dev !== undefined
  const pre =
    groups.pre === undefined ? (isDev && !isPost ? -1 : 3) : 'abcpr'.indexOf(groups.pre[0]!.toLowerCase())
  return [
    Number(groups.epoch ?? 0),
    ...Array.from({ length: 10 }, (_, index) => release[index] ?? 0),
    // alpha, beta, and c, pre, rc as one
    Math.min(pre, groups.pre === undefined ? 3 : 2),
    Number(groups.preCount || 0),
    isPost ? Number(groups.post1 ?? (groups.postCount || 0)) : -1,
    isDev ? Number(groups.devCount || 0) : Number.POSITIVE_INFINITY,
    groups.local === undefined ? -1 : 0,
  ].map((part) => (part === Number.POSITIVE_INFINITY ? Number.MAX_VALUE : part))
}
