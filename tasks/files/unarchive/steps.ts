// The steps that bring an archive to the host and unpack it.

import {
  type Checksum,
  type Output,
  type Rehearsal,
  run,
  type Step,
  secret,
  sh,
  upload,
} from '../../../src/index.ts'
import { mirrorCheck } from '../download/mirrorCheck.ts'
import { explainUnpacking } from './errors.ts'
import {
  archiveName,
  archiveRequest,
  explainFetch,
  fetchedOrigin,
  isUrl,
  sentOrigin,
  sentPath,
} from './origin.ts'
import type { UnarchiveParams } from './params.ts'
import { type Stamp, toolCheck, unpackCommand } from './script.ts'

/** A file of the controller, with its digest. */
export type LocalArchive = { readonly path: string; readonly digest: Checksum }

/** `digest`: of the archive; false: any bytes of the address. */
export function unpackSteps(
  params: UnarchiveParams,
  stamp: Stamp,
  digest: Checksum | false,
  local: LocalArchive | undefined,
): readonly Step[] {
  const { src, dest } = params
  const named = { ...params, src: archiveName(src) }
  const paths = [{ path: dest, as: 'folder' as const }]
  const explain = (output: Output) => explainUnpacking(src, output)
  if (local) {
    const path = sentPath(named.src, local.digest)
    const source = { kind: 'local' as const, path: local.path, sha256: local.digest.hex }
    return [
      upload({ source, path, mode: 0o600 }),
      run(unpackCommand(named, stamp, sentOrigin(path, named.src, local.digest)), {
        explain,
        rehearse: toolCheck(named),
        paths,
      }),
    ]
  }
  if (isUrl(src)) {
    const request = archiveRequest(src, digest)
    return [
      run(unpackCommand(named, stamp, fetchedOrigin(request)), {
        stdin: secret(`${src}\n`),
        explain: (output) => explainFetch(request, output) ?? explainUnpacking(named.src, output),
        rehearse: both(toolCheck(named), mirrorCheck(request)),
        paths,
      }),
    ]
  }
  return [
    run(unpackCommand(params, stamp, digest || undefined), { explain, rehearse: toolCheck(params), paths }),
  ]
}

function both(one: Rehearsal, other: Rehearsal): Rehearsal {
  return {
    command: sh`( ${one.command}
) || exit
${other.command}`,
    reads: [...(one.reads ?? []), ...(other.reads ?? [])],
  }
}
