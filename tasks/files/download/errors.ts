// Explains why no mirror delivered the file.

import { posix } from 'node:path'
import {
  type FileState,
  missingTool,
  type Output,
  PlaybookError,
  splitLines,
  text,
} from '../../../src/index.ts'
import { algorithmName, shorten } from './checksumText.ts'
import { noToolCode } from './fetchTool.ts'
import { addresses, type DownloadParams } from './params.ts'
import { isPrivate, shownAddress, withoutCredentials } from './redaction.ts'
import { noMirrorCode } from './script.ts'

/** What the script's exit code and words mean; undefined: nothing of its own. */
export function explainDownload(
  params: DownloadParams,
  current: FileState,
  output: Output,
): PlaybookError | undefined {
  if (output.code === noToolCode) return noTool(isPrivate(params))
  if (output.code !== noMirrorCode) return undefined
  const reports = new Map(splitLines(text(output)).map((each) => [Number.parseInt(each, 10), each] as const))
  const urls = addresses(params)
  const reasons = urls.map((url, index) => reason(params, url, reports.get(index + 1) ?? ''))
  const details = urls.map((url, index) => `${shownAddress(url)}   ${reasons[index]}`)
  if (current.type === 'file') details.push('The file already on the host was left as it was.')
  const count = urls.length === 1 ? 'The address did not deliver' : `None of ${urls.length} mirrors delivered`
  const hint = reasons.some((each) => each.includes('expected'))
    ? 'Is the checksum for a different version?'
    : "Does the host reach them? via: 'controller' fetches the file here, and brings it there."
  return new PlaybookError('E_DOWNLOAD', `${count} ${posix.basename(params.dest)}.`, { details, hint })
}

/** Why a mirror failed, of its line `2 sum HEX` or `1 said status=404 curl: (22) …`. */
function reason({ checksum }: DownloadParams, url: string, line: string): string {
  const [, kind, rest = ''] = /^\d+ (sum|error) ?(.*)$/.exec(line) ?? []
  if (kind === 'sum' && checksum)
    return `${algorithmName(checksum)} is ${shorten(rest)}, expected ${shorten(checksum.hex)}`
  const status = /(?:status=|ERROR |HTTP\/1\.\d )([45]\d\d)/.exec(rest)?.[1]
  if (/Authentication Failed/.test(rest)) return '401 Unauthorized'
  if (status) return `${status} ${statusText(status)}`.trim()
  const error =
    /(?:curl: \(\d+\) |failed: |wget: )(.*?)\.?\s*$/.exec(rest)?.[1] ?? rest.replace(/^status=\d+ /, '')
  return withoutCredentials(error, url).trim() || 'no answer'
}

/** Node.js's own words; its module would cost every start of the program some milliseconds. */
function statusText(status: string): string {
  return process.getBuiltinModule('node:http').STATUS_CODES[status] ?? ''
}

function noTool(hasSecrets: boolean): PlaybookError {
  const error = missingTool(['curl', hasSecrets ? 'GNU wget' : 'wget'])
  return error.with({ hint: "Install curl before this task, or fetch the file here: via: 'controller'." })
}
