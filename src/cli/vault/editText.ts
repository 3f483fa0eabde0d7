// Lets a person edit a text in their editor: in a file of nobody else's, in memory where there is such a place.

import { spawn } from 'node:child_process'
import { accessSync, constants, mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { shellSplit } from '../../inventory/parsing/shellSplit.ts'
import { PlaybookError } from '../../model/errors/error.ts'

const tmpfs = 0x01021994

/**
 * The text as the editor left it. The file that the editor is given is gone when this ends, however it ends, with
 * what else the editor left beside it.
 *
 * @param name the file's name, by which editors know its language
 * @throws PlaybookError E_EDITOR where it cannot be started or ends badly
 */
export async function editText(text: Buffer, name: string): Promise<Buffer> {
  const folder = mkdtempSync(join(privateFolder(), 'run-playbook-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', remove)
  try {
    const file = join(folder, name)
    writeFileSync(file, text, { mode: 0o600, flag: 'wx' })
    await runEditor(file)
    return readFileSync(file)
  } finally {
    process.off('exit', remove)
    remove()
  }
}

/** A folder whose files never reach a disk, or else the one for temporary files. */
function privateFolder(): string {
  const places = [process.env.XDG_RUNTIME_DIR, '/dev/shm', '/run/shm'].filter((place) => place !== undefined)
  return places.find(isInMemory) ?? tmpdir()
}

function isInMemory(place: string): boolean {
  try {
    accessSync(place, constants.W_OK)
    return statfsSync(place).type === tmpfs
  } catch {
    return false
  }
}

/** Ctrl-C is the editor's; a termination ends it, and is then ours. */
function runEditor(file: string): Promise<void> {
  const command = process.env.EDITOR || process.env.VISUAL || 'vi'
  const [program = 'vi', ...args] = shellSplit(command)
  const child = spawn(program, [...args, file], { stdio: 'inherit' })
  let ending: NodeJS.Signals | undefined
  const end = (signal: NodeJS.Signals) => {
    ending = signal
    child.kill(signal)
  }
  const ignore = () => {}
  process.on('SIGINT', ignore).on('SIGTERM', end).on('SIGHUP', end)
  return new Promise<void>((resolve, reject) => {
    child.on('error', ({ message }) =>
      reject(editorError(`The editor ${command} cannot be started: ${message}.`)),
    )
    child.on('close', (code, signal) => {
      if (code === 0 && !ending) resolve()
      else
        reject(
          editorError(`The editor ${command} ended with ${ending ?? signal ?? code}. Nothing was touched.`),
        )
    })
  }).finally(() => process.off('SIGINT', ignore).off('SIGTERM', end).off('SIGHUP', end))
}

function editorError(message: string): PlaybookError {
  return new PlaybookError('E_EDITOR', message, 'EDITOR names the program that edits.')
}
