// Hides credentials in addresses and in messages of download programs.

import { Secret } from '../../../src/index.ts'
import { addresses, type DownloadParams } from './params.ts'

/** Whether the request has something that an argument list must not show. */
export function isPrivate(params: DownloadParams): boolean {
  const isSecret = Object.values(params.headers ?? {}).some((value) => value instanceof Secret)
  return isSecret || addresses(params).some((url) => shownAddress(url) !== url)
}

/** An address without user, password and query, any of which may hold a credential. */
export function shownAddress(url: string): string {
  const plain = url.replace(/^(\w+:\/\/)[^/?#]*@/, '$1')
  return plain.replace(/\?.*$/, '?…')
}

export function withoutCredentials(message: string, url: string): string {
  const { password, search } = new URL(url)
  const hidden = [url, password, decodeURIComponent(password), search].filter((each) => each.length > 1)
  return hidden.reduce((result, each) => result.replaceAll(each, '…'), message)
}
