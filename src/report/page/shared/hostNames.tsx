// The names of hosts as links to their pages; of many, the first ones.

import { useState } from 'preact/hooks'
import type { Run } from './model.ts'
import { hostLink } from './route.ts'

const most = 12

type Props = { run: Run; hosts: readonly number[]; column?: number }

export function HostNames({ run, hosts, column }: Props) {
  const [isWhole, setWhole] = useState(false)
  const shown = isWhole ? hosts : hosts.slice(0, most)
  return (
    <p class="names">
      {shown.map((host) => {
        const { name } = run.data.hosts[host]!
        return (
          <a key={name} href={hostLink(name, column)}>
            {name}
          </a>
        )
      })}
      {shown.length < hosts.length && (
        <button type="button" class="quiet" onClick={() => setWhole(true)}>
          and {(hosts.length - shown.length).toLocaleString('en')} more
        </button>
      )}
    </p>
  )
}
