// Collects what is written, and saves it to a file once it is whole.

import { realpathSync, statSync, writeFileSync } from 'node:fs'
import { Writable } from 'node:stream'
import { replaceFile } from '../../files/replaceFile.ts'
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
      writeWhole(path, Buffer.concat(chunks))
    } catch (thrown) {
      const reason = thrown instanceof Error ? thrown.message : String(thrown)
      throw new PlaybookError('E_OUTPUT_FILE', `The report cannot be written: ${reason}`, {
        hint: 'Does the folder exist, and may you write there?',
      })
    }
  }
  return { stream, save }
}

/** Only its owner may read a new file: changes on hosts may be confidential. One that is there keeps its mode. */
function writeWhole(path: string, content: Buffer): void {
  const old = statSync(path, { throwIfNoEntry: false })
  const uid = process.getuid?.()
  // A pipe or a device cannot be replaced, and the file of another user would become ours.
  if (old && (!old.isFile() || old.uid !== uid)) writeFileSync(path, content)
  else replaceFile(old ? realpathSync(path) : path, content, { like: old, isDurable: false })
}
