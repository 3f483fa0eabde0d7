// Builds the site of the documentation, and reads it in a browser as a visitor does.

import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { openPage } from './browser.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const site = join(root, 'dist/site-source/.vitepress/dist')
/** The exit code of the build where VitePress is neither there nor can be installed. */
const unavailable = 3

const types: { readonly [extension: string]: string } = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
}
const missing: string[] = []
/** Any web server: files, and `index.html` of a folder. */
const server = createServer(({ url = '/' }, response) => {
  const path = decodeURIComponent(new URL(url, 'http://site').pathname)
  const file = join(site, path.endsWith('/') ? `${path}index.html` : path)
  if (!existsSync(file) || !statSync(file).isFile()) {
    missing.push(path)
    response.writeHead(404).end()
    return
  }
  response.setHeader('content-type', types[extname(file)] ?? 'application/octet-stream')
  response.end(readFileSync(file))
})

// Dead links fail the build. CI has built the site already.
const build = isBuilt() ? undefined : spawnSync(process.execPath, [join(root, 'build/docsSite.mjs')])
if (build?.status === unavailable) {
  test.skip('the site of the documentation', () => {})
} else {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const page = await openPage()
  test.after(async () => {
    await page.close()
    server.close()
    server.closeAllConnections()
  })
  const show = async (path: string) => {
    await page.goto(`${base}${path}`)
    await page.until('document.querySelector("h1")')
  }
  const heading = () => page.value<string>('document.querySelector("h1").firstChild.textContent.trim()')

  test('it is built', () => {
    assert.ok(isBuilt(), `${build?.stdout}${build?.stderr}`)
  })

  test('the start page has its pictures and the first playbook, and leads to the other pages', async () => {
    await show('/')
    await page.until('[...document.images].every(({ naturalWidth }) => naturalWidth > 100)')
    assert.ok((await page.value<number>('document.images.length')) >= 2)
    await page.click('.VPSidebar a[href="/cookbook.html"]')
    await page.until('document.querySelector("h1").textContent.startsWith("Cookbook")')
    assert.ok((await page.value<number>('document.querySelectorAll("h3").length')) >= 40)
  })

  test('the search finds a task, and leads to it', async () => {
    await show('/getting-started.html')
    await page.click('.DocSearch-Button')
    await page.until('document.activeElement?.id === "localsearch-input"')
    await page.type('iniFile')
    const results = '[...document.querySelectorAll(".VPLocalSearchBox .result")]'
    await page.until(`${results}.some(({ textContent }) => /Tasks\\s*iniFile/.test(textContent))`)
    await page.press('Enter')
    await page.until('location.pathname === "/tasks.html" && location.hash === "#inifile"')
  })

  test('pages are there in Korean, with a way there and back', async () => {
    await show('/ko/')
    assert.is(await page.value('document.documentElement.lang'), 'ko')
    assert.match(await page.value('document.querySelector(".vp-doc").textContent'), /첫걸음/)
    await page.click('.VPSidebar a[href="/ko/getting-started.html"]')
    await page.until('document.querySelector("h1").textContent.includes("첫걸음")')
    assert.is(await page.value('document.querySelector("a[href=\'/getting-started.html\']") !== null'), true)
  })

  test('nothing is wider than a phone, and code scrolls by itself', async () => {
    await page.resize(390, 800)
    for (const path of [
      '/',
      '/ko/',
      '/tasks.html',
      '/plays.html',
      '/errors.html',
      '/formats.html',
      '/inventory.html',
    ]) {
      await show(path)
      const width = await page.value('document.documentElement.scrollWidth')
      assert.equal([path, await heading(), width], [path, await heading(), 390])
    }
    await page.resize(1280, 800)
  })

  test('nothing was missing, went wrong or came from elsewhere', () => {
    assert.equal(
      missing.filter((path) => path !== '/favicon.ico'),
      [],
    )
    assert.equal(
      page.problems.filter((problem) => !problem.includes('/favicon.ico')),
      [],
    )
    assert.equal(
      page.requests.filter((url) => !url.startsWith(base) && !url.startsWith('data:')),
      [],
    )
  })
}

test.run()

/** Whether it is newer than its pages. */
function isBuilt(): boolean {
  const start = statSync(join(site, 'index.html'), { throwIfNoEntry: false })
  const pages = [
    'README.md',
    'build/docsSite.mjs',
    ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`),
  ]
  return start !== undefined && pages.every((page) => statSync(join(root, page)).mtimeMs < start.mtimeMs)
}
