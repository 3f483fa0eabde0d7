// Makes the pictures of README.md from a real run: PICTURES=write writes them.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { cliSite } from '../command.ts'
import { onScreen } from '../onScreen.ts'

const root = fileURLToPath(new URL('../../../..', import.meta.url))
const names = ['was-01', 'was-02', 'was-03', 'web-01', 'web-02', 'web-03']

const site = cliSite({
  'inventory.yaml': `web: { hosts: { ${names.map((name) => `${name}: { ansible_connection: local }`).join(', ')} } }\n`,
  'site.ts': `import { definePlay } from 'run-playbook'
import { copyFile, directory, shell } from 'run-playbook/tasks'
export default definePlay({
  name: 'Site',
  hosts: 'web',
  tasks: ({ name }) => [
    directory({ path: process.cwd() + '/' + name }, { title: 'directory /srv/app' }),
    copyFile({ dest: process.cwd() + '/' + name + '/app.conf', content: 'port = 8080\\n' }, { title: 'copyFile /etc/app.conf' }),
    shell({ script: 'for n in 1 2 3; do echo "Installing : package-$n   $n/3"; sleep 0.' + (2 + Number(name.at(-1))) + '; done' }, { title: 'dnf httpd java-17-openjdk' }),
    name === 'web-02' && shell({ script: 'echo "Syntax error on line 3 of /etc/httpd/conf.d/app.conf" >&2; exit 1' }, { title: 'service httpd reloaded' }),
    copyFile({ dest: process.cwd() + '/' + name + '/motd', content: 'Hello\\n' }, { title: 'copyFile /etc/motd' }),
  ],
})
`,
})
test.after(() => site.remove())

const titles: { readonly [name: string]: string } = {
  board: 'The board of a run on a terminal',
  summary: 'The end of a run on a terminal',
}
const shown: { [name: string]: string } = {}

test('the board and the end of a run on a terminal', async () => {
  const { code, screens, text } = await onScreen(site, 'site.ts -i inventory.yaml', [], { size: [96, 30] })
  assert.is(code, 2, text)
  const clean = (screen: string) => screen.replaceAll(`${site.path}/`, '/srv/').replaceAll(site.path, '/srv')
  const busy = screens.filter((screen) => /Installing : package/.test(screen) && !/FAILED/.test(screen))
  shown.board = clean(busy.sort((a, b) => b.split('\n').length - a.split('\n').length)[0] ?? '')
  shown.summary = clean(text)
  assert.match(shown.board, /━/)
  assert.match(shown.summary, /failed on web-02|web-02 .*FAILED/)
})

for (const name of ['board', 'summary']) {
  test(`docs/images/${name}.svg is such a picture, and README.md shows it`, () => {
    const file = join(root, 'docs/images', `${name}.svg`)
    if (process.env.PICTURES === 'write') {
      mkdirSync(join(root, 'docs/images'), { recursive: true })
      writeFileSync(file, svg(titles[name]!, shown[name]!.split('\n').slice(-26)))
    }
    assert.ok(existsSync(file), 'PICTURES=write npm run unit -- run/pictures')
    const text = readFileSync(file, 'utf8')
    for (const word of ['web-02', 'Site', '6 hosts']) assert.ok(text.includes(word), word)
    assert.not.match(text, /href=|<script|<image/)
    assert.match(
      readFileSync(join(root, 'README.md'), 'utf8'),
      new RegExp(`!\\[[^\\]]+\\]\\(docs/images/${name}\\.svg\\)`),
    )
  })
}

/** A terminal's lines as a picture; the words of outcomes have their colours. */
function svg(title: string, lines: readonly string[]): string {
  const [cell, line, edge] = [8.4, 19, 16]
  const width = Math.ceil(Math.max(60, ...lines.map(({ length }) => length)) * cell) + 2 * edge
  const rows = lines.map(
    (text, row) =>
      `<text x="${edge}" y="${edge + 14 + row * line}" xml:space="preserve">${coloured(text)}</text>`,
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${lines.length * line + 2 * edge}" role="img">
<title>${title}</title>
<style>text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;fill:#d7dae0}.r{fill:#ff7b72}.y{fill:#e3b341}.g{fill:#7ee787}.b{fill:#79c0ff}</style>
<rect width="100%" height="100%" rx="8" fill="#14181f"/>
${rows.join('\n')}
</svg>
`
}

function coloured(text: string): string {
  const safe = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return safe
    .replace(/(?:FAILED|E_[A-Z_]+|\d+ failed|failed on[^\n]*)/g, '<tspan class="r">$&</tspan>')
    .replace(/\b(?:changed)\b/g, '<tspan class="y">$&</tspan>')
    .replace(/(?<=\s)ok\b|\d+ ok/g, '<tspan class="g">$&</tspan>')
    .replace(/━+[╺╸]?━*|[⠁-⣿]/g, '<tspan class="b">$&</tspan>')
}

test.run()
