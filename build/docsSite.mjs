// Builds the documentation as a site: `npm run docs:site`; `-- --serve` shows it too.
//
// VitePress is installed on first use, outside of the project, so that npm ci stays small. Dead links fail the build.

import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const version = '1.6.4'
/** The exit code where VitePress is neither there nor can be installed. */
const unavailable = 3
const root = fileURLToPath(new URL('..', import.meta.url))
const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache')
const tools = join(cache, 'run-playbook', 'vitepress', version)
const source = join(root, 'dist/site-source')

/** The words around a Korean page. */
const koreanTheme = {
  outline: { level: [2, 3], label: '이 페이지에서' },
  docFooter: { prev: '이전', next: '다음' },
  sidebarMenuLabel: '메뉴',
  returnToTopLabel: '맨 위로',
  darkModeSwitchLabel: '화면 모드',
  langMenuLabel: '언어',
}

/** The pages of the site by the files of the repository; `name.ko.md` is the Korean `name.md`. */
const pages = Object.fromEntries([
  ['README.md', 'index.md'],
  ['CHANGELOG.md', 'changelog.md'],
  ['SECURITY.md', 'promises.md'],
  ['CONTRIBUTING.md', 'contributing.md'],
  ['ARCHITECTURE.md', 'architecture.md'],
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => [`docs/${name}`, /\.ko\.md$/.test(name) ? `ko/${name.replace('.ko', '')}` : name]),
])

if (!install()) {
  console.log(`vitepress ${version} cannot be installed.`)
  process.exit(unavailable)
}
write()
if (vitepress('build') !== 0) process.exit(1)
console.log(`The site is in ${join(source, '.vitepress/dist')}: any web server can show it.`)
if (process.argv.includes('--serve')) vitepress('preview')

function install() {
  if (existsSync(join(tools, 'node_modules/vitepress'))) return true
  console.log(`Installing vitepress ${version} into ${tools} …`)
  mkdirSync(tools, { recursive: true })
  writeFileSync(join(tools, 'package.json'), '{ "private": true, "type": "module" }\n')
  const quick = ['--fetch-retries=1', '--fetch-timeout=20000']
  const words = ['install', '--no-audit', '--no-fund', '--loglevel=error', ...quick, `vitepress@${version}`]
  const { status } = spawnSync('npm', words, { cwd: tools, stdio: 'inherit', timeout: 120_000 })
  if (status !== 0) rmSync(join(tools, 'node_modules'), { recursive: true, force: true })
  return status === 0
}

function write() {
  rmSync(source, { recursive: true, force: true })
  for (const [from, to] of Object.entries(pages)) {
    const file = join(source, to)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, withLinks(readFileSync(join(root, from), 'utf8'), dirname(from), dirname(to)))
  }
  if (existsSync(join(root, 'docs/images')))
    cpSync(join(root, 'docs/images'), join(source, 'images'), { recursive: true })
  mkdirSync(join(source, '.vitepress'))
  writeFileSync(join(source, '.vitepress/config.mjs'), config())
  symlinkSync(join(tools, 'node_modules'), join(source, 'node_modules'))
}

/** Links to pages lead to where they are on the site; what is only in the repository becomes plain text. */
function withLinks(text, from, to) {
  return text.replace(
    /(!?)\[([^\]]*)\]\((?!https?:|#)([^)#\s]+)(#[^)]*)?\)/g,
    (whole, image, label, path, anchor = '') => {
      const target = join(from, path)
      if (image) return `![${label}](${join(to === '.' ? '.' : '..', target.replace(/^docs\//, ''))})`
      const page = pages[target]
      if (page === undefined) return existsSync(join(root, target)) ? label : whole
      const title =
        label.replaceAll('`', '') === path ? titleIn(readFileSync(join(root, target), 'utf8')) : label
      return `[${title ?? label}](/${page}${anchor})`
    },
  )
}

function config() {
  const ordered = [
    [
      'Start',
      [
        'index',
        'getting-started',
        'from-ansible',
        'from-ansible-role-by-role',
        'cookbook',
        'troubleshooting',
        'errors',
      ],
    ],
    ['Playbooks', ['plays', 'tasks', 'formats', 'roles', 'templates', 'facts', 'register', 'inventory']],
    ['Running', ['doctor', 'rocky', 'connections', 'output', 'reports', 'ci', 'security', 'promises']],
    ['Code', ['testing', 'library', 'events', 'contributing', 'architecture', 'changelog']],
    ['Example', ['runbook']],
  ]
  const known = Object.values(pages)
  const item = (name, prefix = '') => ({
    text: name === 'index' ? (prefix === '' ? 'Overview' : '개요') : titleOf(`${prefix}${name}.md`),
    link: `/${prefix}${name}`,
  })
  const sidebar = ordered.map(([text, names]) => ({
    text,
    items: names.filter((name) => known.includes(`${name}.md`)).map((name) => item(name)),
  }))
  const listed = ordered.flatMap(([, names]) => names)
  const others = known.filter((page) => !page.includes('/') && !listed.includes(page.replace('.md', '')))
  if (others.length > 0)
    sidebar.push({ text: 'More', items: others.map((page) => item(page.replace('.md', ''))) })
  const korean = listed.filter((name) => known.includes(`ko/${name}.md`)).map((name) => item(name, 'ko/'))
  const settings = {
    title: 'run-playbook',
    description: 'An Ansible-style task runner whose language is TypeScript',
    srcExclude: ['node_modules/**'],
    themeConfig: {
      search: {
        provider: 'local',
        options: { locales: { ko: { translations: { button: { buttonText: '검색' } } } } },
      },
      outline: [2, 3],
      sidebar: { '/ko/': [{ text: '문서', items: korean }], '/': sidebar },
    },
    locales: {
      root: { label: 'English', lang: 'en' },
      ko: { label: '한국어', lang: 'ko', link: '/ko/', themeConfig: koreanTheme },
    },
  }
  return `export default {
  ...${JSON.stringify(settings, undefined, 2)},
  // Our pages have templates of Jinja and <placeholders>: they are text, not Vue and HTML.
  markdown: {
    html: false,
    attrs: { disable: true },
    config: (md) => {
      const { rules } = md.renderer
      // Indented code scrolls and is copied as fenced code is.
      rules.code_block = (tokens, index, ...rest) => {
        tokens[index].info = 'text'
        return rules.fence(tokens, index, ...rest)
      }
      for (const name of ['text', 'code_inline']) {
        const render = rules[name]
        rules[name] = (...args) => render(...args).replaceAll('{{', '&#123;&#123;')
      }
    },
  },
}
`
}

function titleOf(page) {
  return titleIn(readFileSync(join(source, page), 'utf8')) ?? page
}

function titleIn(text) {
  return /^# (.*)$/m.exec(text)?.[1].replaceAll('`', '')
}

function vitepress(command) {
  const program = join(tools, 'node_modules/vitepress/bin/vitepress.js')
  return spawnSync(process.execPath, [program, command, source], { stdio: 'inherit' }).status
}
