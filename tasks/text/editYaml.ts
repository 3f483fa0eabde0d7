// The task editYaml: edits a YAML file and keeps the rest byte for byte.

import { applyYamlEdits } from '../../src/formats/index.ts'
import { filePath, secretsIn, z } from '../../src/index.ts'
import { writingParams } from '../params/writing.ts'
import { dataEdits } from './editJson.ts'
import { defineFileEdit } from './fileEdit.ts'

/**
 * Edits a YAML file losslessly (netplan, Docker Compose, Kubernetes, Prometheus, cloud-init): comments, order, anchors,
 * quotes, block and flow style and the layout of the rest stay byte for byte. New text follows the file's indentation and
 * quotes; texts that YAML 1.1 would take for something else (`yes`, `0644`) are quoted.
 *
 * - `path`: the file. `create` (default false): whether to make it if it is missing.
 * - `edits`: what the file must have, in order; see `DataEdit`. A place is a JSON Pointer (`/services/web/image`) or a list
 *   of keys, indexes, and members by which an item of a list is found: `['users', { name: 'anna' }, 'shell']`.
 *   `{ set, value }` makes the value equal, with its parents; `{ merge, value }` sets members and keeps the others;
 *   `{ remove }`; `{ include, items }` and `{ exclude, items }` add items to a list, and remove them. Texts may be secrets: of
 *   an edit with one, no values are shown, old or new.
 * - `document`: which of several documents of the file, from 0. Required where there are several.
 * - `version` (default `'1.2'`): with `'1.1'`, what the file has as `yes`, `on` or `0644` is compared as true and 420, as
 *   Ansible, PyYAML and others read it.
 * - `keep`: where to keep the file as it was before the first edit, unless that path exists.
 * - `validate`: a shell command with `{}` (or `%s`) for the path of the new file, which must succeed before it is used.
 * - `owner`, `group`, `mode`: default: unchanged.
 *
 * Errors: E_NO_FILE; E_YAML (what is no YAML, with line and column), E_YAML_ENCODING (not UTF-8), E_YAML_DOCUMENTS (several
 * and none named), E_YAML_ALIAS (inside an alias), E_YAML_EDIT (it would change what an alias repeats elsewhere),
 * E_DATA_NO_MATCH (a value on the way that is no map or list), E_DATA_AMBIGUOUS (several items match). The file is then
 * left unchanged.
 *
 * @example
 * editYaml({
 *   path: '/srv/app/compose.yaml',
 *   edits: [
 *     { set: '/services/web/image', value: 'nginx:1.27' },
 *     { include: '/services/web/ports', items: ['443:443'] },
 *     { remove: '/services/web/links' },
 *   ],
 *   validate: 'docker compose -f {} config -q',
 * })
 *
 * Sources: YAML 1.2.2, RFC 6901 (JSON Pointer).
 */
export const editYaml = defineFileEdit({
  name: 'editYaml',
  summary: 'Edits a YAML file and keeps comments, order, quotes and layout of the rest byte for byte.',
  params: z.strictObject({
    path: filePath.describe('The file.'),
    edits: dataEdits,
    document: z.int().min(0).optional().describe('Which of several documents, from 0.'),
    version: z.enum(['1.1', '1.2']).default('1.2').describe('Which YAML the file is read as.'),
    create: z.boolean().default(false).describe('Whether to make a missing file.'),
    ...writingParams,
  }),
  edit: (before, { edits, document, version }) => {
    const { bytes, changes } = applyYamlEdits(before, edits, { document, version })
    return { content: bytes, isSecret: secretsIn(edits).size > 0, edits: changes }
  },
})
