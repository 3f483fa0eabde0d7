// Makes the evaluators of an inventory's variables: one of its own, others that see more.

import type { VarContext } from '../../model/host.ts'
import type { LoadedHost, Templates } from '../vars/hostVars.ts'
import { TemplateEvaluator, type TracedVariable } from './evaluator.ts'
import type { MagicSource } from './magicValues.ts'
import { isFactUse, isFileUse, VariableUse } from './variableUse.ts'

type Evaluators = Templates & {
  readonly traced: (host: LoadedHost, name: string) => TracedVariable
}

/** @param sourceOf what magic variables are made of, once all hosts are known */
export function createEvaluators(sourceOf: () => MagicSource): Evaluators {
  let made: ReturnType<typeof evaluatorsOf> | undefined
  const known = () => {
    made ??= evaluatorsOf(sourceOf())
    return made
  }
  return {
    result: (host, name, context) => known().seeing(context).result(host, name),
    templateValue: (host, name, context) => known().seeing(context).templateValue(host, name),
    mayUseFacts: (host, name) => known().facts.of(host, name),
    mayUseFiles: (host, name) => known().files.of(host, name),
    traced: (host, name) => known().plain.traced(host, name),
  }
}

function evaluatorsOf(source: MagicSource) {
  const plain = new TemplateEvaluator(source)
  const facts = new VariableUse(isFactUse, source.hosts)
  const files = new VariableUse(isFileUse, source.hosts)
  const byReader = new WeakMap<object, Map<string, TemplateEvaluator>>()
  const seeing = (context: VarContext = {}): TemplateEvaluator => {
    const { read, folders = [] } = context
    if (!read && folders.length === 0) return plain
    const byFolders = byReader.get(read ?? plain) ?? new Map<string, TemplateEvaluator>()
    byReader.set(read ?? plain, byFolders)
    const key = folders.join('\0')
    let found = byFolders.get(key)
    if (!found) {
      const isFixed = (host: LoadedHost, name: string) =>
        !(read && facts.of(host, name)) && !(folders.length > 0 && files.of(host, name))
      found = new TemplateEvaluator(source, { context, isFixed, others: plain })
      byFolders.set(key, found)
    }
    return found
  }
  return { plain, facts, files, seeing }
}
