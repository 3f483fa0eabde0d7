// Tests the template task with inventory variables that refer to others and to hostvars.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { cliSite } from '../command.ts'
import { runHere } from '../inProcess.ts'

const site = cliSite({
  'hosts.yaml': `all:
  vars:
    ansible_connection: "{{ 'local' }}"
    version: 1.0
    port: "{{ 8000 + 1 }}"
    url: "http://{{ inventory_hostname }}:{{ port }}"
    app: { dir: "{{ base }}/x", list: ["{{ port }}", "{{ nope }}"], broken: "{{ nope }}" }
    base: /srv
  hosts: { a: , b: { port: "{{ 1 + 1 }}" } }
`,
  'plain.yaml': 'all: { vars: { ansible_connection: local, version: 1.0, url: x }, hosts: { a: } }\n',
  'app.j2': `{{ url }} {{ version }} {{ extra }}
{% for h in groups['all'] if hostvars[h].port is defined %}
{{ h }} {{ hostvars[h].url }}
{% endfor %}
{{ app.dir | default('-') }} {{ app.list[0] | default('-') }} {{ app.broken | default('none') }}
`,
  'anything.ts': `import { definePlay } from 'run-playbook'
import { template } from 'run-playbook/tasks'
export default definePlay({ hosts: 'all', tasks: (host) => [template({ src: 'app.j2', dest: \`\${process.cwd()}/out-\${host.name}\`, vars: { extra: 5 } })] })
`,
  'schema.ts': `import { definePlay, z } from 'run-playbook'
import { template } from 'run-playbook/tasks'
export default definePlay({ hosts: 'all', vars: z.object({ version: z.number(), url: z.string() }), tasks: (host) => [template({ src: 'app.j2', dest: \`\${process.cwd()}/out-\${host.name}\`, vars: { extra: 6 } })] })
`,
})
test.after(() => site.remove())

const rows: [title: string, playbook: string, inventory: string, expected: string][] = [
  [
    'without a schema',
    'anything.ts',
    'hosts.yaml',
    'http://a:8001 1.0 5\na http://a:8001\nb http://b:2\n/srv/x 8001 none\n',
  ],
  [
    'with a schema',
    'schema.ts',
    'hosts.yaml',
    'http://a:8001 1.0 6\na http://a:8001\nb http://b:2\n/srv/x 8001 none\n',
  ],
  ['of an inventory without templates', 'schema.ts', 'plain.yaml', 'x 1.0 6\n- - none\n'],
]
for (const [title, playbook, inventory, expected] of rows)
  test(title, async () => {
    const ended = await runHere(site.path, [playbook, '-i', inventory, '-l', 'a'])
    assert.is(ended.code, 0, ended.stderr + ended.stdout)
    assert.is(readFileSync(join(site.path, 'out-a'), 'utf8'), expected)
  })

test.run()
