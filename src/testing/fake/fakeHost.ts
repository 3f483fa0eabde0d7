// Describes a host for tests of playbooks and roles.

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { callSite } from '../../model/errors/location.ts'
import { checkSpec } from './checkSpec.ts'
import { writeCommands } from './commands.ts'
import type { FakeAnswers, FakeFile } from './description.ts'
import { osCommands, osFiles } from './os.ts'
import { prepareRoot } from './root.ts'

export type FakeHostSpec = {
  /** Its name in the inventory. Default `fake`. */
  readonly name?: string
  readonly groups?: readonly string[]
  readonly vars?: { readonly [name: string]: unknown }
  /**
   * `rocky 9.4`: the ID and version of /etc/os-release, one of rocky, almalinux, rhel, centos, fedora, debian, ubuntu,
   * alpine; `host.os` of the play follows from it. Default `debian 12`.
   */
  readonly os?: string
  /** As `uname -m` prints it. Default x86_64. */
  readonly architecture?: string
  /** By path. A path that ends with `/` is a folder. */
  readonly files?: { readonly [path: string]: FakeFile }
  /** Accounts besides root, each with a group of the same name. */
  readonly users?: readonly string[]
  /**
   * By command line, `rpm -q vim`, what a program prints; `*` matches any text. A program that is named here answers
   * nothing else; tools such as cat, stat and sed are real.
   */
  readonly commands?: { readonly [commandLine: string]: FakeAnswers }
}

/** A described host. It keeps what was written to it. */
export type FakeHost = {
  readonly name: string
  readonly groups: readonly string[]
  readonly vars: { readonly [name: string]: unknown }
  /** The folder on this machine that holds its files. */
  readonly root: string
  /** The text of one of its files; undefined if there is none. */
  readonly file: (path: string) => string | undefined
  /** The described commands that were run on it, in order. */
  readonly ran: () => readonly string[]
  /** Those that had no answer. */
  readonly unanswered: () => readonly string[]
  /** Removes it from this machine, which the end of the process does too. */
  readonly remove: () => void
}

/**
 * A host that exists in a temporary folder of this machine. `testPlay` runs the real scripts of tasks in it, in a root
 * of its own, so that nothing else is touched: its files, the usual tools of a shell, and the commands that are described.
 *
 * @throws PlaybookError E_OPTION for an unknown option or operating system, or a path that is not absolute
 * @example
 * const host = fakeHost({
 *   os: 'rocky 9.4',
 *   files: { '/etc/motd': 'Hello\n', '/var/www/html/': '' },
 *   commands: {
 *     'rpm -q vim': [{ stdout: 'package vim is not installed', code: 1 }, { after: 'dnf -y install vim', stdout: 'vim-9' }],
 *     'dnf -y install vim': 'Complete!',
 *   },
 *   vars: { greeting: 'Good morning' },
 * })
 */
export function fakeHost(spec: FakeHostSpec = {}): FakeHost {
  const { name = 'fake', groups = [], vars = {}, os = 'debian 12', architecture = 'x86_64' } = spec
  checkSpec(spec, os, callSite(fakeHost)())
  const root = mkdtempSync(join(tmpdir(), 'run-playbook-host-'))
  if (roots.size === 0) process.once('exit', removeAll)
  roots.add(root)
  prepareRoot(root, { ...osFiles(os, name), ...spec.files }, spec.users ?? [])
  writeCommands(root, { ...osCommands(name, architecture), ...spec.commands }, os)
  const lines = (file: string) => {
    const path = join(root, '.fake', file)
    return existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : []
  }
  return {
    name,
    groups,
    vars,
    root,
    file: (path) => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : undefined),
    ran: () => lines('ran'),
    unanswered: () => [...new Set(lines('unanswered'))],
    remove: () => {
      roots.delete(root)
      if (roots.size === 0) process.off('exit', removeAll)
      rmSync(root, { recursive: true, force: true })
    },
  }
}

/** The folders that the end of the process removes. */
const roots = new Set<string>()

function removeAll(): void {
  for (const root of roots) rmSync(root, { recursive: true, force: true })
}
