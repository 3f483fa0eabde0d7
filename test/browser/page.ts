// A page of the tests' browser: what a person does with it, and what it does.

import { writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { Connection } from './connection.ts'

export type Page = {
  /** Resolves when everything is loaded. */
  readonly goto: (url: string) => Promise<void>
  /** The value of an expression in the page, or of its promise; it passes through JSON. @throws Error of the page */
  readonly value: <T>(expression: string) => Promise<T>
  /** Waits until an expression is true in the page. @throws Error after a minute */
  readonly until: (expression: string) => Promise<void>
  /** Presses a key: `Enter`, `ArrowDown`, `a`, `Control+f`. */
  readonly press: (key: string) => Promise<void>
  readonly type: (text: string) => Promise<void>
  /** Clicks the middle of the first element that matches, once nothing covers it; scrolls to it. */
  readonly click: (selector: string) => Promise<void>
  readonly resize: (width: number, height: number) => Promise<void>
  /** `{ 'prefers-color-scheme': 'dark' }`; `type` is `screen` or `print`. */
  readonly media: (features: { readonly [name: string]: string }, type?: string) => Promise<void>
  /** Writes a picture of what is seen, or of the whole page: PNG, or WebP by the name of the file. */
  readonly picture: (file: string, isWhole?: boolean) => Promise<void>
  /** Seconds of computing since it was opened, for scripts and layout; how busy the machine is does not matter. */
  readonly busySeconds: () => Promise<number>
  /** Errors and warnings of the console, exceptions, and what the browser blocked or could not load. */
  readonly problems: readonly string[]
  /** Waits until all patterns match problems, which may be reported late. @throws Error after a minute */
  readonly complains: (...patterns: readonly RegExp[]) => Promise<void>
  /** The addresses of everything that was loaded. */
  readonly requests: readonly string[]
  readonly close: () => Promise<void>
}

const limitMs = 60_000

export async function pageOf(
  { send: sendTo, listen }: Connection,
  session: string,
  close: () => Promise<void>,
): Promise<Page> {
  const send = (method: string, params = {}) => sendTo(method, params, session)
  const problems: string[] = []
  const requests: string[] = []
  let onLoad = () => {}
  listen(session, (method, values) => {
    if (method === 'Page.loadEventFired') onLoad()
    if (method === 'Network.requestWillBeSent') requests.push((values.request as { url: string }).url)
    problems.push(...problemsIn(method, values))
  })
  await send('Performance.enable', { timeDomain: 'threadTicks' })
  for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await send(`${domain}.enable`)

  const value = async <T>(expression: string): Promise<T> => {
    const options = { expression, awaitPromise: true, returnByValue: true, userGesture: true }
    const { result, exceptionDetails } = await send('Runtime.evaluate', options)
    if (exceptionDetails) throw new Error(`${exceptionText(exceptionDetails)} in ${expression}`)
    return (result as { value: T }).value
  }
  const until = async (expression: string) => {
    const endMs = performance.now() + limitMs
    while (!(await value(`Boolean(${expression})`))) {
      if (performance.now() > endMs)
        throw new Error(`Not true in ${limitMs / 1000} s: ${expression} ${problems.join('\n')}`)
      await delay(20)
    }
  }
  const complains = async (...patterns: readonly RegExp[]) => {
    const endMs = performance.now() + limitMs
    for (const pattern of patterns)
      while (!problems.some((problem) => pattern.test(problem))) {
        if (performance.now() > endMs)
          throw new Error(`No problem is like ${pattern}: ${problems.join('\n')}`)
        await delay(20)
      }
  }
  const mouse = (type: string, x: number, y: number) =>
    send('Input.dispatchMouseEvent', { type, x, y, button: 'left', clickCount: 1 })
  const page: Page = {
    value,
    until,
    complains,
    problems,
    requests,
    close,
    goto: async (url) => {
      const loaded = new Promise<void>((resolve) => {
        onLoad = resolve
      })
      const { errorText } = await send('Page.navigate', { url })
      if (errorText) throw new Error(`${url}: ${errorText}`)
      await loaded
    },
    press: async (text) => {
      const names = text.split(/\+(?=.)/)
      const key = names.pop()!
      const modifiers = names.reduce((bits, name) => bits | (modifierBits[name] ?? 0), 0)
      const event = {
        key,
        code: codeOf(key),
        modifiers,
        windowsVirtualKeyCode: keyCodes[key] ?? upperCode(key),
      }
      const typed = key === 'Enter' ? '\r' : key.length === 1 && (modifiers & ~8) === 0 ? key : undefined
      await send('Input.dispatchKeyEvent', { type: typed ? 'keyDown' : 'rawKeyDown', text: typed, ...event })
      await send('Input.dispatchKeyEvent', { type: 'keyUp', ...event })
    },
    type: async (text) => void (await send('Input.insertText', { text })),
    click: async (selector) => {
      const point = `(() => { const element = document.querySelector(${JSON.stringify(selector)})
        element?.scrollIntoView({ block: 'nearest', behavior: 'instant' })
        const { left = 0, top = 0, width = 0, height = 0 } = element?.getBoundingClientRect() ?? {}
        const [x, y] = [left + width / 2, top + height / 2]
        return element?.contains(document.elementFromPoint(x, y)) && [x, y] })()`
      await until(point)
      const [x, y] = await value<[number, number]>(point)
      for (const type of ['mouseMoved', 'mousePressed', 'mouseReleased']) await mouse(type, x, y)
    },
    resize: async (width, height) => {
      const options = { width, height, deviceScaleFactor: 1, mobile: width < 600 }
      await send('Emulation.setDeviceMetricsOverride', options)
    },
    media: async (features, type = 'screen') => {
      const list = Object.entries(features).map(([name, each]) => ({ name, value: each }))
      await send('Emulation.setEmulatedMedia', { media: type, features: list })
    },
    busySeconds: async () => {
      const { metrics } = await send('Performance.getMetrics')
      return (metrics as { name: string; value: number }[]).find(({ name }) => name === 'TaskDuration')!.value
    },
    picture: async (file, isWhole = false) => {
      const format = file.endsWith('.webp') ? { format: 'webp', quality: 60 } : {}
      const { data } = await send('Page.captureScreenshot', { captureBeyondViewport: isWhole, ...format })
      writeFileSync(file, Buffer.from(String(data), 'base64'))
    },
  }
  await page.resize(1280, 800)
  return page
}

const modifierBits: { readonly [name: string]: number } = { Alt: 1, Control: 2, Meta: 4, Shift: 8 }

const keyCodes: { readonly [key: string]: number } = {
  ...{ Backspace: 8, Tab: 9, Enter: 13, Escape: 27, ' ': 32, PageUp: 33, PageDown: 34, End: 35, Home: 36 },
  ...{ ArrowLeft: 37, ArrowUp: 38, ArrowRight: 39, ArrowDown: 40, Delete: 46, '/': 191, '?': 191 },
}

function upperCode(key: string): number {
  return key.toUpperCase().charCodeAt(0)
}

function codeOf(key: string): string {
  if (/^[a-z]$/i.test(key)) return `Key${key.toUpperCase()}`
  return key === ' ' ? 'Space' : key === '/' ? 'Slash' : key
}

type Shown = { readonly value?: unknown; readonly description?: string }

function problemsIn(method: string, values: { readonly [name: string]: unknown }): string[] {
  if (method === 'Runtime.exceptionThrown') return [exceptionText(values.exceptionDetails)]
  if (method === 'Runtime.consoleAPICalled' && /^(error|warning|assert)$/.test(String(values.type)))
    return [(values.args as Shown[]).map((each) => String(each.value ?? each.description)).join(' ')]
  if (method === 'Log.entryAdded') {
    const { level, text, url = '' } = values.entry as { level: string; text: string; url?: string }
    return level === 'error' || level === 'warning' ? [`${text} ${url}`.trim()] : []
  }
  return []
}

function exceptionText(details: unknown): string {
  const { text, exception } = details as { readonly text: string; readonly exception?: Shown }
  return exception?.description ?? text
}
