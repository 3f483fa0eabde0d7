// Lists the tasks and plays that need something, each once.

import type { Finding } from '../../doctor/examineHost.ts'
import type { Needer } from '../../doctor/neededChecks.ts'

export function needersOf({ neededBy }: Finding): Needer[] {
  const all = neededBy.map(({ needer }) => needer)
  return [
    ...new Map(all.map((each) => [`${each.title} ${each.where?.file}:${each.where?.line}`, each])).values(),
  ]
}
