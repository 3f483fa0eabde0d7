// Finds what the pages of the documentation say: whole pages, keywords, and words.

import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

type Page = { readonly name: string; readonly text: string }

type Section = { readonly page: string; readonly heading: string; readonly text: string }

/** The pages that the package holds, by name; README.md and CHANGELOG.md too. */
export function pages(): readonly Page[] {
  const root = packageFolder()
  const names = readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .sort()
  const files = ['README.md', 'CHANGELOG.md', 'SECURITY.md', ...names.map((name) => join('docs', name))]
  return files.map((file) => ({
    name: nameOf(file),
    text: readFileSync(join(root, file), 'utf8'),
  }))
}

/** The folder of the package: the same one for the bundle and for the modules. */
export function packageFolder(): string {
  return dirname(createRequire(import.meta.url).resolve('run-playbook/package.json'))
}

/** SECURITY.md is the page `promises`, because docs/security.md has its name. */
function nameOf(file: string): string {
  if (file === 'SECURITY.md') return 'promises'
  return file.replace(/^docs\/|\.md$/g, '').toLowerCase()
}

/** What a page is called in other words. */
const otherNames: { readonly [name: string]: string } = {
  keywords: 'plays',
  playbooks: 'plays',
  ansible: 'from-ansible',
  modules: 'tasks',
  changes: 'changelog',
  'first-steps': 'getting-started',
}

/** `plays`, `plays.md`, `docs/plays.md`. */
export function findPage(name: string): string | undefined {
  const given = nameOf(name.toLowerCase())
  return pages().find((page) => page.name === (otherNames[given] ?? given))?.text
}

/** The title of a page. */
export function titleOf({ text }: Page): string {
  return /^# (.*)$/m.exec(text)?.[1] ?? ''
}

/** The section of a keyword in plays.md; Ansible's spelling is understood. */
export function findKeyword(name: string): string | undefined {
  const camel = name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
  const found = sectionsOf(pages().find((page) => page.name === 'plays')!).find(
    ({ heading }) => heading === camel || heading === `\`${camel}\``,
  )
  return found && `${found.text.trim()}\n`
}

/** The sections that have the words in their heading; else together in their text; else each of them. */
export function searchPages(words: string): readonly Section[] {
  const phrase = words.toLowerCase().trim()
  const sections = pages()
    .filter(({ name }) => name !== 'changelog' && !name.endsWith('.ko'))
    .flatMap(sectionsOf)
  const ways: readonly ((section: Section) => boolean)[] = [
    ({ heading }) => heading.toLowerCase().includes(phrase),
    ({ text }) => text.toLowerCase().includes(phrase),
    ({ text }) => phrase.split(/\s+/).every((word) => text.toLowerCase().includes(word)),
  ]
  return ways.map((way) => sections.filter(way)).find((found) => found.length > 0) ?? []
}

function sectionsOf({ name, text }: Page): Section[] {
  return text
    .split(/^(?=#{1,4} )/m)
    .filter((part) => part.startsWith('#'))
    .map((part) => ({ page: name, heading: /^#+ (.*)$/m.exec(part)![1]!, text: part }))
}
