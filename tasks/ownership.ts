// The task ownership: owner, group and modes of a whole tree, touching only what differs.

import { posix } from 'node:path'
import {
  account,
  type Change,
  type Command,
  defineTask,
  file,
  formatMode,
  lastLines,
  type Output,
  output,
  PlaybookError,
  type Probe,
  run,
  sh,
  shellText,
  splitLines,
  text,
  z,
} from '../src/index.ts'
import { ownPath, pathBelow } from './paths.ts'

const symbolic = /^[ugoa]*[=+-][rwxX]*(?:,[ugoa]*[=+-][rwxX]*)*$/

const treeMode = z.string().refine((mode) => /^[0-7]{3,4}$/.test(mode) || symbolic.test(mode), {
  error: "expected an octal mode such as '0640', or a symbolic one such as 'u=rwX,g=rX,o='",
})

/**
 * Gives a directory and all that is below it an owner, a group, and modes. One pass of `find` tells what differs; a
 * tree in which nothing does costs that pass, and only what differs is touched.
 *
 * - `path` (absolute): a directory, or a file. A symbolic link is refused (name its target), and so are `/`, `/etc`,
 *   `/usr`, `/home` and other directories of the system; what is below these is not.
 * - `owner`, `group`: of directories, files, and symbolic links themselves, never their targets.
 * - `mode`: of files, octal as `'0640'`; or symbolic as `'u=rwX,g=rX,o='`, where X is x for directories and for files
 *   that someone may execute: then it holds for directories too. `dirMode`: of directories. Quoted, always: these are
 *   texts. At least one of the four is needed.
 * - `recursive` (default true). `exclude`: paths below `path` that are left as they are, with all below them (`*` and
 *   `?` allowed).
 *
 * Links are not followed and other file systems not entered, so it never leaves the tree. Files that go while it
 * looks (logs of a running service) are no error.
 *
 * Errors: E_NO_PATH, E_IS_LINK, E_NO_ACCOUNT where the host does not know the user or group.
 *
 * @example ownership({ path: '/data2/was', owner: 'ecsuser', group: 'ecsuser', exclude: ['logs'] })
 * @example ownership({ path: '/srv/www', mode: 'u=rwX,g=rX,o=' })
 */
export const ownership = defineTask({
  name: 'ownership',
  summary: 'Gives a whole tree its owner, group and modes, touching only what differs.',
  params: z
    .strictObject({
      path: ownPath.describe('The directory, or file.'),
      owner: account.optional().describe('User that shall own all of it.'),
      group: account.optional().describe('Group that shall own all of it.'),
      mode: treeMode
        .optional()
        .describe("Permission bits of files ('0640'), or of all by symbols ('u=rwX,g=rX,o=')."),
      dirMode: treeMode.optional().describe("Permission bits of directories ('0750')."),
      recursive: z.boolean().default(true).describe('Whether what is below it is meant too.'),
      exclude: z
        .array(pathBelow)
        .default([])
        .describe('Paths below it that are left as they are; * and ? allowed.'),
    })
    .refine(({ owner, group, mode, dirMode }) => owner ?? group ?? mode ?? dirMode, {
      error: 'expected owner, group, mode or dirMode',
    }),
  title: ({ path }) => path,
  probe: (wanted) => ({
    entry: file(wanted.path, { follow: false }),
    otherOwners: differing(wanted, ownerTest(wanted)),
    otherModes: differing(
      wanted,
      modeTests(wanted)
        .map(({ test }) => test)
        .join(' -o '),
    ),
  }),
  plan: (wanted, { entry, otherOwners, otherModes }): Change[] => {
    const { path } = wanted
    if (entry.type === 'absent') throw new PlaybookError('E_NO_PATH', `There is nothing at ${path}.`)
    if (entry.type === 'link') {
      const hint = `Name what it leads to: ${posix.resolve(posix.dirname(path), entry.target)}`
      throw new PlaybookError('E_IS_LINK', `${path} is a symbolic link.`, { hint })
    }
    const changes: Change[] = []
    const effects = [{ tree: path }]
    if (otherOwners.count > 0) {
      const steps = [run(touching(wanted, ownerTest(wanted), sh`chown -h ${ownerSpec(wanted)}`))]
      changes.push({
        what: `${path} owner`,
        from: entries(otherOwners),
        to: ownerSpec(wanted),
        steps,
        effects,
      })
    }
    if (otherModes.count > 0) {
      const steps = modeTests(wanted).map(({ test, spec }) => run(touching(wanted, test, sh`chmod ${spec}`)))
      const to = [wanted.mode, wanted.dirMode && `directories ${wanted.dirMode}`].filter(Boolean).join(', ')
      changes.push({ what: `${path} mode`, from: entries(otherModes), to, steps, effects })
    }
    return changes
  },
})

type Wanted = {
  path: string
  owner?: string
  group?: string
  mode?: string
  dirMode?: string
  recursive: boolean
  exclude: string[]
}

/** How many entries differ, and the first of them. */
type Differing = { count: number; first: string[] }

const shownEntries = 3

/** Counts what passes a test of `find`; without a test, nothing does. */
function differing(wanted: Wanted, test: string): Probe<Differing> {
  const count = sh`${find(wanted, test, sh`-print`)} | awk ${`NR <= ${shownEntries} { print } END { print NR }`}`
  return output(test === '' ? sh`echo 0` : count, parseDiffering, {
    // The files of accounts are taken for folders of entries, as the tasks user and group do.
    reads: [
      wanted.path,
      ...(wanted.owner === undefined ? [] : [`/etc/passwd/${wanted.owner}`]),
      ...(wanted.group === undefined ? [] : [`/etc/group/${wanted.group}`]),
    ],
  })
}

