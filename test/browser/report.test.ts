// Tests the HTML report in a browser: speed, search, keys, narrow screens, escaping.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { PlaybookError } from '../../src/model/errors/error.ts'
import type { RunEvent } from '../../src/model/run/event.ts'
import { openPage } from './browser.ts'
import { exampleRun, reportOf, type Timed } from './exampleRun.ts'

const folder = mkdtempSync(join(tmpdir(), 'run-playbook-report-'))
const page = await openPage()
test.after(async () => {
  await page.close()
  rmSync(folder, { recursive: true })
})

const show = async (events: readonly Timed[], earlier?: readonly Timed[]) => {
  const file = join(folder, 'run.html')
  writeFileSync(file, await reportOf(events, earlier))
  const before = await page.busySeconds()
  await page.goto(pathToFileURL(file).href)
  await page.until('document.querySelector("h1")')
  return (await page.busySeconds()) - before
}
const text = (selector: string) =>
  page.value<string>(`document.querySelector(${JSON.stringify(selector)}).innerText`)
const number = (selector: string) =>
  page.value<number>(`document.querySelectorAll(${JSON.stringify(selector)}).length`)

test('1,000 hosts with 60 tasks open at once, from one file, with the rows in sight only', async () => {
  const seconds = await show(exampleRun({ hosts: 1000, tasks: 60 }))
  assert.ok(seconds < 5, `${seconds} s`)
  const rows = await number('.row')
  assert.ok(rows > 10 && rows < 120, `${rows} rows`)
  assert.equal([page.requests.length, page.problems], [1, []])
  assert.match(
    await text('header'),
    /playbooks\/site\.ts[\s\S]*-l was:web[\s\S]*minji@deploy-01[\s\S]*10\s+failed[\s\S]*330\s+changed/,
  )
  assert.is(await text('.row .name'), 'was-005')
})

test('scrolling shows the rows that come into sight, and stays smooth', async () => {
  await page.value('document.querySelector(".rows").scrollTop = 28 * 500')
  await page.until('document.querySelector("[aria-rowindex=\\"505\\"]")')
  assert.ok((await number('.row')) < 120)
  const before = await page.busySeconds()
  await page.value(`new Promise((resolve) => { const box = document.querySelector('.rows'); let n = 0
    const step = () => { box.scrollTop = n * 600; n += 1; n <= 40 ? requestAnimationFrame(step) : resolve() }
    step() })`)
  const each = ((await page.busySeconds()) - before) / 40
  assert.ok(each < 0.5, `${each} s for each step`)
  await page.value('document.querySelector(".rows").scrollTop = 0')
  await page.until('document.querySelector("[aria-rowindex=\\"1\\"]")')
})

/** Waits until the page says so many hosts. */
const counted = (hosts: string) =>
  page.until(`document.querySelector("[role=status]").innerText === ${JSON.stringify(hosts)}`)

test('a search by key finds hosts by name, task and error, with what they changed; Esc ends it', async () => {
  await page.press('/')
  await page.type('web-105')
  await counted('1 of 1,000 hosts')
  await page.press('Escape')
  await counted('1,000')
  await page.press('/')
  await page.type('e_checksum download')
  await counted('10 of 1,000 hosts')
  await page.until('document.querySelectorAll("article.failed").length === 1')
  await page.press('Escape')
})

test('a smaller run, for the tests that follow', async () => {
  await show(exampleRun({ hosts: 120, tasks: 24 }))
})

test('a number above filters hosts by how they ended', async () => {
  await page.click('.tile.unreachable')
  await counted('1 of 120 hosts')
  assert.is(await number('.row.unreachable'), 1)
  await page.click('.tile.unreachable')
  await counted('120')
})

test('keys choose a host, open it, go on to the next one and back', async () => {
  await page.value('document.querySelector(".row a[tabindex=\\"0\\"]").focus()')
  await page.press('ArrowDown')
  await page.until('document.activeElement.innerText === "web-105"')
  await page.press('End')
  await page.until('document.activeElement.closest("[aria-rowindex=\\"120\\"]")')
  await page.press('Home')
  await page.until('document.activeElement.innerText === "was-005"')
  await page.press('ArrowUp')
  await page.press('/')
  await page.type('was')
  await page.until('document.querySelector("[role=status]").innerText !== "120"')
  assert.is(await page.value('document.activeElement.type'), 'search')
  await page.press('Escape')
  await counted('120')
  await page.value('document.querySelector(".row a[tabindex=\\"0\\"]").focus()')
  await page.press('Enter')
  await page.until('document.querySelector(".host h1")?.innerText === "was-005"')
  assert.match(await text('.host'), /E_CHECKSUM[\s\S]*SHA-512 is 51c2/)
  await page.press('n')
  await page.until('document.querySelector(".host h1")?.innerText === "web-105"')
  await page.press('Escape')
  await page.until('!document.querySelector(".host")')
  await page.press('?')
  await page.until('document.querySelector("dialog[open]")')
  await page.press('Escape')
  await page.until('!document.querySelector("dialog[open]")')
})

