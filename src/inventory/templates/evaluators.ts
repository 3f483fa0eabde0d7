// Makes the evaluators of an inventory's variables: one without facts, others with them.

import type { ReadAnsibleFact } from '../../model/host.ts'
import type { LoadedHost, Templates } from '../vars/hostVars.ts'
import { TemplateEvaluator, type TracedVariable } from './evaluator.ts'
import { FactUse } from './factUse.ts'
import type { MagicSource } from './magicValues.ts'

type Evaluators = Templates & {
  readonly traced: (host: LoadedHost, name: string) => TracedVariable
}

/** @param sourceOf what magic variables are made of, once all hosts are known */
export function createEvaluators(sourceOf: () => MagicSource): Evaluators {
  let made:
    | { readonly plain: TemplateEvaluator; readonly use: FactUse; readonly source: MagicSource }
    | undefined
  const known = () => {
    if (made) return made
    const source = sourceOf()
    made = { source, plain: new TemplateEvaluator(source), use: new FactUse(source.hosts) }
    return made
  }
  const withFacts = new WeakMap<ReadAnsibleFact, TemplateEvaluator>()
  const evaluatorFor = (read: ReadAnsibleFact | undefined): TemplateEvaluator => {
    const { plain, use, source } = known()
    if (!read) return plain
    let found = withFacts.get(read)
    if (!found) {
      const mayUse = (host: LoadedHost, name: string) => use.of(host, name)
      found = new TemplateEvaluator(source, { read, mayUse, others: plain })
      withFacts.set(read, found)
    }
    return found
  }
  return {
    result: (host, name, read) => evaluatorFor(read).result(host, name),
    templateValue: (host, name, read) => evaluatorFor(read).templateValue(host, name),
    mayUseFacts: (host, name) => known().use.of(host, name),
    traced: (host, name) => known().plain.traced(host, name),
  }
}
