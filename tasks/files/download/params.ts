// The parameters of the task download.

import { type Checksum, type FileMode, type Secret, z } from '../../../src/index.ts'

export const address = z
  .string()
  .regex(
    /^(?:https?|ftp):\/\/[^\s"\\<>]+$/i,
    'expected an address that begins with https://, http:// or ftp://',
  )
  .refine((value) => URL.canParse(value), 'expected an address')

export type DownloadParams = {
  url?: string
  urls?: string[]
  dest: string
  checksum: Checksum | false
  mode?: FileMode
  owner?: string
  group?: string
  via: 'host' | 'controller'
  timeout: number
  headers?: Record<string, string | Secret>
  insecure: boolean
}

/** The mirrors, in order. */
export function addresses({ url, urls }: Pick<DownloadParams, 'url' | 'urls'>): string[] {
  return urls ?? [url!]
}
