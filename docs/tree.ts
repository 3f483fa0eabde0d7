// The tree of the project, a line a file: each file's own opening sentence.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const folders = ['build', 'src', 'tasks', 'playbooks', 'inventory', 'lab', 'docs', 'test']
const listed = /\.(?:ts|mjs|yaml|jsp)$/
const leftOut = new Set(['fixtures'])

/** The lines of the tree below `root`, as ARCHITECTURE.md has them. */
export function treeLines(root: string): string[] {
  return folders.flatMap((folder) => [`${folder}/`, ...folderLines(root, folder, '  '), ''])
}

function folderLines(root: string, folder: string, indent: string): string[] {
  const entries = readdirSync(join(root, folder), { withFileTypes: true }).sort((a, b) =>
    a.name < b.name ? -1 : 1,
  )
  const files = entries.filter((entry) => entry.isFile() && listed.test(entry.name))
  const width = Math.max(0, ...files.map(({ name }) => name.length))
  return [
    ...files.map(({ name }) =>
      `${indent}${name.padEnd(width)}  ${openingSentence(join(root, folder, name))}`.trimEnd(),
    ),
    ...entries
      .filter((entry) => entry.isDirectory() && !leftOut.has(entry.name))
      .flatMap(({ name }) => [`${indent}${name}/`, ...folderLines(root, `${folder}/${name}`, `${indent}  `)]),
  ]
}

/** The first comment of a file, without what marks it as one. */
function openingSentence(file: string): string {
  const line = readFileSync(file, 'utf8')
    .split('\n')
    .find((each) => /^(?:\/\/|#) /.test(each))
  return line?.replace(/^(?:\/\/|#) /, '') ?? ''
}
