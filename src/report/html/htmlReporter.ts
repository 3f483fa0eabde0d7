// Reports a run as one HTML file, which needs nothing else.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Reporter } from '../output/reporterTypes.ts'
import type { Sink } from '../output/sink.ts'
import { createRunTable } from '../table/runTable.ts'
import type { Since } from '../table/since.ts'
import { encodeRun } from './encodeRun.ts'
import { html } from './markup.ts'
import type { PageData } from './pageData.ts'
import { staticSummary } from './staticSummary.ts'

type HtmlOptions = {
  readonly sink: Sink
  /** When the current event happened, as an ISO 8601 time. */
  readonly time: () => string
  /** Files are named relative to it. */
  readonly cwd: string
  readonly since?: Since | undefined
}

/** Writes the page when it is closed. */
export function createHtmlReporter({ sink, time, cwd, since }: HtmlOptions): Reporter {
  const { record, table } = createRunTable()
  return {
    handle: (event) => record(event, Date.parse(time())),
    close: () => {
      sink.write(pageWith(encodeRun(table(), cwd, since)))
      return sink.flush()
    },
  }
}

/** The page with its script and style is built beforehand (build/reportPage.mjs). What comes from hosts is in it as JSON alone. */
function pageWith(data: PageData): string {
  const folder = dirname(createRequire(import.meta.url).resolve('run-playbook/package.json'))
  const page = readFileSync(join(folder, 'dist/bundle/reportPage.html'), 'utf8')
  const texts: { readonly [name: string]: string } = {
    TITLE: html`${data.title}`.text,
    TEXT: staticSummary(data).text,
    // Without `<`, nothing in it can end the element, or begin a comment.
    DATA: JSON.stringify(data).replaceAll('<', '\\u003c'),
  }
  return page.replace(/%(TITLE|TEXT|DATA)%/g, (_, name) => texts[name]!)
}
