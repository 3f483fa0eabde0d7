// Reads what a module of Ansible prints: its result, its failure, and what it changes.

import { lastLines, type MadeChange, type Output, PlaybookError, text } from '../../src/index.ts'
import { jsonIn, shownOnLine } from './printedText.ts'

/** What a module says. */
export type ModuleResult = {
  readonly changed?: boolean
  readonly failed?: boolean
  readonly skipped?: boolean
  readonly msg?: unknown
  readonly diff?: unknown
  readonly rc?: number
  readonly stderr?: unknown
  readonly stdout?: unknown
  readonly exception?: unknown
  readonly _ansible_no_log?: boolean
}

/** @throws PlaybookError E_NO_PYTHON, E_MODULE_FAILED where it failed or printed no result */
export function moduleResult(module: string, output: Output): ModuleResult {
  const error = moduleError(module, output)
  if (error) throw error
  return resultIn(output)!
}

/** Why a module failed; undefined: it did not. */
export function moduleError(module: string, output: Output): PlaybookError | undefined {
  if (output.code === 127 && output.stderr.includes('run-playbook: no python'))
    return new PlaybookError('E_NO_PYTHON', `${module} needs Python, and this host has none.`, {
      details: lastLines(output).filter((line) => line.startsWith('run-playbook: ')),
      hint: 'Install it (packages), or name it: ansible_python_interpreter in the inventory.',
    })
  const result = resultIn(output)
  if (!result)
    return new PlaybookError(
      'E_MODULE_FAILED',
      `${module} ended with exit code ${output.code} and printed no result.`,
      {
        details: lastLines(output),
      },
    )
  if (!result.failed) return undefined
  if (result._ansible_no_log)
    return new PlaybookError('E_MODULE_FAILED', `${module} failed; its output is hidden (no_log).`)
  const message = typeof result.msg === 'string' ? result.msg.trim() : JSON.stringify(result.msg ?? 'failed')
  const [first = '', ...more] = message.split('\n')
  return new PlaybookError('E_MODULE_FAILED', `${module}: ${first}`, {
    details: [...more, ...linesOf(result.stderr), ...linesOf(result.exception)]
      .filter((line) => line !== '(traceback unavailable)')
      .slice(-15),
  })
}

function linesOf(value: unknown): string[] {
  return typeof value === 'string' && value.trim() !== '' ? value.trimEnd().split('\n') : []
}

/** Modules may print other lines before and after it. */
function resultIn(output: Output): ModuleResult | undefined {
  const value = jsonIn(text(output))
  return value as ModuleResult | undefined
}

/** What a module says that it changes, or would change. */
export function moduleChanges(
  what: string,
  { diff, msg, _ansible_no_log: isHidden }: ModuleResult,
): MadeChange[] {
  if (isHidden) return [{ what, from: 'hidden', to: 'hidden (no_log)' }]
  const found = [diff].flat().flatMap((each) => changeOf(what, each))
  const message = typeof msg === 'string' && msg.trim() !== '' ? shownOnLine(msg) : 'as described'
  return found.length > 0 ? found : [{ what, from: 'differs', to: message }]
}

type ModuleDiff = {
  readonly before?: unknown
  readonly after?: unknown
  readonly before_header?: unknown
  readonly after_header?: unknown
  readonly prepared?: unknown
}

function changeOf(module: string, diff: unknown): MadeChange[] {
  if (typeof diff !== 'object' || diff === null) return []
  const { before, after, before_header: old, after_header: header, prepared } = diff as ModuleDiff
  const title = [header, old].find((each) => typeof each === 'string' && each !== '')
  const what = title === undefined ? module : `${module}: ${title}`
  const path = String(title ?? module)
  if (isMapping(before) && isMapping(after)) return [mappingChange(what, path, before, after)]
  if (before !== undefined || after !== undefined) {
    const texts = { before: textOf(before), after: textOf(after) }
    return texts.before === texts.after ? [] : [textChange(what, path, texts)]
  }
  if (typeof prepared !== 'string' || prepared.trim() === '') return []
  return [textChange(what, path, unprepared(prepared))]
}

function textChange(
  what: string,
  path: string,
  { before, after }: { before: string; after: string },
): MadeChange {
  const [from, to] = [before, after].map((each) => (each.trim() === '' ? 'empty' : shownOnLine(each)))
  return { what, from: from!, to: to!, diff: { path, before, after } }
}

/** Names the members that differ. */
function mappingChange(what: string, path: string, before: Mapping, after: Mapping): MadeChange {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) => textOf(before[name]) !== textOf(after[name]),
  )
  const shown = (of: Mapping) =>
    shownOnLine(names.map((name) => `${name}: ${textOf(of[name] ?? 'none').trim()}`).join(', ')) || 'differs'
  return {
    what,
    from: shown(before),
    to: shown(after),
    diff: { path, before: textOf(before), after: textOf(after) },
  }
}

/** The two texts of a diff that is already one. */
function unprepared(diff: string): { before: string; after: string } {
  const lines = diff.split('\n').filter((line) => !/^(?:---|\+\+\+|@@|diff |index )/.test(line))
  const side = (other: string) =>
    lines.filter((line) => !line.startsWith(other)).map((line) => line.replace(/^[-+ ]/, ''))
  return { before: side('+').join('\n'), after: side('-').join('\n') }
}

type Mapping = { readonly [name: string]: unknown }

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : `${JSON.stringify(value, null, 2)}\n`
}
