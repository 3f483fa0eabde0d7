// Schemas for paths that must not be a system directory or leave a folder.

import { posix } from 'node:path'
import { absolutePath, PlaybookError, z } from '../../src/index.ts'

const systemRoots = [
  '',
  '/',
  '/bin',
  '/boot',
  '/dev',
  '/etc',
  '/home',
  '/lib',
  '/lib64',
  '/media',
  '/mnt',
  '/opt',
]
  .concat([
    '/proc',
    '/root',
    '/run',
    '/sbin',
    '/srv',
    '/sys',
    '/tmp',
    '/usr',
    '/usr/bin',
    '/usr/lib',
    '/usr/lib64',
  ])
  .concat(['/usr/local', '/usr/sbin', '/usr/share', '/var', '/var/cache', '/var/lib', '/var/log', '/var/tmp'])

/** An absolute path other than a system directory, however it is spelled: `/etc/.` is `/etc`. */
export const ownPath = absolutePath.refine(
  (path) => !systemRoots.includes(posix.normalize(path).replace(/\/+$/, '')),
  { error: 'expected a path that is not a system directory' },
)

/** A path relative to a directory and below it. */
export const pathBelow = z
  .string()
  .regex(/^(?!\/)(?!(?:.*\/)?\.\.(?:\/|$))[^\0\n]+$/, 'expected a relative path, without ".."')
  .transform((path) => path.replace(/^(?:\.\/)+|\/+$/g, ''))

/** The error for a file whose folder is missing. */
export function noFolder(path: string): PlaybookError {
  return missingFolder(posix.dirname(path))
}

export function missingFolder(folder: string): PlaybookError {
  return new PlaybookError('E_NO_FOLDER', `The folder ${folder} does not exist.`, {
    hint: `Put directory({ path: '${folder}' }) before this task.`,
  })
}
