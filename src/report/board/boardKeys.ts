// Reads single keys from the terminal while the board is shown.

import { readFileSync } from 'node:fs'
import { keysIn } from './boardView.ts'

export type KeyInput = {
  readonly isTTY?: boolean
  readonly setRawMode?: (isRaw: boolean) => unknown
  readonly on: (event: 'data', listener: (bytes: Buffer | string) => void) => unknown
  readonly off: (event: 'data', listener: (bytes: Buffer | string) => void) => unknown
  readonly resume: () => unknown
  readonly pause: () => unknown
}

type Keys = { readonly isRead: boolean; readonly close: () => void }

const noKeys: Keys = { isRead: false, close: () => {} }
const [interruptKey, suspendKey] = ['\x03', '\x1a']

/**
 * Calls `onKey` with each key. Ctrl-C and Ctrl-Z do what they always do. No key is read where the input is no terminal,
 * or belongs to another program: this one runs in the background, and would be stopped by the system.
 */
export function readKeys(input: KeyInput, onKey: (key: string) => void): Keys {
  if (!input.isTTY || !input.setRawMode || !isForeground()) return noKeys
  const setRaw = (isRaw: boolean) => input.setRawMode?.(isRaw)
  const restore = () => setRaw(false)
  const onData = (bytes: Buffer | string) => {
    for (const key of keysIn(bytes.toString())) {
      if (key === interruptKey) process.kill(process.pid, 'SIGINT')
      else if (key === suspendKey) suspend()
      else onKey(key)
    }
  }
  const suspend = () => {
    restore()
    process.kill(process.pid, 'SIGTSTP')
  }
  const resumed = () => {
    if (isForeground()) setRaw(true)
  }
  setRaw(true)
  input.on('data', onData)
  input.resume()
  process.on('SIGCONT', resumed)
  process.once('exit', restore)
  return {
    isRead: true,
    close: () => {
      process.off('SIGCONT', resumed)
      process.off('exit', restore)
      input.off('data', onData)
      input.pause()
      if (isForeground()) restore()
    },
  }
}

/** Whether the terminal is ours: of what Linux says of a process, its group and that of the terminal. */
function isForeground(): boolean {
  try {
    const fields = readFileSync('/proc/self/stat', 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return fields[2] === fields[5]
  } catch {
    return process.platform !== 'linux'
  }
}
