// The public function renderTemplate: the text of a Jinja file, as Ansible renders it.

import { createRequire } from 'node:module'
import { userInfo } from 'node:os'
import { dirname } from 'node:path'
import { callSite } from '../model/errors/location.ts'
import type { Secret } from '../model/secrets/secret.ts'
import type { TemplateVariables } from '../model/task.ts'
import { findTemplate, templateFolders } from './findTemplate.ts'

/** How a template is written, and what else it sees. The names are those of Ansible's template module in camelCase. */
export type TemplateOptions = {
  /** Whether the line end after a block (`{% … %}`) is left out. Default true. */
  readonly trimBlocks?: boolean
  /** Whether spaces before a block at the beginning of a line are left out. Default false. */
  readonly lstripBlocks?: boolean
  /** What ends lines. Default `\n`. */
  readonly newlineSequence?: '\n' | '\r\n' | '\r'
  /** Default `{{` and `}}`. */
  readonly variableStartString?: string
  readonly variableEndString?: string
  /** Default `{%` and `%}`. */
  readonly blockStartString?: string
  readonly blockEndString?: string
  /** Default `{#` and `#}`. */
  readonly commentStartString?: string
  readonly commentEndString?: string
  /** The folder where a relative file starts. Default: that of the file that calls renderTemplate. */
  readonly directory?: string
  /** The variables of the host, as the `inputs` of a task gets them. Those given are over them. */
  readonly host?: Omit<TemplateVariables, 'data'>
  /** The path on the host, which the template sees as `template_destpath`. */
  readonly dest?: string
}

/**
 * Renders a Jinja template file byte for byte as Ansible's template module does: with Python's values and methods, and
 * Ansible's filters and tests. A secret among the variables makes the result a secret if the template writes it.
 *
 * @param file the template: absolute, or searched in the folder `templates` beside the file that calls, in that file's
 *   folder, and in `../templates`
 * @param vars the variables. Texts are taken as they are: braces in them are not evaluated. Numbers with a fraction are
 *   floats, others ints
 * @throws PlaybookError E_NO_TEMPLATE, E_TEMPLATE (a mistake in it, or an unknown filter) and E_UNDEFINED (a variable
 *   that is not there), with file and line
 * @see https://jinja.palletsprojects.com/templates/, and docs/templates.md for the filters
 * @example copyFile({ dest: '/etc/motd', content: renderTemplate('motd.j2', { name: host.name }) })
 */
export function renderTemplate(
  file: string,
  vars: { readonly [name: string]: unknown } = {},
  options: TemplateOptions = {},
): string | Secret {
  const { directory = folderOf(callSite(renderTemplate)()?.file), host, dest, ...settings } = options
  const path = findTemplate(file, directory)
  const about = aboutTemplate(file, path, dest)
  const { renderFile } = createRequire(import.meta.url)(
    '../jinja/renderFile.js',
  ) as typeof import('../jinja/renderFile.ts')
  const get = (name: string) =>
    Object.hasOwn(vars, name) ? (vars[name] ?? null) : (about[name]?.() ?? host?.get(name))
  const names = () => [...Object.keys(vars), ...(host?.names() ?? []), ...Object.keys(about)]
  return renderFile(path, { get, names }, { settings, folders: templateFolders(directory) })
}

function folderOf(file: string | undefined): string {
  return file === undefined ? process.cwd() : dirname(file)
}

/** What Ansible lets a template know of itself. */
function aboutTemplate(
  src: string,
  path: string,
  dest: string | undefined,
): { readonly [name: string]: () => unknown } {
  return {
    template_path: () => src,
    template_fullpath: () => path,
    template_destpath: () => dest,
    template_uid: () => userInfo().username,
  }
}