test('a click on a cell opens that task of the host, with its diff and output folded', async () => {
  await page.click('.tile.changed')
  await page.until('document.querySelector(".row .name").innerText === "was-001"')
  await page.value(`(() => { const strip = document.querySelector(".strip"), { left, top, width } = strip.getBoundingClientRect()
    strip.dispatchEvent(new MouseEvent("click", { bubbles: true, clientX: left + 8.5 * width / 24, clientY: top + 5 })) })()`)
  await page.until('location.hash === "#/host/was-001/8" && document.activeElement.closest("#task-8")')
  assert.match(
    await text('#task-5'),
    /server\.xml[\s\S]*@port: 8080 → 8090[\s\S]*- {4}<Connector port="8080"[\s\S]*\+ {4}<Connector port="8090"/,
  )
  assert.match(await text('#task-8'), /Output: 2 lines$/)
  assert.ok((await number('.gantt .trip')) > 2)
  await page.value('history.back()')
  await page.until('!document.querySelector(".host")')
})

test('the rows show time instead of tasks', async () => {
  await page.click('.switch button:last-of-type')
  await page.until('document.querySelectorAll(".row .trip.steps").length > 10')
  await page.click('.switch button')
})

test('it prints all hosts', async () => {
  await page.media({}, 'print')
  await page.until('document.querySelectorAll(".row").length === 40')
  await page.media({})
  await page.click('.tile.changed')
})

/** Texts whose contrast with what is behind them is too low (WCAG AA: 4.5, large ones 3). */
const faint = `(() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
  const known = {}
  const rgb = (colour) => { if (known[colour]) return known[colour]
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1)
    return known[colour] = [...canvas.getImageData(0, 0, 1, 1).data] }
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, n) => sum + v * [0.2126, 0.7152, 0.0722][n], 0)
  const behind = (element) => { for (let each = element; each; each = each.parentElement) {
    const colour = rgb(getComputedStyle(each).backgroundColor); if (colour[3] > 250) return colour } return rgb('Canvas') }
  const found = new Set()
  for (const element of document.querySelectorAll('body *')) {
    if (![...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())) continue
    if (element.closest('script, noscript, :disabled, [hidden]') || element.getClientRects().length === 0) continue
    const style = getComputedStyle(element), [one, other] = [light(rgb(style.color)), light(behind(element))]
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)
    if (ratio < (parseFloat(style.fontSize) >= 20 ? 3 : 4.5)) found.add(element.className + ' ' + element.textContent.slice(0, 20) + ' ' + ratio.toFixed(1))
  }
  return [...found] })()`

test('light and dark, every text stands out', async () => {
  for (const scheme of ['light', 'dark']) {
    await page.media({ 'prefers-color-scheme': scheme })
    const [red = 0] = await page.value<number[]>(
      'getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)',
    )
    assert.is(red < 60, scheme === 'dark')
    assert.equal(await page.value(faint), [], scheme)
    await page.value('location.hash = "#/host/was-001"')
    await page.until('document.querySelector(".host")')
    assert.equal(await page.value(faint), [], `host, ${scheme}`)
    await page.value('location.hash = "#/"')
    await page.until('!document.querySelector(".host")')
  }
  await page.media({})
})

test('on a phone nothing is wider than the screen', async () => {
  await page.resize(360, 740)
  await page.until('innerWidth === 360')
  for (const hash of ['#/', '#/host/was-001', '#/host/was-005']) {
    await page.value(`location.hash = "${hash}"`)
    await page.until(`Boolean(document.querySelector(".host")) === ${hash !== '#/'}`)
    assert.is(await page.value('document.documentElement.scrollWidth'), 360, hash)
  }
  await page.resize(1280, 800)
})

