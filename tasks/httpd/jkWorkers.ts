// Checks mod_jk's workers: unknown mounts, missing types, keys set twice.

import { PlaybookError } from '../../src/index.ts'

/** A file of the configuration as it would be. */
type ConfigurationText = { readonly path: string; readonly text: string }

/**
 * Checks the mounts of httpd's files against a `workers.properties` among them, if there is one. `apachectl -t` finds
 * none of this: a request to an unknown worker is answered 500, of a key set twice the last one wins.
 *
 * Source: the workers.properties and Apache HTTP Server references of Apache Tomcat Connectors 1.2.
 *
 * @throws PlaybookError E_JK_WORKER, with file and line of each
 * @example checkJkWorkers([{ path: 'conf/workers.properties', text: 'worker.list=ecs' }, { path: 'conf/httpd.conf', text: 'JkMount /* ecs' }])
 */
export function checkJkWorkers(files: readonly ConfigurationText[]): void {
  const properties = files.find(({ text }) => /^\s*worker\.list\s*=/m.test(text))
  if (!properties) return
  const entries = entriesOf(properties.text)
  const listed = new Set(
    entries.filter(({ key }) => key === 'worker.list').flatMap(({ value }) => wordsOf(value)),
  )
  const problems = [
    ...doubled(entries).map(({ key, line }) => `${properties.path}:${line}: ${key} is set a second time`),
    ...missingMembers(entries).map(
      ({ member, line }) => `${properties.path}:${line}: the worker ${member} has no type`,
    ),
    ...files.flatMap(({ path, text }) =>
      mountsOf(text)
        .filter(({ worker }) => !listed.has(worker))
        .map(({ worker, line }) => `${path}:${line}: JkMount of ${worker}, which worker.list does not have`),
    ),
  ]
  if (problems.length === 0) return
  throw new PlaybookError(
    'E_JK_WORKER',
    problems.length === 1 ? problems[0]! : 'mod_jk would not serve every worker.',
    {
      details: problems.length === 1 ? [] : problems,
      hint: `The workers of ${properties.path}: ${[...listed].join(', ')}.`,
    },
  )
}

type Entry = { readonly key: string; readonly value: string; readonly line: number }

function entriesOf(text: string): Entry[] {
  return text.split(/\r?\n/).flatMap((raw, index): Entry[] => {
    const [, key, value] = /^\s*([^#!\s=:]+)\s*[=:]?\s*(.*?)\s*$/.exec(raw) ?? []
    return key === undefined ? [] : [{ key, value: value ?? '', line: index + 1 }]
  })
}

/** Keys that were set before. Lists add up: worker.list, balance_workers and mount may stand many times. */
function doubled(entries: readonly Entry[]): Entry[] {
  const seen = new Set<string>()
  return entries.filter(({ key }) => {
    if (/^worker\.list$|\.(?:balanced?_workers|mount)$/.test(key)) return false
    const isSecond = seen.has(key)
    seen.add(key)
    return isSecond
  })
}

/** Members of balancers of which nothing says how to reach them. */
function missingMembers(entries: readonly Entry[]): { readonly member: string; readonly line: number }[] {
  const keys = new Set(entries.map(({ key }) => key))
  return entries
    .filter(({ key }) => /\.balanced?_workers$/.test(key))
    .flatMap(({ value, line }) => wordsOf(value).map((member) => ({ member, line })))
    .filter(({ member }) => !keys.has(`worker.${member}.type`) && !keys.has(`worker.${member}.reference`))
}

function mountsOf(text: string): { readonly worker: string; readonly line: number }[] {
  return text.split(/\r?\n/).flatMap((raw, index) => {
    const [, worker] = /^\s*JkMount\s+(?:"[^"]*"|\S+)\s+"?([^\s"]+)"?\s*$/i.exec(raw) ?? []
    return worker === undefined ? [] : [{ worker, line: index + 1 }]
  })
}

function wordsOf(value: string): string[] {
  return value.split(/[\s,]+/).filter((word) => word !== '')
}
