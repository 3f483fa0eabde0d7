// Checksums shortened to fit into a line.

import type { Checksum } from '../../../src/index.ts'

export function shortSum(checksum: Checksum | false, hex: string | undefined): string {
  if (!checksum || !hex) return 'another file'
  return `${algorithmName(checksum)} ${shorten(hex)}`
}

export function algorithmName({ algorithm }: Checksum): string {
  return algorithm.replace('sha', 'SHA-')
}

/** `7ab0…41` */
export function shorten(hex: string): string {
  return `${hex.slice(0, 4)}…${hex.slice(-2)}`
}