test('headings are in order, and everything that is pressed has a name', async () => {
  await page.value('location.hash = "#/"')
  await page.until('!document.querySelector(".host")')
  const visible = '(each) => each.getClientRects().length > 0'
  const levels = await page.value<number[]>(
    `[...document.querySelectorAll('h1, h2, h3, h4')].filter(${visible}).map(({ tagName }) => Number(tagName[1]))`,
  )
  assert.is(levels.filter((level) => level === 1).length, 1)
  for (const [n, level] of levels.entries()) assert.ok(level <= (levels[n - 1] ?? 0) + 1, String(levels))
  const nameless = `[...document.querySelectorAll('a, button, input, select')].filter((each) =>
    !each.textContent.trim() && !each.ariaLabel && !each.labels?.length).map((each) => each.outerHTML)`
  assert.equal(await page.value(nameless), [])
})

test('it says what differs from an earlier run, and which hosts that are', async () => {
  const before = exampleRun({ hosts: 100, tasks: 22, startedAt: '2026-03-09T11:00:00.000Z' })
  await show(exampleRun({ hosts: 120, tasks: 24 }), before)
  const since = 'section[aria-labelledby=since]'
  assert.match(await text(since), /Since Monday,? 9 March 2026[\s\S]*2 new tasks[\s\S]*20 new hosts/)
  await page.click(`${since} details:last-of-type summary`)
  await page.click(`${since} a`)
  await page.until(
    'document.querySelector(".host h1")?.innerText === "web-101" || document.querySelector(".host h1")?.innerText === "was-101"',
  )
  await page.value('location.hash = "#/"')
})

test('what comes from hosts is text, whatever it is', async () => {
  const evil =
    '</script><script>globalThis.hacked = 1</script><img src=x onerror="hacked = 1">%SCRIPT%{{x}}\u2028'
  const task = { name: evil, title: evil, isHandler: false, where: { file: `/site/${evil}`, line: 3 } }
  const recap = {
    ...{ host: evil, ignored: 0, tasks: 2, trips: 1, durationMs: 900, owed: [evil] },
    counts: { ok: 0, changed: 1, failed: 1, skipped: 0, unreachable: 0, unknown: 0 },
  }
  const ended = (index: number, result: object): RunEvent => ({
    ...{ kind: 'taskEnd', play: evil, host: evil, task: { ...task, title: `${evil}${index}` }, index },
    result: { status: 'changed', changes: [], durationMs: 500, ...result },
  })
  const diff = { path: evil, before: 'one\n', after: `${evil}\n` }
  const output = { stdout: evil, stderr: evil }
  const events: RunEvent[] = [
    {
      kind: 'runStart',
      playbooks: [evil],
      isCheck: false,
      by: evil,
      resumable: { flags: { limit: evil }, unkeptVars: [evil] },
    },
    { kind: 'playStart', play: evil, hosts: [evil], isCheck: false },
    { kind: 'hostStart', play: evil, host: evil, tasks: 2 },
    { kind: 'warning', message: evil },
    ended(0, { changes: [{ what: evil, from: evil, to: evil, diff }], output }),
    ended(1, {
      status: 'failed',
      reason: evil,
      error: new PlaybookError('E_X', evil, { details: [evil], hint: evil }),
    }),
    { kind: 'hostEnd', play: evil, recap },
    { kind: 'playEnd', play: evil, hosts: [recap], durationMs: 950, isCheck: false },
  ]
  await show(events.map((event, n) => ({ time: new Date(1e12 + n * 300).toISOString(), event })))
  const harm =
    '[globalThis.hacked, document.querySelectorAll("img, iframe, object").length, document.scripts.length]'
  assert.equal(await page.value(harm), [null, 0, 2])
  await page.click('.row a')
  await page.until('document.querySelector(".host h1")')
  for (const selector of ['.host h1', '.host .error', '.host .diff'])
    assert.ok((await text(selector)).includes('<script>globalThis.hacked = 1</script><img'), selector)
  assert.equal(await page.value(harm), [null, 0, 2])
  assert.equal(page.problems, [])
})

test('its policy runs nothing but its own script, and loads nothing', async () => {
  await page.value(
    `document.body.append(Object.assign(document.createElement('script'), { textContent: 'hacked = 1' }))`,
  )
  await page.value(
    `document.body.append(Object.assign(document.createElement('img'), { src: 'https://example.com/x.png' }))`,
  )
  await page.complains(
    /inline script violates/,
    /Loading the image 'https:\/\/example\.com\/x\.png' violates/,
  )
  assert.is(await page.value('globalThis.hacked'), undefined)
})

test.run()
