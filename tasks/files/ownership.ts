// The task ownership: sets owner, group and modes of a whole tree.

import { posix } from 'node:path'
import {
  account,
  type Change,
  defineTask,
  file,
  ownerSpec,
  PlaybookError,
  run,
  sh,
  z,
} from '../../src/index.ts'
import { ownPath, pathBelow } from '../params/paths.ts'
import { modeTests, treeMode } from './ownership/modes.ts'
import { changeMatches, describeMismatches, mismatches, ownerTest } from './ownership/tree.ts'

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
  probe: (params) => ({
    entry: file(params.path, { follow: false }),
    otherOwners: mismatches(params, ownerTest(params)),
    otherModes: mismatches(
      params,
      modeTests(params)
        .map(({ test }) => test)
        .join(' -o '),
    ),
  }),
  plan: (params, { entry, otherOwners, otherModes }): Change[] => {
    const { path } = params
    if (entry.type === 'absent') throw new PlaybookError('E_NO_PATH', `There is nothing at ${path}.`)
    if (entry.type === 'link') {
      const hint = `Name what it leads to: ${posix.resolve(posix.dirname(path), entry.target)}`
      throw new PlaybookError('E_IS_LINK', `${path} is a symbolic link.`, { hint })
    }
    const changes: Change[] = []
    const effects = [{ tree: path }]
    if (otherOwners.count > 0) {
      const steps = [run(changeMatches(params, ownerTest(params), sh`chown -h ${ownerSpec(params)}`))]
      changes.push({
        what: `${path} owner`,
        from: describeMismatches(otherOwners),
        to: ownerSpec(params),
        steps,
        effects,
      })
    }
    if (otherModes.count > 0) {
      const steps = modeTests(params).map(({ test, spec }) =>
        run(changeMatches(params, test, sh`chmod ${spec}`)),
      )
      const to = [params.mode, params.dirMode && `directories ${params.dirMode}`].filter(Boolean).join(', ')
      changes.push({ what: `${path} mode`, from: describeMismatches(otherModes), to, steps, effects })
    }
    return changes
  },
})
