// Tests that templates render byte for byte as ansible-core rendered them.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { library } from '../../src/jinja/library.ts'
import { readYaml } from '../../src/jinja/python/yamlReader.ts'
import { templateText, templateValue } from '../../src/jinja/render.ts'
import { parseTemplate } from '../../src/jinja/syntax/parse.ts'
import { defaultSettings } from '../../src/jinja/syntax/settings.ts'
import { parseTemplateFile, templateLoader } from '../../src/jinja/templateFiles.ts'
import { toJs } from '../../src/jinja/values/convert.ts'
import { type Dict, isDict, isList, type Value } from '../../src/jinja/values/value.ts'
import type { PlaybookError } from '../../src/model/errors/error.ts'

const cases = resolve(fileURLToPath(new URL('../../..', import.meta.url)), 'test/jinja/cases')

type Answer = string | { readonly error: string }
type Case = {
  readonly template: string
  readonly files?: Record<string, string>
  readonly options?: object
  readonly line?: number
}

for (const file of readdirSync(cases).filter((name) => name.endsWith('.yaml'))) {
  const group = file.replace('.yaml', '')
  const read = readYaml(readFileSync(join(cases, file), 'utf8')) as Dict
  const answers: Record<string, Answer> = JSON.parse(
    readFileSync(join(cases, `${group}.answers.json`), 'utf8'),
  )
  const shared = (read.get('vars') ?? new Map()) as Dict
  for (const each of (read.get('templates') ?? []) as Dict[]) {
    const name = String(each.get('name'))
    const vars: Dict = new Map([...shared, ...((each.get('vars') ?? []) as Dict)])
    const plain = toJs(new Map([...each].filter(([key]) => key !== 'vars'))) as Case
    test(`${group}: ${name}`, () => compare(() => rendered(plain, vars), answers[name]!, plain.line))
  }
  for (const expression of (read.get('expressions') ?? []) as string[])
    test(`${group}: ${expression}`, () =>
      compare(() => rendered({ template: `{{ ${expression} }}|` }, shared), answers[expression]!))
}

function compare(render: () => string, answer: Answer, line?: number): void {
  if (typeof answer === 'string') assert.is(render(), answer)
  else
    assert.throws(render, ({ code = '', where }: PlaybookError) => {
      assert.match(code, /^E_(?:TEMPLATE|UNDEFINED)$/)
      assert.is(where?.line, line)
      return true
    })
}

function rendered({ template, files = {}, options }: Case, vars: Dict): string {
  const folder = mkdtempSync(join(tmpdir(), 'run-playbook-jinja-'))
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), text)
    }
    const settings = { ...defaultSettings, ...options }
    const environment = {
      library,
      variable: (name: string): Value | undefined => evaluated(vars.get(name)),
      variableNames: () => [...vars.keys()].map(String),
      load: templateLoader([folder], settings),
      searchPath: [folder],
    }
    const evaluated = (value: Value | undefined): Value | undefined => {
      if (typeof value === 'string' && /\{[{%#]/.test(value))
        return templateValue(
          parseTemplate(value, defaultSettings, () => undefined, false),
          environment,
        )
      if (isList(value)) return value.map((item) => evaluated(item)!)
      return isDict(value) ? new Map([...value].map(([key, item]) => [key, evaluated(item)!])) : value
    }
    return String(templateText(parseTemplateFile('case.j2', template, settings), environment))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test.run()
