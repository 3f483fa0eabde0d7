// The titles of tasks above their columns, with the plays above them.

import type { Run } from '../shared/model.ts'
import type { Spot } from './rows.ts'

type Props = { run: Run; columns: readonly number[]; spot: Spot | undefined }

export function ColumnHead({ run, columns, spot }: Props) {
  const { plays } = run.data
  return (
    <div class="columns" aria-hidden="true">
      {columns.map((index, position) => {
        const { title, isHandler, play } = run.data.columns[index]!
        const before = columns[position - 1]
        const isFirst = before !== undefined && run.data.columns[before]!.play !== play
        const name = `${plays.length > 1 ? `${plays[play]!.name}: ` : ''}${isHandler ? 'handler ' : ''}${title}`
        const classes = ['column', spot?.column === index ? 'here' : '', isFirst ? 'first' : '']
        return (
          <span key={index} class={classes.join(' ')} title={name}>
            <span>{title}</span>
          </span>
        )
      })}
    </div>
  )
}
