// Creates accounts for a test and removes them.

import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'

export type TestUser = { readonly name: string; readonly password: string; readonly remove: () => void }

type TestUserOptions = {
  /** `/bin/sh` if not given. */
  readonly shell?: string
  /** Rules for sudo, `USER` standing for the name. */
  readonly sudoers?: string
  /** A rule for doas, likewise. */
  readonly doas?: string
}

let count = 0

/** Makes `rp-test-<pid>-<n>`, with a home. For root. */
export function addUser({ shell = '/bin/sh', sudoers, doas }: TestUserOptions = {}): TestUser {
  count += 1
  const name = `rp-test-${process.pid}-${count}`
  const password = `pw ${name} é`
  patiently('useradd', ['--create-home', '--shell', shell, name])
  patiently('chpasswd', [], `${name}:${password}\n`)
  const rules = `/etc/sudoers.d/${name}`
  if (sudoers) writeFileSync(rules, `${sudoers.replaceAll('USER', name)}\n`, { mode: 0o440 })
  if (doas) writeDoasRules(`${doasRules()}${doas.replaceAll('USER', name)} # ${name}\n`)
  return {
    name,
    password,
    remove: () => {
      rmSync(rules, { force: true })
      if (doas) writeDoasRules(doasRules().replace(new RegExp(`.* # ${name}\n`, 'g'), ''))
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

const doasFile = '/etc/doas.conf'

function doasRules(): string {
  return existsSync(doasFile) ? readFileSync(doasFile, 'utf8') : ''
}

function writeDoasRules(text: string): void {
  if (text === '') rmSync(doasFile, { force: true })
  else writeFileSync(doasFile, text, { mode: 0o600 })
}

/** Why tests that become others by this program cannot run here, if they cannot. With CI=true, that is an error. */
export function becomeMissing(program: 'sudo' | 'su' | 'doas'): string | undefined {
  const path = `/usr/bin/${program}`
  const reason = process.getuid?.() !== 0 ? 'not root' : existsSync(path) ? undefined : `no ${path}`
  if (reason && process.env.CI === 'true') throw new Error(`These tests need ${program}: ${reason}.`)
  return reason
}
