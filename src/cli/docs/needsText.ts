// Describes what a task needs of a host, for its reference.

import type { Needs, Tool } from '../../model/needs/needs.ts'
import type { AnyTaskFunction } from '../../model/task.ts'
import { paramShape } from '../task/taskParams.ts'

/** `root; tar; curl or wget`, with the defaults of its parameters; empty where it needs nothing else than a shell. */
export function needsText(task: AnyTaskFunction): string {
  const all = usualNeeds(task)
  const tools = all.flatMap(({ tools = [] }) => tools).map((each) => [each].flat().map(toolName))
  // Words that stand for parameters are in capitals.
  const known = tools.filter((names) => names.every((name) => /^[a-z]/.test(name)))
  const parts = [
    ...(all.some(({ root }) => root) ? ['root'] : []),
    ...known.map((names) => names.join(' or ')),
    ...(all.some(({ urls = [] }) => urls.length > 0) ? ['access to its URLs'] : []),
    ...(all.some(({ disk = {} }) => Object.keys(disk).length > 0) ? ['free disk'] : []),
    ...(all.some(({ ports = {} }) => Object.keys(ports).length > 0)
      ? ['its ports, free or in use by itself']
      : []),
    ...all.flatMap(({ checks = [] }) => checks).map(({ what }) => what),
  ]
  return [...new Set(parts)].join('; ')
}

function usualNeeds(task: AnyTaskFunction): readonly Needs[] {
  const { needs } = task.spec
  try {
    return [typeof needs === 'function' ? needs(usualParams(task)) : (needs ?? [])].flat()
  } catch {
    return []
  }
}

/** The defaults, and for what is required a value that the schema takes: its name in capitals where it can be that. */
function usualParams(task: AnyTaskFunction): unknown {
  const given = Object.entries(paramShape(task)).flatMap(([name, schema]) => {
    if (schema.safeParse(undefined).success) return []
    const word = name.toUpperCase()
    const value = [word, `/${word}`, 1, true, address, checksum, [word], [`/${word}`], [address], {}].find(
      (each) => schema.safeParse(each).success,
    )
    return [[name, value]]
  })
  const params = Object.fromEntries(given)
  const parsed = task.spec.params.safeParse(params)
  if (parsed.success) return parsed.data
  const shape = Object.entries(paramShape(task))
  return Object.fromEntries(shape.map(([name, schema]) => [name, schema.safeParse(params[name]).data]))
}

const address = 'https://example.org/file.tar.gz'
const checksum = `sha256:${'0'.repeat(64)}`

function toolName(tool: Tool): string {
  if (typeof tool === 'string') return tool
  return tool.version === undefined ? tool.tool : `${tool.tool} ${tool.version}`
}
