// Tests the warning for a variable of -e that nothing reads and that resembles another.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { cliSite } from '../command.ts'
import { runHere } from '../inProcess.ts'

const site = cliSite({
  'hosts.yaml': `all:
  vars: { ansible_connection: local, tomcat_version: "9", greeting: "hello {{ who | default('you') }}" }
  hosts: { a: , b: }
`,
  'schema.ts': `import { definePlay, z } from 'run-playbook'
export default definePlay({ hosts: 'all', vars: z.object({ tomcat_version: z.string(), mirror: z.string().optional() }), tasks: () => [] })
`,
  'plain.ts': `import { definePlay } from 'run-playbook'
export default definePlay({ hosts: 'all', tasks: (host) => (host.vars.extra_word ? [] : []) })
`,
  'template.ts': `import { definePlay, z } from 'run-playbook'
export default definePlay({ hosts: 'all', vars: z.object({ greeting: z.string() }), tasks: () => [] })
`,
})
test.after(() => site.remove())

const rows: [title: string, playbook: string, extra: string, stderr: RegExp][] = [
  [
    'a mistyped name of the inventory',
    'schema.ts',
    'tomcat_verison=10',
    /^warning {2}The variable tomcat_verison given with -e is not used\. Did you mean tomcat_version\?\n$/,
  ],
  ['a mistyped name of the schema', 'schema.ts', 'miror=x', /Did you mean mirror\?/],
  ['a name that the schema reads', 'schema.ts', 'mirror=x', /^$/],
  ['a name that the inventory sets too', 'plain.ts', 'tomcat_version=10', /^$/],
  ['a name that a play without a schema reads', 'plain.ts', 'extra_word=x', /^$/],
  ['a name that is close to none', 'plain.ts', 'something=x', /^$/],
  ['a name that a template of a variable reads', 'template.ts', 'who=me', /^$/],
  ['a variable of the connection', 'plain.ts', 'ansible_users=root', /^$/],
]
for (const [title, playbook, extra, stderr] of rows)
  test(title, async () => {
    const ended = await runHere(site.path, [playbook, '-i', 'hosts.yaml', '-e', extra])
    assert.is(ended.code, 0, ended.stderr)
    assert.match(ended.stdout.match(/^warning.*\n/m)?.[0] ?? ended.stderr, stderr)
  })

test.run()
