// Makes the picture of a report for README.md: PICTURES=write writes it.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { openPage } from './browser.ts'
import { exampleRun, reportOf } from './exampleRun.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'run-playbook-picture-'))
const page = await openPage()
test.after(async () => {
  await page.close()
  rmSync(folder, { recursive: true })
})

test('docs/images/report.webp is such a picture, and README.md and docs/reports.md show it', async () => {
  const earlier = exampleRun({ hosts: 118, tasks: 37, startedAt: '2026-03-09T11:00:00.000Z' })
  writeFileSync(join(folder, 'run.html'), await reportOf(exampleRun({ hosts: 120, tasks: 40 }), earlier))
  await page.resize(1280, 1240)
  await page.goto(pathToFileURL(join(folder, 'run.html')).href)
  await page.until('document.querySelectorAll(".strip").length > 10')
  const file = join(root, 'docs/images/report.webp')
  await page.picture(process.env.PICTURES === 'write' ? file : join(folder, 'report.webp'))
  assert.is(readFileSync(file).toString('latin1', 8, 12), 'WEBP')
  for (const [text, path] of [
    ['README.md', 'docs/images/report.webp'],
    ['docs/reports.md', 'images/report.webp'],
  ] as const)
    assert.match(readFileSync(join(root, text), 'utf8'), `](${path})`)
})

test.run()
