// Warns about tags on the command line that no task has.

import type { PlayPlan } from '../../engine/plan/planPlays.ts'
import { isLook } from '../../model/blocks/look.ts'
import { PlaybookError } from '../../model/errors/error.ts'
import { nearest } from '../../model/errors/suggest.ts'
import { isFlush } from '../../model/flushHandlers.ts'

const meanings = ['all', 'tagged', 'untagged', 'always', 'never']

/**
 * Returns warnings for tags of --tags that no task has, and for those of --skip-tags that are probably mistyped. If tasks
 * depend on facts or looks, their tags are not known yet, and there are no warnings.
 *
 * @throws PlaybookError E_UNKNOWN_TAG if nothing is left to run and a tag was probably mistyped. An empty run alone is
 * not an error: the tag may belong to another playbook of the site.
 */
export function unknownTags(
  plans: readonly PlayPlan[],
  { tags, skipTags }: { readonly tags: readonly string[]; readonly skipTags: readonly string[] },
): PlaybookError[] {
  const hosts = plans.flatMap((plan) => plan.hosts)
  if (hosts.some(({ items }) => !items || items.some(({ task }) => isLook(task)))) return []
  const known = new Set([...meanings, ...hosts.flatMap((host) => [...host.tags])])
  const unknown = (names: readonly string[]) =>
    names.filter((tag) => !known.has(tag)).map((tag) => unknownTag(tag, nearest(tag, known)))
  const missing = unknown(tags)
  const isEmpty = hosts.every(({ items = [] }) => items.every(({ task }) => isFlush(task)))
  const mistyped = missing.find(({ hint }) => hint)
  if (isEmpty && mistyped) throw mistyped
  return [...missing, ...unknown(skipTags).filter(({ hint }) => hint)].map(asWarning)
}

function unknownTag(tag: string, near: string | undefined): PlaybookError {
  return new PlaybookError('E_UNKNOWN_TAG', `No task has the tag ${tag}.`, {
    hint: near && `Did you mean ${near}? List them with --list-tags.`,
  })
}

/** Warnings have a single line. */
function asWarning({ code, message, hint }: PlaybookError): PlaybookError {
  return new PlaybookError(code, `${message} ${hint ?? 'List them with --list-tags.'}`)
}
