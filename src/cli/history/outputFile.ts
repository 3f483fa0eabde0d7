// Collects what is written, and saves it to a file once it is whole.

import { writeFileSync } from 'node:fs'
import { Writable } from 'node:stream'
import { PlaybookError } from '../../model/errors/error.ts'

type OutputFile = { readonly stream: Writable; readonly save: () => void }

/** @throws (from `save`) PlaybookError E_OUTPUT_FILE */
export function outputFile(path: string): OutputFile {
  const chunks: Buffer[] = []
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      chunks.push(chunk)
      done()
    },
  })
  const save = () => {
    try {
      writeFileSync(path, Buffer.concat(chunks))
    } catch (thrown) {
      const reason = thrown instanceof Error ? thrown.message : String(thrown)
      throw new PlaybookError('E_OUTPUT_FILE', `The report cannot be written: ${reason}`, {
        hint: 'Does the folder exist, and may you write there?',
      })
    }
  }
  return { stream, save }
}
