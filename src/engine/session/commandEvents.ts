// The commands of a trip, with their outputs, as events for `-vvv`.

import type { Output } from '../../model/probe.ts'
import type { RunEvent } from '../../model/run/event.ts'
import { safePaths } from '../../model/shell/safePaths.ts'
import type { ScriptEntry } from '../../wire/script.ts'

/** One event an entry that has run. */
export function commandEvents(
  host: string,
  entries: readonly ScriptEntry[],
  outputs: readonly (Output | undefined)[],
): RunEvent[] {
  return entries.flatMap((entry, index) => {
    const output = outputs[index]
    if (!output || entry.kind === 'lock') return []
    const texts = entry.isHidden ? hidden : shownTexts(entry, output)
    return [{ kind: 'command', host, code: output.code, isStep: entry.kind === 'step', ...texts }]
  })
}

function shownTexts(entry: ScriptEntry, { stdout, stderr }: Output) {
  const { body, shown = body.toString(), printsContents } = entry
  return {
    // Without the functions that are the same for many steps.
    script: shown.replace(safePaths, () => ''),
    stdout: printsContents ? `(file contents, ${stdout.length} bytes)` : stdout.toString('utf8'),
    stderr: stderr.toString('utf8'),
  }
}

/** Texts of a command of a task with noLog. */
const hidden = { script: 'hidden (noLog)', stdout: '', stderr: '' }
