// Lock between processes by flock(1), released when its holder dies.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type Log, noLog } from './log.ts'

/** Does `work` while holding the lock `file`; waits for whoever holds it, and says so after a second. */
export async function withLock<T>(file: string, work: () => Promise<T>, log: Log = noLog): Promise<T> {
  await mkdir(dirname(file), { recursive: true })
  const holder = spawn('flock', [file, 'sh', '-c', 'echo held; read -r _'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const notice = setTimeout(() => log(`waiting for another lab command (${file})`), 1000)
  const gone = once(holder, 'exit')
  try {
    await Promise.race([
      once(holder.stdout, 'data'),
      gone.then(() => Promise.reject(new Error(`flock ${file}: no lock`))),
    ])
    clearTimeout(notice)
    return await work()
  } finally {
    clearTimeout(notice)
    holder.stdin.end()
    await gone
  }
}
