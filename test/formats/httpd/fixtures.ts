// httpd's own files, and random numbers that are the same each time.

import { readFileSync } from 'node:fs'

/** The stock httpd.conf as installed, wherever the compiled test runs. */
export function stockHttpdConf(): string {
  return httpdFile('2.4.68/httpd.conf').toString('utf8')
}

/** The stock file with 600 virtual hosts and rewrite rules below it: more than 10,000 lines. */
export function largeHttpdConf(): string {
  const host = (index: number) => [
    `<VirtualHost *:80>`,
    `    ServerName host-${index}.example.com`,
    `    DocumentRoot "/data2/hosts/${index}"`,
    `    <Directory "/data2/hosts/${index}">`,
    '        AllowOverride None',
    '        Require all granted',
    '    </Directory>',
    '    # Rules',
    ...Array.from(
      { length: 7 },
      (_, rule) => `    RewriteRule ^/old-${rule}/(.*)$ /new-${rule}/$1 [R=301,L]`,
    ),
    '</VirtualHost>',
    '',
  ]
  return stockHttpdConf() + Array.from({ length: 600 }, (_, index) => host(index).join('\n')).join('\n')
}

export function httpdFile(path: string): Buffer {
  return readFileSync(new URL(`../../../../test/fixtures/httpd/${path}`, import.meta.url))
}

export type Random = (below: number) => number

/** Whole numbers below a limit, the same ones each time (mulberry32). */
export function randomNumbers(seed: number): Random {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

export function oneOf<T>(random: Random, values: readonly T[]): T {
  return values[random(values.length)]!
}
