// The first page: how the run went, failures, all hosts, changes, and what took long.

import { useMemo, useState } from 'preact/hooks'
import { HostList } from '../hosts/hostList.tsx'
import { type HostKind, type Run, searchWords } from '../shared/model.ts'
import { Changes } from './changes.tsx'
import { Compared } from './compared.tsx'
import { Failures } from './failures.tsx'
import { Header } from './header.tsx'
import { Slowest } from './slowest.tsx'

type Props = { run: Run; isShown: boolean; onHelp: () => void }

export function Overview({ run, isShown, onHelp }: Props) {
  const [search, setSearch] = useState('')
  const [kind, setKind] = useState<HostKind | undefined>()
  const words = useMemo(() => searchWords(search), [search])
  const { warnings } = run.data
  return (
    <main>
      <Header run={run} kind={kind} setKind={setKind} onHelp={onHelp} />
      <Failures run={run} words={words} />
      <Compared run={run} />
      <HostList {...{ run, isShown, search, setSearch, words, kind, setKind }} />
      <Changes run={run} words={words} />
      <Slowest run={run} />
      {warnings.length > 0 && (
        <section aria-labelledby="warnings">
          <h2 id="warnings">Warnings</h2>
          <ul class="plain">
            {warnings.map((text, index) => (
              <li key={index}>{text}</li>
            ))}
          </ul>
        </section>
      )}
    </main>
  )
}
