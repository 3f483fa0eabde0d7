// Gets an archive from the host, the controller, or an address.

import { posix } from 'node:path'
import { type Checksum, type Command, PlaybookError, sh, z } from '../../../src/index.ts'
import { explainDownload } from '../download/errors.ts'
import { fetchTool } from '../download/fetchTool.ts'
import { address, type DownloadParams } from '../download/params.ts'
import { noMirrorCode } from '../download/script.ts'

/** Of an archive that is fetched: what `download` would take. */
type ArchiveRequest = DownloadParams & { readonly url: string }

export function isUrl(src: string): boolean {
  return address.safeParse(src).success
}

/** `app-1.2.tar.gz` of a path or an address. */
export function archiveName(src: string): string {
  return posix.basename(isUrl(src) ? decodeURIComponent(new URL(src).pathname) : src)
}

export function archiveRequest(url: string, checksum: Checksum | false): ArchiveRequest {
  return { url, dest: `/${archiveName(url)}`, checksum, via: 'host', timeout: 30, insecure: false }
}

export const archiveSource = z
  .string()
  .min(1)
  .regex(/^[^\0\n]*[^/\0\n]$/, 'expected the path of a file, or an address')

/** Fetches the archive into the stage; the script gets its address by standard input. */
export function fetchedOrigin(request: ArchiveRequest): Command {
  const { checksum, url } = request
  return sh`mkdir ./from || exit 1
part=./from/${archiveName(url)} headers= at=
IFS= read -r url
${fetchTool(request)}
output=$(fetch "$url" 2>&1) || { printf '1 error %s\n' "$(printf %s "$output" | tr '\n' ' ')"; exit ${noMirrorCode}; }
${
  checksum
    ? sh`sum=$(${`${checksum.algorithm}sum`} <"$part")
[ "\${sum%% *}" = ${checksum.hex} ] || { printf '1 sum %s\n' "\${sum%% *}"; exit ${noMirrorCode}; }`
    : sh`:`
}
src=$part`
}

/** Takes an archive that the controller has sent to a path into the stage. */
export function sentOrigin(path: string, name: string, { hex }: Checksum): Command {
  return sh`mkdir ./from && cat -- ${path} >./from/${name} || { rm -f -- ${path}; damaged; }
rm -f -- ${path}
src=./from/${name}
case $(sha256sum <"$src") in ${hex}\ *) ;; *) rp_refuse ${`${path} was replaced by another user.`} ;; esac`
}

/** Where the controller puts an archive for a moment: where every user may. */
export function sentPath(name: string, { hex }: Checksum): string {
  return `/var/tmp/run-playbook-${hex.slice(0, 16)}-${name}`
}

/** Why it was not fetched. */
export function explainFetch(
  request: ArchiveRequest,
  output: Parameters<typeof explainDownload>[2],
): PlaybookError | undefined {
  const error = explainDownload(request, { type: 'absent' }, output)
  if (!error?.hint?.includes("via: 'controller'")) return error
  return new PlaybookError(error.code, error.message, {
    details: error.details,
    hint: "Does the host reach it? The task download with via: 'controller' brings it there.",
  })
}
