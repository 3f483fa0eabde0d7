// A user of this machine who swaps names in a folder as fast as possible, until stopped.

import { type ChildProcess, spawn } from 'node:child_process'

/** The attacker's user and group number: of no account. */
export const attackerId = 12345

/**
 * Runs Node code as the attacker in a loop, with `folder` as its current folder: `fs` is there, errors do not count. It
 * ends by itself where the test was killed.
 *
 * @example const stop = attack(folder, "fs.unlinkSync('a'); fs.symlinkSync('/etc/shadow', 'a')")
 */
export async function attack(folder: string, code: string): Promise<() => Promise<void>> {
  const program = `process.chdir(${JSON.stringify(folder)})
process.setgroups([]); process.setgid(${attackerId}); process.setuid(${attackerId})
const fs = require('node:fs')
const each = () => { ${code} }
console.log('ready')
for (let turn = 0; turn % 1000 > 0 || process.ppid === ${process.pid}; turn += 1) try { each() } catch {}`
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise((resolve) => child.stdout.once('data', resolve))
  return () => ended(child)
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.kill('SIGKILL')
  })
}
