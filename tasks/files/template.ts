// The task template: writes a file that is rendered from a Jinja template.

import { stat } from 'node:fs/promises'
import { posix } from 'node:path'
import {
  absolutePath,
  attributeChanges,
  type Change,
  contentBytes,
  defineTask,
  type FileMode,
  file,
  fileChanges,
  renderTemplate,
  Secret,
  z,
} from '../../src/index.ts'
import { noFolder } from '../params/paths.ts'
import { preservableMode, validation, writingParams } from '../params/writing.ts'
import { overLink } from './overLink.ts'

/** Files on the host up to this size are compared as text, so that --diff can show them. */
const textLimitBytes = 1024 * 1024

const delimiter = z.string().min(1).optional()

const settingNames = [
  'trimBlocks',
  'lstripBlocks',
  'newlineSequence',
  'variableStartString',
  'variableEndString',
  'blockStartString',
  'blockEndString',
  'commentStartString',
  'commentEndString',
] as const

/**
 * Renders a Jinja template on the controller, byte for byte as Ansible's module of the same name does, and writes the
 * result atomically to the host if it differs. docs/templates.md has the language, with its filters and tests.
 *
 * - `src`: the template, searched in the folder `templates` of the role, beside the file in which the task is written
 *   and beside the playbook, and in these folders themselves. It is read when the tasks are planned.
 * - `dest` (absolute): the file on the host. Its folder must exist.
 * - `vars`: variables of the template. It sees those of the host anyway, and `groups`, `hostvars`, `inventory_hostname`
 *   and the like; `vars` override them.
 * - `owner`, `group`, `mode`: default: unchanged; of a new file the become user and 0644. `mode: 'preserve'` takes the
 *   permission bits (0777) of `src`.
 * - `force` (default true): false writes only a file that is missing.
 * - `follow` (default false, as in Ansible): whether to write the target if `dest` is a symbolic link. false: replace the
 *   link.
 * - `keep` (absolute): where to keep what was at `dest` before the first change, unless that path exists.
 * - `validate`: a shell command with `{}` or `%s` for the path of the new file, run before it is used: if it fails,
 *   `dest` stays as it was.
 * - `trimBlocks` (default true), `lstripBlocks` (default false), `newlineSequence` (default `\n`), and the delimiters
 *   `variableStartString`, `blockStartString`, `commentStartString` and their ends: how the template is written. A
 *   first line `#jinja2: lstrip_blocks: True` in it wins.
 *
 * A secret that the template writes never appears in a diff: lines with it are shown masked.
 *
 * Errors: E_NO_SOURCE, E_TEMPLATE (a mistake in the template), E_UNDEFINED (a variable that is not there), each with
 * file and line, before any host is changed; E_NO_FOLDER, E_NOT_A_FILE (on the host).
 *
 * @see https://docs.ansible.com/ansible/latest/collections/ansible/builtin/template_module.html
 * @example template({ src: 'nginx.conf.j2', dest: '/etc/nginx/nginx.conf', validate: 'nginx -t -c {}' })
 * @example template({ src: 'app.conf.j2', dest: '/etc/app.conf', vars: { port: 8080 }, mode: '0640' })
 */
export const template = defineTask({
  name: 'template',
  summary: 'Writes a file that is rendered from a Jinja template, as Ansible renders it.',
  ansible: { modules: ['template'], params: { path: 'dest' } },
  params: z.strictObject({
    src: z.string().min(1).describe('The template, in the folder templates beside the playbook or role.'),
    dest: absolutePath.describe('The file on the host.'),
    vars: z
      .record(z.string(), z.unknown())
      .default({})
      .meta({ title: 'object' })
      .describe('Variables, over those of the host.'),
    ...writingParams,
    mode: preservableMode.describe("Permission bits, as '0644' or 0o644; 'preserve': those of src."),
    force: z.boolean().default(true).describe('Whether to replace a file that exists.'),
    follow: z
      .boolean()
      .default(false)
      .describe('Whether to write the target of a symbolic link; false replaces the link.'),
    trimBlocks: z.boolean().default(true).describe('Whether the line end after a block is left out.'),
    lstripBlocks: z.boolean().default(false).describe('Whether spaces before a block are left out.'),
    newlineSequence: z.enum(['\n', '\r\n', '\r']).default('\n').describe('What ends lines.'),
    variableStartString: delimiter.describe('Instead of {{.'),
    variableEndString: delimiter.describe('Instead of }}.'),
    blockStartString: delimiter.describe('Instead of {%.'),
    blockEndString: delimiter.describe('Instead of %}.'),
    commentStartString: delimiter.describe('Instead of {#.'),
    commentEndString: delimiter.describe('Instead of #}.'),
  }),
  title: ({ dest }) => dest,
  inputs: async ({ src, dest, vars, mode, ...params }, { find, host }): Promise<Rendered> => {
    const path = find(src, 'templates')
    const settings = Object.fromEntries(settingNames.map((name) => [name, params[name]]))
    const rendered = renderTemplate(path, vars, { ...settings, dest, host })
    return {
      content: contentBytes(rendered),
      secrets: rendered instanceof Secret ? rendered.all : [],
      mode: mode === 'preserve' ? (await stat(path)).mode & 0o777 : mode,
    }
  },
  probe: ({ dest }, { content }) => ({
    current: file(dest, { content: Math.max(textLimitBytes, content.length) }),
    entry: file(dest, { follow: false }),
    folder: file(posix.dirname(dest)),
  }),
  plan: (params, { current, entry, folder }, { content, secrets, mode }): Change[] => {
    const { dest, force } = params
    if (folder.type === 'absent') throw noFolder(dest)
    // What is too short to be masked is not shown at all.
    const isSecret = secrets.some((each) => each.reveal().trim().length < 3)
    const desired = { ...params, path: dest, content, mode, isSecret, validate: validation(params.validate) }
    if (!force && entry.type !== 'absent') return attributeChanges(dest, current, desired)
    return overLink(params, { current, entry }, (before) => fileChanges(before, desired))
  },
})

type Rendered = {
  readonly content: Buffer
  /** What is in the content and must not be shown. */
  readonly secrets: readonly Secret[]
  readonly mode: FileMode | undefined
}
