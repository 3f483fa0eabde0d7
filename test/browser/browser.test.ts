// Tests that the helper for tests in a browser sees what a page does.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { openPage } from './browser.ts'

const folder = mkdtempSync(join(tmpdir(), 'run-playbook-page-'))
const page = await openPage()
test.after(async () => {
  await page.close()
  rmSync(folder, { recursive: true })
})

const show = async (html: string) => {
  const file = join(folder, 'page.html')
  writeFileSync(file, `<!doctype html>${html}`)
  await page.goto(pathToFileURL(file).href)
}

test('keys, words and clicks come to the page', async () => {
  await show(`<input autofocus><button onclick="this.textContent = 'clicked'">No</button><script>
    keys = []; onkeydown = ({ key, ctrlKey, keyCode }) => keys.push((ctrlKey ? 'C-' : '') + key + keyCode)</script>`)
  await page.click('input')
  await page.type('läuft')
  for (const key of ['a', '/', 'ArrowDown', 'Control+k']) await page.press(key)
  await page.click('button')
  await page.until('document.querySelector("button").textContent === "clicked"')
  assert.is(await page.value('document.querySelector("input").value'), 'läufta/')
  assert.equal(await page.value('keys'), ['a65', '/191', 'ArrowDown40', 'C-k75'])
})

test('width, colour scheme and medium are set, and a picture is taken', async () => {
  await show('<meta name="viewport" content="width=device-width"><p>Hello')
  await page.resize(390, 700)
  await page.media({ 'prefers-color-scheme': 'dark' }, 'print')
  const matches = (query: string) => page.value(`matchMedia(${JSON.stringify(query)}).matches`)
  assert.ok(await matches('(width: 390px) and (prefers-color-scheme: dark)'))
  assert.ok(await matches('print'))
  await page.media({})
  await page.picture(join(folder, 'page.png'))
  const png = readFileSync(join(folder, 'page.png'))
  assert.equal([png.toString('latin1', 1, 4), png.readUInt32BE(16), png.readUInt32BE(20)], ['PNG', 390, 700])
})

test('errors, and what cannot be loaded, are problems; each request is listed', async () => {
  await show('<p>Fine')
  assert.equal(page.problems, [])
  await show(`<meta http-equiv="Content-Security-Policy" content="img-src 'none'">
    <link rel=stylesheet href="https://example.com/style.css"><img src="data:image/png;base64,AA">
    <script>console.error('from', 'console'); setTimeout(() => { done = true; null.x })</script>`)
  await page.until('globalThis.done')
  await page.complains(
    /^from console$/,
    /^TypeError: Cannot read/,
    /ERR_NAME_NOT_RESOLVED https:\/\/example/,
    /Security Policy/,
  )
  assert.ok(page.requests.includes('https://example.com/style.css'))
})

test('what a page throws is an error with the expression', async () => {
  await page.value('nothing.at.all').then(
    () => assert.unreachable(),
    (error: Error) =>
      assert.match(error.message, /^ReferenceError: nothing is not defined[\s\S]* in nothing\.at\.all$/),
  )
})

test.run()
