// Runs the test files that its parent sends, one after the other, in this process.

import { revealedSecrets } from '../../src/model/secrets/secret.ts'
import { endMark } from './endMark.ts'

// So that uvu runs a file's tests when it is asked to, and not by itself.
Object.assign(globalThis, { UVU_DEFER: 1 })
const { exec } = await import('uvu')

const cwd = process.cwd()
const env = { ...process.env }

process.on('message', async (file: string) => {
  Object.assign(globalThis, { UVU_QUEUE: [[null]], UVU_INDEX: 0 })
  process.exitCode = 0
  try {
    await import(file)
    await exec()
  } catch (error) {
    console.error(error)
    process.exitCode = 1
  }
  restore()
  process.stdout.write(`${endMark}${process.exitCode}\n`)
})
// The parent has no more files, or is gone.
process.on('disconnect', () => process.exit(0))

/** The next file starts as this one did: what was secret in one may be any word in another. */
function restore(): void {
  ;(revealedSecrets() as Set<unknown>).clear()
  process.chdir(cwd)
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name]
  Object.assign(process.env, env)
}
