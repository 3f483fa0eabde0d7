// The JSON Schema of the inventory that plays need, as text.

import type { Play } from '../../model/play.ts'
import { inventorySchema } from './jsonSchema.ts'

/** With the variables of the plays and of the roles that they list; what functions of a host add is not known before a run. */
export function schemaText(plays: readonly Play[], kind: 'inventory' | 'vars'): string {
  const specs = plays.flatMap(({ spec }) => [
    { name: spec.name, vars: spec.vars },
    ...(spec.roles ?? []).flatMap((item) => {
      if (!item || !('kind' in item)) return []
      const { role } = item.kind === 'role' ? item.use() : item
      return [{ name: spec.name, vars: role.spec.vars }]
    }),
  ])
  return `${JSON.stringify(inventorySchema(specs, kind), undefined, 2)}\n`
}
