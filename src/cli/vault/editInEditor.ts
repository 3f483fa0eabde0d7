// Opens a secret text in the user's editor, in a private file, in memory if possible.

import { spawn } from 'node:child_process'
import { accessSync, constants, mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { shellSplit } from '../../inventory/parsing/shellSplit.ts'
import { PlaybookError } from '../../model/errors/error.ts'

const tmpfs = 0x01021994

/**
 * Returns the edited text. Its file is always removed afterwards, with all that the editor left beside it.
 *
 * @param name the file's name, from which editors infer its language
 * @throws PlaybookError E_EDITOR if the editor cannot be started or fails
 */
export async function editInEditor(text: Buffer, name: string): Promise<Buffer> {
  const folder = mkdtempSync(join(privateFolder(), 'run-playbook-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', remove)
  try {
    const file = join(folder, name)
    await edit(file, text)
    return readFileSync(file)
  } finally {
    process.off('exit', remove)
    remove()
  }
}

/** A folder in memory if there is one, or else the one for temporary files. */
function privateFolder(): string {
  const candidates = [process.env.XDG_RUNTIME_DIR, '/dev/shm', '/run/shm'].filter(
    (folder) => folder !== undefined,
  )
  return candidates.find(isInMemory) ?? tmpdir()
}

function isInMemory(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    return statfsSync(folder).type === tmpfs
  } catch {
    return false
  }
}

/**
 * Leaves Ctrl-C to the editor; SIGTERM and SIGHUP stop it, and then this command fails. It listens before there is a
 * file, because a signal that nobody listens to would leave the text there.
 */
function edit(file: string, text: Buffer): Promise<void> {
  let ending: NodeJS.Signals | undefined
  const end = (signal: NodeJS.Signals) => {
    ending = signal
    child.kill(signal)
  }
  const ignore = () => {}
  process.on('SIGINT', ignore).on('SIGTERM', end).on('SIGHUP', end)
  writeFileSync(file, text, { mode: 0o600, flag: 'wx' })
  const command = process.env.EDITOR || process.env.VISUAL || 'vi'
  const [program = 'vi', ...args] = shellSplit(command)
  const child = spawn(program, [...args, file], { stdio: 'inherit' })
  return new Promise<void>((resolve, reject) => {
    child.on('error', ({ message }) => reject(editorError(`Cannot start the editor ${command}: ${message}.`)))
    child.on('close', (code, signal) => {
      if (code === 0 && !ending) resolve()
      else
        reject(
          editorError(`The editor ${command} exited with ${ending ?? signal ?? code}. Nothing was changed.`),
        )
    })
  }).finally(() => process.off('SIGINT', ignore).off('SIGTERM', end).off('SIGHUP', end))
}

function editorError(message: string): PlaybookError {
  return new PlaybookError('E_EDITOR', message, 'Set EDITOR to the program to use.')
}
