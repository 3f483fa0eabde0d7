// The task ownership: sets owner, group and modes of a whole tree.

import { posix } from 'node:path'
import { account, type Change, defineTask, file, ownerSpec, PlaybookError, run, z } from '../../src/index.ts'
import { ownPath, pathBelow } from '../params/paths.ts'
import { modeTests, treeMode } from './ownership/modes.ts'
import { changeMatches, describeMismatches, mismatches, ownerTest } from './ownership/tree.ts'

/**
 * Sets owner, group and modes of a directory and everything below it. One pass of `find` finds what differs, and only
 * that is changed.
 *
 * - `path` (absolute): a directory, or a file. A symbolic link is refused (name its target), and so are `/`, `/etc`,
 *   `/usr`, `/home` and other system directories, but not what is below them.
 * - `owner`, `group`: of directories, files, and symbolic links themselves, never their targets.
 * - `mode`: of files, octal as `'0640'`; or symbolic as `'u=rwX,g=rX,o='`, where X is x for directories and for files
 *   that someone may execute: then it applies to directories too. `dirMode`: of directories. Both are texts, so quote
 *   them. At least one of the four is required.
 * - `recursive` (default true). `exclude`: paths below `path` to leave as they are, with everything below them (`*` and
 *   `?` allowed).
 *
 * It does not follow links or enter other file systems, so it never leaves the tree. Files that disappear meanwhile
 * (logs of a running service) are no error.
 *
 * Errors: E_NO_PATH, E_IS_LINK, E_NO_ACCOUNT if the host does not know the user or group.
 *
 * @example ownership({ path: '/data2/was', owner: 'ecsuser', group: 'ecsuser', exclude: ['logs'] })
 * @example ownership({ path: '/srv/www', mode: 'u=rwX,g=rX,o=' })
 */
export const ownership = defineTask({
  name: 'ownership',
  summary: 'Sets owner, group and modes of a whole tree, changing only what differs.',
  ansible: {
    modules: ['file'],
    params: { recurse: 'recursive', directory_mode: 'dirMode', dest: 'path', name: 'path' },
  },
  params: z
    .strictObject({
      path: ownPath.describe('The directory, or file.'),
      owner: account.optional().describe('Owner of all of it.'),
      group: account.optional().describe('Group of all of it.'),
      mode: treeMode
        .optional()
        .describe("Permission bits of files ('0640'), or symbolic for all ('u=rwX,g=rX,o=')."),
      dirMode: treeMode.optional().describe("Permission bits of directories ('0750')."),
      recursive: z.boolean().default(true).describe('Whether to include what is below it.'),
      exclude: z
        .array(pathBelow)
        .default([])
        .describe('Paths below it to leave as they are; * and ? allowed.'),
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
    if (entry.type === 'absent') throw new PlaybookError('E_NO_PATH', `${path} does not exist.`)
    if (entry.type === 'link') {
      const hint = `Name its target: ${posix.resolve(posix.dirname(path), entry.target)}`
      throw new PlaybookError('E_IS_LINK', `${path} is a symbolic link.`, { hint })
    }
    const changes: Change[] = []
    const effects = [{ tree: path, only: 'attributes' as const }]
    const paths = [{ path, as: 'entry' as const }]
    if (otherOwners.count > 0) {
      const steps = [run(changeMatches(params, ownerTest(params), 'chown -h', ownerSpec(params)), { paths })]
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
        run(changeMatches(params, test, 'chmod', spec), { paths }),
      )
      const to = [params.mode, params.dirMode && `directories ${params.dirMode}`].filter(Boolean).join(', ')
      changes.push({ what: `${path} mode`, from: describeMismatches(otherModes), to, steps, effects })
    }
    return changes
  },
  effects: ({ path }) => [{ tree: path, only: 'attributes' }],
})
