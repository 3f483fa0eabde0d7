// Chooses between the overview and the page of a host, and listens to keys.

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { HostPage } from './host/hostPage.tsx'
import { KeyHelp } from './keyHelp.tsx'
import { Overview } from './overview/overview.tsx'
import type { Run } from './shared/model.ts'
import { hostLink, type Route, routeOf } from './shared/route.ts'

export function App({ run }: { run: Run }) {
  const [route, setRoute] = useState<Route>(() => routeOf(location.hash))
  const [isHelpOpen, setHelp] = useState(false)
  const scrollBefore = useRef(0)
  const at = run.hosts.findIndex(({ name }) => name === route.host)
  const host = run.hosts[at]

  useEffect(() => {
    const follow = () => setRoute(routeOf(location.hash))
    addEventListener('hashchange', follow)
    return () => removeEventListener('hashchange', follow)
  }, [])

  useEffect(() => {
    document.title = host ? `${host.name} · ${run.data.title}` : run.data.title
    if (!host) scrollTo(0, scrollBefore.current)
    else if (route.entry === undefined) scrollTo(0, 0)
  }, [host, route.entry, run])

  useEffect(() => {
    const remember = () => {
      if (!routeOf(location.hash).host) scrollBefore.current = scrollY
    }
    addEventListener('scroll', remember, { passive: true })
    return () => removeEventListener('scroll', remember)
  }, [])

  // At once, so that no key acts on the host shown before.
  useLayoutEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return
      const isTyping = event.target instanceof HTMLInputElement
      if (event.key === 'Escape' && isHelpOpen) setHelp(false)
      else if (isTyping) return
      else if (event.key === '?') setHelp(true)
      else if (event.key === 'Escape' && host) location.hash = '#/'
      else if ((event.key === 'n' || event.key === 'p') && host) {
        const next = run.hosts[at + (event.key === 'n' ? 1 : -1)]
        if (next) location.hash = hostLink(next.name)
      } else return
      event.preventDefault()
    }
    addEventListener('keydown', press)
    return () => removeEventListener('keydown', press)
  }, [host, at, isHelpOpen, run])

  return (
    <>
      <div hidden={host !== undefined}>
        <Overview run={run} isShown={!host} onHelp={() => setHelp(true)} />
      </div>
      {host && <HostPage key={host.name} run={run} host={host} at={at} entry={route.entry} />}
      {isHelpOpen && <KeyHelp close={() => setHelp(false)} />}
    </>
  )
}
