// Chooses the options of a run from code that are recorded, for a run that resumes it.

import { inlineVarNames } from '../inventory/vars/extraVars.ts'
import type { Resumable } from '../model/run/event.ts'
import type { RunPlaybookOptions } from './options.ts'

const names = [
  'limit',
  'forceHandlers',
  'become',
  'becomeUser',
  'becomeMethod',
  'becomePasswordFile',
  'user',
  'connectionPasswordFile',
  'privateKey',
  'sshCommonArgs',
  'sshExtraArgs',
  'connection',
  'timeout',
] as const satisfies (keyof RunPlaybookOptions)[]

/** Lists, as the command line has them after flags that may be repeated. */
const lists = ['tags', 'skipTags', 'vaultPasswordFile', 'vaultId'] as const

/** `limit`: with the hosts that it stands for. */
type Recorded = Omit<RunPlaybookOptions, 'limit' | 'confirmTask' | 'ask'> & {
  readonly limit: string | undefined
}

/** As flags of the command line, whose `--resume` takes them. Of variables only files are recorded: values may be secret. */
export function recordedOptions(options: Recorded): Resumable {
  const given = [options.extraVars ?? []].flat()
  const texts = given.filter((each) => typeof each === 'string')
  const inventory = [options.inventory].flat().filter((each) => typeof each === 'string')
  const flags = {
    ...Object.fromEntries(names.map((name) => [name, options[name]])),
    ...Object.fromEntries(lists.map((name) => [name, listOf(options[name])])),
    inventory: inventory.length > 0 ? inventory : undefined,
    extraVars: listOf(texts.filter((each) => each.trim().startsWith('@'))),
  }
  return {
    flags: Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined)),
    unkeptVars: [
      ...inlineVarNames(texts, process.cwd()),
      ...given.flatMap((each) => (typeof each === 'string' ? [] : Object.keys(each))),
    ],
  }
}

function listOf(value: string | readonly string[] = []): readonly string[] | undefined {
  return value.length === 0 ? undefined : [value].flat()
}
