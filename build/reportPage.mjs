// Builds the page of the HTML report as one file, dist/bundle/reportPage.html.

import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { build } from 'esbuild'

const source = 'src/report/page'

/** Gives the files of which the page is made. */
export async function buildReportPage() {
  const [script, style] = await Promise.all(
    ['main.tsx', 'style.css'].map((name) =>
      build({
        entryPoints: [`${source}/${name}`],
        bundle: true,
        minify: true,
        charset: 'ascii',
        format: 'iife',
        jsx: 'automatic',
        jsxImportSource: 'preact',
        target: ['chrome111', 'firefox115', 'safari16.4'],
        tsconfigRaw: {},
        logLevel: 'warning',
        write: false,
        metafile: true,
      }),
    ),
  )
  // `</script>` in a text would end the element.
  const texts = {
    SCRIPT: script.outputFiles[0].text.trim().replaceAll('</script', '<\\/script'),
    STYLE: style.outputFiles[0].text.trim(),
  }
  const policy = [
    `default-src 'none'`,
    `script-src '${hash(texts.SCRIPT)}'`,
    `style-src '${hash(texts.STYLE)}'`,
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ')
  const page = readFileSync(`${source}/template.html`, 'utf8').replace(
    /%(POLICY|STYLE|SCRIPT)%/g,
    (_, name) => ({ ...texts, POLICY: policy })[name],
  )
  writeFileSync('dist/bundle/reportPage.html', page)
  return Object.keys(script.metafile.inputs)
}

/** The page runs this text alone. */
function hash(text) {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}
