// The package.json of a new project.

import { createRequire } from 'node:module'
import { basename } from 'node:path'
import type { ProjectAnswers } from './askAnswers.ts'
import { extensionOf, playbookOf } from './projectFiles.ts'

type Manifest = {
  readonly version: string
  readonly engines: { readonly node: string }
  readonly dependencies: { readonly [name: string]: string }
  readonly devDependencies: { readonly [name: string]: string }
}

/** Versions of packages are those with which this run-playbook was tested. */
export function manifest(folder: string, answers: ProjectAnswers): string {
  const ours = createRequire(import.meta.url)('run-playbook/package.json') as Manifest
  const isTypeScript = answers.language === 'typescript'
  const jiti = ours.dependencies.jiti
  const { typescript, '@types/node': node } = ours.devDependencies
  const types = isTypeScript ? { '@types/node': node, jiti, typescript } : { '@types/node': node }
  return json({
    name: nameFor(folder),
    private: true,
    type: 'module',
    engines: ours.engines,
    scripts: {
      test: [
        `run-playbook ${playbookOf(answers)} --syntax-check`,
        ...(isTypeScript ? ['tsc'] : []),
        ...(answers.role === 'sample' ? [testCommand(answers)] : []),
      ].join(' && '),
      schema: `run-playbook inventory --schema ${playbookOf(answers)} > inventory.schema.json`,
    },
    dependencies: { 'run-playbook': `^${ours.version}` },
    devDependencies: types,
  })
}

/** Node.js 20 runs no TypeScript by itself. */
function testCommand(answers: ProjectAnswers): string {
  const loader = answers.language === 'typescript' ? '--import jiti/register ' : ''
  return `node ${loader}--test roles/*/*.test.${extensionOf(answers)}`
}

/** What is there stays; what is missing is added, in scripts and dependencies too. */
export function completed(text: string, defaults: string): string {
  const before = JSON.parse(text) as { readonly [key: string]: unknown }
  const added = JSON.parse(defaults) as { readonly [key: string]: unknown }
  const merged = Object.entries(added).map(([key, value]) => [key, merge(before[key], value)])
  const after = { ...before, ...Object.fromEntries(merged) }
  return JSON.stringify(after) === JSON.stringify(before) ? text : json(after)
}

function merge(before: unknown, added: unknown): unknown {
  if (before === undefined) return added
  return isObject(before) && isObject(added) ? { ...added, ...before } : before
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function nameFor(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+|-+$/g, '')
  return name === '' || name === 'run-playbook' || name === 'node_modules' ? 'site' : name
}

function json(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`
}
