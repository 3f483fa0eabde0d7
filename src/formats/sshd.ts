// Edits sshd_config files; whatever no edit changes keeps its bytes.

import type { EditChange, EditedBytes } from './shared/change.ts'
import { checkEdits } from './shared/editSchema.ts'
import { decodeText, encodeText } from './shared/encoding.ts'
import { lineEndOf } from './shared/layout.ts'
import { textOfLines } from './shared/lines.ts'
import type { SshdEdit, SshdIncludes, SshdRemoveEdit } from './sshd/edit.ts'
import { criteriaOf, parseSshd, type SshdLine } from './sshd/parse.ts'
import { labelOf, type SshdEdited, type SshdPlan } from './sshd/plan.ts'
import { sshdEditSchema } from './sshd/schema.ts'
import { setKeyword } from './sshd/set.ts'

export type {
  SshdEdit,
  SshdIncludes,
  SshdRemoveEdit,
  SshdRemoveMatchEdit,
  SshdSetEdit,
  SshdValue,
} from './sshd/edit.ts'
export { sshdKeyword, sshdMatch, sshdValue } from './sshd/schema.ts'
export { sshdEditSchema }

/**
 * Applies edits to the bytes of an sshd_config, in order, reading it as sshd does (sshd_config(5)): keywords in any case,
 * `Keyword value` or `Keyword=value`, words in double quotes, comments after values, Match blocks up to the next one, and
 * the first value that counts.
 *
 * A new line goes right after the line in which the keyword is commented out, else after the last one before the first
 * Match block. Where an included file (`includes`) sets the keyword earlier, and otherwise, the line goes before that
 * Include. All other lines stay byte for byte.
 *
 * Idempotent: applied to its own result, it returns `changes: []` and the same bytes.
 *
 * @param bytes the file, empty for a new one
 * @param edits see `SshdEdit`
 * @returns the new bytes, and each change for people; without changes, the bytes that came in
 * @throws PlaybookError E_SSHD (a quote that is not closed, with its line), E_SSHD_INCLUDED (an included file adds values
 *   of a keyword whose values add up), E_SSHD_EDIT (an edit with unknown keys, or several values where one counts)
 * @example editSshd(bytes, [{ set: 'PermitRootLogin', values: ['no'] }, { set: 'X11Forwarding', values: [false], match: 'User anna' }])
 */
export function editSshd(
  bytes: Uint8Array,
  edits: readonly SshdEdit[],
  includes?: SshdIncludes,
): EditedBytes {
  checkEdits(edits, sshdEditSchema, 'E_SSHD_EDIT')
  return applySshdEdits(bytes, edits, includes)
}

/** `editSshd` for edits that `sshdEditSchema` has checked already, as those of a task's parameters. */
export function applySshdEdits(
  bytes: Uint8Array,
  edits: readonly SshdEdit[],
  includes: SshdIncludes = { files: {}, texts: {} },
): EditedBytes {
  const original = decodeText(bytes)
  const changes: EditChange[] = []
  let { text } = original
  for (const edit of edits) {
    const plan = { lines: parseSshd(text), lineEnd: lineEndOf(text), includes }
    const edited =
      'set' in edit
        ? setKeyword(plan, edit)
        : 'remove' in edit
          ? removeKeyword(plan, edit)
          : removeMatch(plan, edit.removeMatch)
    if (!edited) continue
    text = textOfLines(edited.lines)
    changes.push(edited.change)
  }
  if (text === original.text) return { bytes, changes: [] }
  return { bytes: encodeText({ ...original, text }), changes }
}

function removeKeyword({ lines }: SshdPlan, { remove, match }: SshdRemoveEdit): SshdEdited | undefined {
  const keyword = remove.toLowerCase()
  const scope = match === undefined ? undefined : criteriaOf(match)
  const gone = lines.filter((line) => line.match === scope && line.keyword === keyword)
  if (gone.length === 0) return undefined
  return {
    lines: lines.filter((line) => !gone.includes(line)),
    change: {
      what: labelOf(remove, match),
      from: gone.map(({ args }) => args.join(' ')).join(', '),
      to: 'removed',
    },
  }
}

/** Empty lines and comments at its end belong to what follows. */
function removeMatch({ lines }: SshdPlan, removed: string): SshdEdited | undefined {
  const criteria = criteriaOf(removed)
  const rest = lines.filter((line, index) => line.match !== criteria || isTail(lines, index))
  if (rest.length === lines.length) return undefined
  return { lines: rest, change: { what: `Match ${removed}`, from: 'present', to: 'removed' } }
}

/** Whether only comments without indentation and empty lines follow up to the next block. */
function isTail(lines: readonly SshdLine[], from: number): boolean {
  for (const [index, line] of lines.slice(from).entries()) {
    if (line.keyword === 'match' && index > 0) return true
    if (line.keyword !== '' || /^[ \t]+\S/.test(line.text)) return false
  }
  return false
}
