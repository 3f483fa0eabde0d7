// Keeps what the commands of a task print, for its result.

import type { Output } from '../../model/probe.ts'
import type { TaskOutput } from '../../model/run/outcome.ts'
import { mask as maskSign } from '../../model/secrets/secret.ts'

/** How much of each stream a result has. */
const limitBytes = 64 * 1024

/** How much more is kept until secrets are masked: the cut may be in the middle of one. */
const marginBytes = 1024 * 1024

type Tail = { readonly bytes: Buffer; readonly isCut: boolean }

const none: Tail = { bytes: Buffer.alloc(0), isCut: false }

/** What the commands of a task printed so far, one after the other. */
export class StepOutput {
  #stdout = none
  #stderr = none
  #hasRun = false

  add({ stdout, stderr }: Output): void {
    this.#hasRun = true
    this.#stdout = extended(this.#stdout, stdout)
    this.#stderr = extended(this.#stderr, stderr)
  }

  /** The ends of both streams, without secrets; undefined where no command ran. */
  masked(mask: (text: string) => string): TaskOutput | undefined {
    if (!this.#hasRun) return undefined
    const [stdout, stderr] = [maskedEnd(this.#stdout, mask), maskedEnd(this.#stderr, mask)]
    const isTruncated = stdout.isCut || stderr.isCut
    return { stdout: stdout.text, stderr: stderr.text, ...(isTruncated && { isTruncated }) }
  }
}

function extended({ bytes, isCut }: Tail, more: Buffer): Tail {
  const all = bytes.length === 0 ? more : Buffer.concat([bytes, more])
  const surplus = all.length - limitBytes - marginBytes
  return surplus > 0 ? { bytes: Buffer.from(all.subarray(surplus)), isCut: true } : { bytes: all, isCut }
}

function maskedEnd({ bytes, isCut }: Tail, mask: (text: string) => string): { text: string; isCut: boolean } {
  const masked = Buffer.from(mask(bytes.toString('utf8')))
  // So much was masked that what is left may begin in the middle of a secret.
  if (isCut && masked.length < 2 * limitBytes) return { text: maskSign, isCut }
  const start = Math.max(0, masked.length - limitBytes)
  return { text: masked.subarray(characterStart(masked, start)).toString('utf8'), isCut: isCut || start > 0 }
}

/** The first byte of a character at or after `at`. */
function characterStart(bytes: Buffer, at: number): number {
  let start = at
  while (start > 0 && start < bytes.length && (bytes[start]! & 0xc0) === 0x80) start += 1
  return start
}
