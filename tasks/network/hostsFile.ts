// The task hostsFile: addresses and names in /etc/hosts.

import { isIP } from 'node:net'
import { filePath, z } from '../../src/index.ts'
import { oneOrMany } from '../params/oneOrMany.ts'
import { setOrRemove } from '../params/setOrRemove.ts'
import { writingParams } from '../params/writing.ts'
import { defineFileEdit } from '../text/fileEdit.ts'
import { editHosts } from './hostsText.ts'

const hostName = z
  .string()
  .regex(/^[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?$/, 'expected the name of a host')

const address = z.string().refine((text) => isIP(text.replace(/%.+$/, '')) !== 0, 'expected an IP address')

/**
 * Sets and removes entries of /etc/hosts.
 *
 * - `set`: names by address, one or a list; the first is the canonical one. The address gets exactly these names, in one
 *   line, and no other address of the same family keeps any of them. Where a line has to change, its comment stays.
 * - `remove`: names and addresses. A line without names goes.
 * - `path` (default `/etc/hosts`). `create` (default true): whether to make it if it is missing.
 * - `owner`, `group`, `mode`, `keep`, `backup`, `validate`: as for copyFile.
 *
 * All other lines stay byte for byte. `localhost` cannot be removed.
 *
 * Errors: E_NOT_A_FILE, E_TOO_LARGE.
 *
 * Source: hosts(5). Ansible does this by lineinfile or blockinfile.
 *
 * @example hostsFile({ set: { '10.98.0.11': ['was-01.example.org', 'was-01'], '10.98.0.12': 'was-02' }, remove: ['old'] })
 */
export const hostsFile = defineFileEdit({
  name: 'hostsFile',
  summary: 'Sets and removes addresses and names in /etc/hosts.',
  params: setOrRemove(
    z.strictObject({
      set: z
        .record(address, oneOrMany(hostName))
        .default({})
        .describe("Names by address: { '10.0.0.11': ['was-01.example.org', 'was-01'] }."),
      remove: z
        .array(z.union([address, hostName]))
        .default([])
        .describe('Names and addresses to remove.'),
      path: filePath.default('/etc/hosts').describe('The file.'),
      create: z.boolean().default(true).describe('Whether to make a missing file.'),
      ...writingParams,
    }),
    'names and addresses',
    { keysOf: ({ set }) => [...Object.keys(set), ...Object.values(set).flat()] },
  )
    .refine(({ remove }) => !remove.includes('localhost'), {
      path: ['remove'],
      error: 'expected names other than localhost: without it programs do not reach their own host',
    })
    .superRefine(({ set }, { addIssue }) => {
      const names = Object.entries(set).flatMap(([at, all]) => all.map((name) => `${isIP(at)} ${name}`))
      const twice = names.find((name, index) => names.indexOf(name) !== index)?.slice(2)
      if (twice) addIssue({ code: 'custom', path: ['set'], message: `expected ${twice} at one address only` })
    }),
  allowsMissing: ({ set }) => Object.keys(set).length === 0,
  edit: (before, { path, set, remove }) => {
    const { text, edits } = editHosts(before.toString('latin1'), { set, remove })
    return {
      content: Buffer.from(text, 'latin1'),
      edits: edits.map(({ what, from, to }) => ({ what: `${path}: ${what}`, from, to })),
    }
  },
})
