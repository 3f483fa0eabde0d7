// Tests the breaking of lines at words, and commands in hints as they were typed.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { asTyped, programName } from '../../../src/report/output/program.ts'
import { wrapLines } from '../../../src/report/output/wrapLines.ts'

const lines: readonly [title: string, line: string, expected: string][] = [
  ['a short line', 'one two', 'one two'],
  ['a sentence', 'one two three four five six seven', 'one two three four\n    five six seven'],
  ['an indented one', '  one two three four five', '  one two three four\n    five'],
  ['a hint', '        Try it: ls -l /srv', '        Try it: ls -l /srv'],
  ['a row', 'a  ok  one two three four five', 'a  ok  one two three\n       four five'],
  ['a long word', '  https://mirror.example/long/path', '  https://mirror.example/long/path'],
  ['wide characters', '  아파치 재시작 아파치 재시작', '  아파치 재시작\n    아파치 재시작'],
  ['colours', '\x1b[31mone two\x1b[39m three four', '\x1b[31mone two\x1b[39m three four'],
]

for (const [title, line, expected] of lines)
  test(`Lines break at words: ${title}`, () => assert.is(wrapLines([line], 20).join('\n'), expected))

const programs: readonly [env: { [name: string]: string }, script: string, expected: string][] = [
  [{}, '/usr/bin/run-playbook', 'run-playbook'],
  [{ npm_command: 'exec', npm_config_user_agent: 'npm/10.8.2 node/v20' }, '/a/x', 'npx run-playbook'],
  [{ npm_lifecycle_event: 'deploy', npm_config_user_agent: 'pnpm/9.1.0' }, '/a/x', 'pnpm exec run-playbook'],
  [{ PATH: '/bin' }, '/site/node_modules/.bin/run-playbook', 'node_modules/.bin/run-playbook'],
  [{ PATH: '/bin:/site/node_modules/.bin' }, '/site/node_modules/.bin/run-playbook', 'run-playbook'],
]

for (const [env, script, expected] of programs)
  test(`The command as it was typed: ${expected}`, () =>
    assert.is(programName(env, script, '/site'), expected))

const hints: readonly [hint: string, expected: string][] = [
  ['Did you mean x? List them: run-playbook docs', 'Did you mean x? List them: npx run-playbook docs'],
  ['npx run-playbook docs', 'npx run-playbook docs'],
  ['/root/.cache/run-playbook is full', '/root/.cache/run-playbook is full'],
  ['The package run-playbook is missing', 'The package run-playbook is missing'],
]

for (const [hint, expected] of hints)
  test(`A hint: ${hint}`, () => assert.is(asTyped(hint, 'npx run-playbook'), expected))

test.run()