/** @throws PlaybookError E_NO_ACCOUNT, E_FIND */
function parseDiffering(result: Output): Differing {
  const said = lastLines({ ...result, stdout: Buffer.alloc(0) }).filter((line) => !isGone(line))
  const unknown = said.find((line) => /known (?:user|group)/.test(line))
  if (unknown) {
    throw new PlaybookError('E_NO_ACCOUNT', `The host does not know it: ${unknown}`, {
      hint: 'The tasks user and group make accounts.',
    })
  }
  if (said.length > 0) throw new PlaybookError('E_FIND', 'The tree cannot be read whole.', { details: said })
  const lines = splitLines(text(result))
  return { count: Number(lines.at(-1)), first: lines.slice(0, -1) }
}

function isGone(line: string): boolean {
  return line.includes('No such file or directory')
}

/** Runs a command on what passes a test; what went meanwhile is no error. */
function touching(wanted: Wanted, test: string, command: Command): Command {
  return sh`said=$( { ${find(wanted, test, sh`-exec ${command} -- {} +`)}; } 2>&1) || {
  said=$(printf '%s\\n' "$said" | grep -v 'No such file or directory')
  [ -z "$said" ] || { printf '%s\\n' "$said" >&2; exit 1; }
}`
}

function find({ path, recursive, exclude }: Wanted, test: string, action: Command): Command {
  const depth = shellText(recursive ? '' : '-maxdepth 0 ')
  const pruned = exclude.map((each) => sh`-path ${`./${each}`}`.script).join(' -o ')
  const prune = shellText(pruned === '' ? '' : `\\( ${pruned} \\) -prune -o `)
  return sh`if [ -d ${path} ]; then cd -- ${path} && set -- .; else set -- ${path}; fi && find "$@" ${depth}-xdev ${prune}\\( ${shellText(test)} \\) ${action}`
}

function ownerTest({ owner, group }: Wanted): string {
  const tests = [
    owner === undefined ? '' : sh`! -user ${owner}`.script,
    group === undefined ? '' : sh`! -group ${group}`.script,
  ]
  return tests.filter((test) => test !== '').join(' -o ')
}

function ownerSpec({ owner, group }: Wanted): string {
  return `${owner ?? ''}${group === undefined ? '' : `:${group}`}`
}

type ModeTest = { test: string; spec: string }

/** Of files and of directories: the test that finds what differs, and what `chmod` is given to put it right. */
function modeTests({ mode, dirMode }: Wanted): ModeTest[] {
  const ofDirectories = dirMode ?? (mode && symbolic.test(mode) ? mode : undefined)
  return [
    ...(mode
      ? [
          modeTest(
            mode,
            ['-type f -perm /111', bits(mode, true)],
            ['-type f ! -perm /111', bits(mode, false)],
          ),
        ]
      : []),
    ...(ofDirectories ? [modeTest(ofDirectories, ['-type d', bits(ofDirectories, true)])] : []),
  ].filter(({ test }) => test !== '')
}

function modeTest(mode: string, ...kinds: [kind: string, bits: Bits][]): ModeTest {
  const tests = kinds.flatMap(([kind, { set, cleared }]) => {
    const wrong = [set ? `! -perm -${formatMode(set)}` : '', cleared ? `-perm /${formatMode(cleared)}` : '']
    const some = wrong.filter((each) => each !== '').join(' -o ')
    return some === '' ? [] : [`${kind} \\( ${some} \\)`]
  })
  // GNU chmod leaves the setgid bit of a directory alone unless it is given five digits.
  const spec = symbolic.test(mode)
    ? clauses(mode)
        .map(({ text }) => text)
        .join(',')
    : mode.padStart(5, '0')
  return { test: tests.join(' -o '), spec }
}

type Bits = { set: number; cleared: number }

/** The permission bits that a mode sets and clears; `isX`: of a directory, or a file that someone may execute. */
function bits(mode: string, isX: boolean): Bits {
  if (!symbolic.test(mode)) {
    const set = Number.parseInt(mode, 8)
    return { set, cleared: ~set & 0o7777 }
  }
  return clauses(mode).reduce<Bits>(
    ({ set, cleared }, { mask, sign, letters }) => {
      const named = mask & [...letters].reduce((sum, letter) => sum | letterBits(letter, isX), 0)
      const others = sign === '=' ? mask & ~named : 0
      if (sign === '-') return { set: set & ~named, cleared: cleared | named }
      return { set: (set | named) & ~others, cleared: (cleared & ~named) | others }
    },
    { set: 0, cleared: 0 },
  )
}

type Clause = { text: string; mask: number; sign: string; letters: string }

/** Without a class chmod would apply the umask; here it means all. */
function clauses(mode: string): Clause[] {
  return mode.split(',').map((clause) => {
    const [, classes = '', sign = '', letters = ''] = /^([ugoa]*)([=+-])([rwxX]*)$/.exec(clause)!
    const who = classes === '' || classes.includes('a') ? 'ugo' : classes
    const mask = [...who].reduce((sum, each) => sum | { u: 0o700, g: 0o070, o: 0o007 }[each]!, 0)
    return { text: `${who}${sign}${letters}`, mask, sign, letters }
  })
}

function letterBits(letter: string, isX: boolean): number {
  return { r: 0o444, w: 0o222, x: 0o111, X: isX ? 0o111 : 0 }[letter]!
}

/** `12 others: conf/a, conf/b, conf/c, …` */
function entries({ count, first }: Differing): string {
  const names = first.map((name) => name.replace(/^\.\//, '')).join(', ')
  return `${count} ${count === 1 ? 'differs' : 'differ'}: ${names}${count > first.length ? ', …' : ''}`
}
