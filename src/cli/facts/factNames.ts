// Finds facts by the names on the command line: ours, parts of them, and Ansible's.

import { ansibleFactNames, ansibleFacts } from '../../facts/ansible/ansibleFacts.ts'
import { typicalFacts } from '../../facts/typicalFacts.ts'
import { PlaybookError } from '../../model/errors/error.ts'
import { didYouMean } from '../../model/errors/suggest.ts'
import { factNames, type HostFacts, unkeptFacts } from '../../model/facts.ts'

/** Something to show of a host. */
export type NamedFact = { readonly name: string; readonly of: (facts: HostFacts) => unknown }

/** The facts of these names; all of ours that are no secrets if there are none. @throws PlaybookError E_UNKNOWN_FACT */
export function namedFacts(names: readonly string[]): readonly NamedFact[] {
  return (names.length === 0 ? shownFacts : names).map((name) => ({ name, of: reader(name) }))
}

const shownFacts = factNames.filter((name) => !unkeptFacts.includes(name))

/** All names that the command takes, for completion. */
export function allFactNames(): readonly string[] {
  const parts = factNames.flatMap((name) => {
    const value = typicalFacts[name]
    const isPlain = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isPlain ? Object.keys(value).map((part) => `${name}.${part}`) : []
  })
  return [...factNames, ...parts, ...ansibleFactNames().map((name) => `ansible_${name}`)]
}

function reader(name: string): NamedFact['of'] {
  const [first = '', ...rest] = name.split('.')
  const known = factNames.find((each) => each === first)
  const ofAnsible = first.replace(/^ansible_/, '')
  const isAnsible = first !== ofAnsible && ofAnsible !== 'facts'
  if (known === undefined && !isAnsible) throw unknownFact(name)
  const isPart = known !== undefined && rest.length > 0
  if (isPart && !allFactNames().includes(`${first}.${rest[0]}`)) throw unknownFact(name)
  return (facts) => {
    const whole = known === undefined ? ansibleFacts(facts)[ofAnsible] : facts[known]
    return rest.reduce<unknown>(
      (value, part) => (value as Record<string, unknown> | undefined)?.[part],
      whole,
    )
  }
}

function unknownFact(name: string): PlaybookError {
  return new PlaybookError('E_UNKNOWN_FACT', `No fact "${name}".`, {
    hint: didYouMean(name, allFactNames()) ?? `There are ${factNames.join(', ')}.`,
  })
}
