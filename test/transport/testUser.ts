// Accounts that a test makes and takes away again.

import { execFileSync } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'

export type TestUser = { readonly name: string; readonly password: string; readonly remove: () => void }

export type TestUserOptions = {
  /** `/bin/sh` if not given. */
  readonly shell?: string
  /** Rules for sudo, `USER` standing for the name. */
  readonly sudoers?: string
}

let count = 0

/** Makes `rp-test-<pid>-<n>`, with a home. For root. */
export function addUser({ shell = '/bin/sh', sudoers }: TestUserOptions = {}): TestUser {
  count += 1
  const name = `rp-test-${process.pid}-${count}`
  const password = `pw ${name} é`
  patiently('useradd', ['--create-home', '--shell', shell, name])
  patiently('chpasswd', [], `${name}:${password}\n`)
  const rules = `/etc/sudoers.d/${name}`
  if (sudoers) writeFileSync(rules, `${sudoers.replaceAll('USER', name)}\n`, { mode: 0o440 })
  return {
    name,
    password,
    remove: () => {
      rmSync(rules, { force: true })
      patiently('userdel', ['--remove', '--force', name])
    },
  }
}

/** The files of accounts are locked while another program changes them. */
function patiently(program: string, args: readonly string[], input = ''): void {
  for (let attempt = 1; ; attempt += 1) {
    try {
      execFileSync(program, args, { input, stdio: ['pipe', 'ignore', 'pipe'] })
      return
    } catch (error) {
      if (attempt === 20 || !/lock/.test(String((error as { stderr?: Buffer }).stderr))) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100)
    }
  }
}

/** Why tests with sudo cannot run here, if they cannot. */
export function sudoMissing(): string | undefined {
  if (process.getuid?.() !== 0) return 'not root'
  return existsSync('/usr/bin/sudo') ? undefined : 'no /usr/bin/sudo'
}
