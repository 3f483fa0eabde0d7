// A headless Chromium for the tests: one for all test files of a process.

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { browserProgram } from '../../lab/machine/browser.ts'
import { type Connection, connectionOf } from './connection.ts'
import { type Page, pageOf } from './page.ts'

const flags = [
  '--headless',
  '--remote-debugging-pipe',
  '--no-sandbox', // tests may run as root
  '--no-first-run',
  '--disable-gpu',
  '--disable-dev-shm-usage', // /dev/shm of a container is small
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-extensions',
  '--disable-sync',
  '--hide-scrollbars',
  '--force-color-profile=srgb',
  // Nothing but this machine can be reached.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1',
]

type Browser = { readonly child: ChildProcess; readonly connection: Connection }

let browser: Promise<Browser> | undefined

/**
 * A new, empty page of 1280 × 800, with cookies and storage of its own. The browser is started with the first one, and
 * ends with this process. Close the page in `test.after`.
 *
 * @throws Error with the reason, where there is no browser
 * @example
 * const page = await openPage()
 * await page.goto(pathToFileURL(file).href)
 * await page.until('document.querySelector("h1")')
 * assert.equal([page.problems, page.requests.length], [[], 1])
 */
export async function openPage(): Promise<Page> {
  browser ??= start()
  const { child, connection } = await browser
  const context = await connection.send('Target.createBrowserContext')
  const target = await connection.send('Target.createTarget', { url: 'about:blank', ...context })
  const { sessionId } = await connection.send('Target.attachToTarget', { ...target, flatten: true })
  hold(child, 1)
  return pageOf(connection, String(sessionId), async () => {
    await connection.send('Target.disposeBrowserContext', context)
    hold(child, -1)
  })
}

async function start(): Promise<Browser> {
  const program = await browserProgram()
  const folder = mkdtempSync(join(tmpdir(), 'run-playbook-browser-'))
  const child = spawn(program, [...flags, `--user-data-dir=${folder}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    env: { ...process.env, HOME: folder, DBUS_SESSION_BUS_ADDRESS: 'disabled:' },
  })
  await new Promise((resolve, reject) => child.on('spawn', resolve).on('error', reject))
  process.once('exit', () => {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })
  return { child, connection: connectionOf(child) }
}

let openPages = 0

/** While a page is open its browser keeps this process alive; afterwards the process may end. */
function hold(child: ChildProcess, more: number): void {
  openPages += more
  for (const each of [child, child.stdio[3], child.stdio[4]] as { ref?: () => void; unref?: () => void }[]) {
    if (openPages > 0) each.ref?.()
    else each.unref?.()
  }
}
