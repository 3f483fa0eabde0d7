// Takes out of a text what is a host's own, so that texts of many hosts are equal.

/**
 * `copyFile /srv/web-01.conf` of web-01 is `copyFile /srv/<host>.conf`; names that could be words stay. Process ids and
 * durations become `…`.
 */
export function withoutOwn(text: string, host: string): string {
  const plain = text.replace(/\bpid \d+( → \d+)?|\b(?:in|after) \d[\d.]* s\b/g, (own) =>
    own.replace(/\d[\d.]*/g, '…'),
  )
  if (!/[\d.-]/.test(host) || !plain.includes(host)) return plain
  return plain.replace(pattern(host), '<host>')
}

let last: { readonly host: string; readonly pattern: RegExp } | undefined

/** Texts of one host follow each other. */
function pattern(host: string): RegExp {
  if (last?.host !== host) {
    const escaped = host.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    last = { host, pattern: new RegExp(`(?<![A-Za-z0-9])${escaped}(?![A-Za-z0-9])`, 'g') }
  }
  return last.pattern
}
