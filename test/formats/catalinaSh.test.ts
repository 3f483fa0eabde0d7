// patchCatalinaSh on the catalina.sh of every Tomcat from 8.5 to 11.

import { execFileSync } from 'node:child_process'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { type CatalinaShOptions, patchCatalinaSh } from '../../src/formats/catalinaSh.ts'
import type { PlaybookError } from '../../src/model/errors/error.ts'
import { crlf, lineDiff, tomcatFile, tomcatText, tomcatVersions } from './xml/fixtures.ts'

const ecsOptions: CatalinaShOptions = {
  rotatelogs: '/usr/sbin/rotatelogs',
  log: '/data3/logs/tomcat/ws-ecs-server/catalina.out.%Y-%m-%d',
  period: 86_400,
  offsetMinutes: 540,
}
const expectedPipe =
  '|/usr/sbin/rotatelogs /data3/logs/tomcat/ws-ecs-server/catalina.out.%Y-%m-%d 86400 540 &'

for (const version of tomcatVersions) {
  const starts = version.startsWith('11') ? 1 : 2
  const indent = version.startsWith('11') ? '    ' : '      '
  const file = `${version}/bin/catalina.sh`

  test(`only the lines of touch and start of ${version} differ, and the result parses`, () => {
    const { bytes, changes } = patchCatalinaSh(tomcatFile(file), ecsOptions)
    const patched = Buffer.from(bytes).toString()
    const start = [
      `-${indent}org.apache.catalina.startup.Bootstrap "$@" start \\`,
      `-${indent}>> "$CATALINA_OUT" 2>&1 "&"`,
      `+${indent}org.apache.catalina.startup.Bootstrap "$@" start 2>&1 \\`,
      `+${indent}${expectedPipe}`,
    ]
    assert.equal(lineDiff(tomcatText(file), patched), [
      '-    touch "$CATALINA_OUT"',
      '+#    touch "$CATALINA_OUT"',
      '+    echo $CATALINA_OUT',
      ...Array.from({ length: starts }, () => start).flat(),
    ])
    assert.is(changes.length, 1 + starts)
    execFileSync('sh', ['-n'], { input: patched })
  })

  test(`a second patch of ${version} changes nothing, another log changes the pipes alone`, () => {
    const { bytes } = patchCatalinaSh(tomcatFile(file), ecsOptions)
    const again = patchCatalinaSh(bytes, ecsOptions)
    assert.equal(again.changes, [])
    assert.ok(Buffer.from(again.bytes).equals(Buffer.from(bytes)))
    const ifs = { ...ecsOptions, log: ecsOptions.log.replace('ecs', 'ifs') }
    const moved = patchCatalinaSh(bytes, ifs)
    assert.is(moved.changes.length, starts)
    assert.equal(
      Buffer.from(moved.bytes).toString(),
      Buffer.from(bytes).toString().replaceAll('ws-ecs-server', 'ws-ifs-server'),
    )
  })
}

const stock = tomcatText('9.0.109/bin/catalina.sh')

test('a file edited by hand as in the runbook is left as it is', () => {
  const edited = stock
    .replace('    touch "$CATALINA_OUT"\n', '#    touch "$CATALINA_OUT"\n     echo $CATALINA_OUT\n')
    .replaceAll(/start \\\n\s*>> "\$CATALINA_OUT" 2>&1 "&"/g, `start 2>&1 \\\n${expectedPipe}`)
  assert.not.equal(edited, stock)
  assert.equal(patchCatalinaSh(Buffer.from(edited), ecsOptions).changes, [])
})

test('a quoted & of an edit by hand is made bare', () => {
  const { bytes } = patchCatalinaSh(Buffer.from(stock), ecsOptions)
  const quoted = Buffer.from(bytes).toString().replaceAll('86400 540 &', '86400 540 "&"')
  const repaired = patchCatalinaSh(Buffer.from(quoted), ecsOptions)
  assert.is(repaired.changes.length, 2)
  assert.ok(Buffer.from(repaired.bytes).equals(Buffer.from(bytes)))
})

test('a touch that was commented out without an echo gets one: an empty branch does not parse', () => {
  const edited = stock.replace('    touch "$CATALINA_OUT"', '    # touch "$CATALINA_OUT"')
  const { bytes } = patchCatalinaSh(Buffer.from(edited), ecsOptions)
  assert.match(Buffer.from(bytes).toString(), '    # touch "$CATALINA_OUT"\n    echo $CATALINA_OUT\n  else\n')
})

test('paths that the shell would split or expand are quoted, and arrive whole', () => {
  const options = { ...ecsOptions, rotatelogs: "/opt/it's here/rotatelogs", log: '/logs/로그 $HOME/%Y' }
  const { bytes } = patchCatalinaSh(Buffer.from(stock), options)
  const text = Buffer.from(bytes).toString()
  assert.match(text, "|'/opt/it'\\''s here/rotatelogs' '/logs/로그 $HOME/%Y' 86400 540 &")
  execFileSync('sh', ['-n'], { input: text })
  assert.equal(patchCatalinaSh(bytes, options).changes, [])
})

test('bytes that are not UTF-8 stay what they are', () => {
  const latin = Buffer.concat([Buffer.from(stock), Buffer.from([0x23, 0xe9, 0xff, 0x0a])])
  const { bytes } = patchCatalinaSh(latin, ecsOptions)
  assert.equal([...Buffer.from(bytes).subarray(-4)], [0x23, 0xe9, 0xff, 0x0a])
})

const errors: [title: string, text: string, options: Partial<CatalinaShOptions>, says: string][] = [
  [
    'a missing touch',
    stock.replace('    touch "$CATALINA_OUT"', '    :'),
    {},
    'has no line touch "$CATALINA_OUT"',
  ],
  [
    'missing starts',
    stock.replaceAll('Bootstrap "$@" start \\', 'Main "$@" start \\'),
    {},
    'has no line org.apache.catalina.startup.Bootstrap "$@" start \\',
  ],
  [
    'another output',
    stock.replace('>> "$CATALINA_OUT" 2>&1 "&"', '>> /dev/null "&"'),
    {},
    'line 510: expected >> "$CATALINA_OUT" 2>&1 "&" or a pipe that ends in & after the start, found >> /dev/null "&".',
  ],
  ['CRLF', crlf(stock), {}, 'has CRLF line ends (line 1)'],
  [
    'a relative log',
    stock,
    { log: 'catalina.out' },
    'log: an absolute path on one line expected, got "catalina.out".',
  ],
  ['a log of two lines', stock, { log: '/a\n/b' }, 'log: an absolute path on one line expected'],
  ['a period of 0', stock, { period: 0 }, 'period: a number of seconds above 0 expected, got 0.'],
  [
    'an offset of half a minute',
    stock,
    { offsetMinutes: 0.5 },
    'offsetMinutes: a whole number of minutes expected',
  ],
]

for (const [title, text, options, says] of errors) {
  test(`${title} is E_CATALINA_SH and says so`, () => {
    assert.throws(
      () => patchCatalinaSh(Buffer.from(text), { ...ecsOptions, ...options }),
      (error: PlaybookError) => {
        assert.is(error.code, 'E_CATALINA_SH')
        assert.ok(error.message.includes(says), error.message)
        return true
      },
    )
  })
}

test.run()
