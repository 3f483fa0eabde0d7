// Tests optional parts of server.xml: an AJP secret and members by name, added, removed.

import { secret } from 'run-playbook'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { type ServerXmlSettings, serverXmlEdits } from '../../playbooks/roles/serverXml.ts'
import { editXml } from '../../src/formats/xml.ts'
import { tomcatText } from '../formats/xml/fixtures.ts'

const stock = tomcatText('9.0.109/conf/server.xml')
const plain: ServerXmlSettings = {
  ...{ service: 'ECS', jvmRoute: 'ecs1', shutdownPort: 8005, http: { port: 8080 }, ajp: { port: 8009 } },
  redirectPort: 8443,
  cluster: { address: '10.0.0.11', port: 4000, multicastPort: 45_564 },
  accessLogDirectory: '/data3/logs',
}
const withSecret: ServerXmlSettings = { ...plain, ajp: { port: 8009, secret: secret('a"b&c') } }
const named: ServerXmlSettings = {
  ...plain,
  cluster: {
    ...plain.cluster!,
    members: {
      local: { address: '10.0.0.11', port: 4000, node: 1 },
      others: [{ address: '10.0.0.12', port: 4000, node: 2 }],
    },
  },
}

test('an AJP connector with a secret requires it', () => {
  const text = edited(stock, withSecret)
  assert.match(text, 'secretRequired="true"')
  assert.match(text, /secret="a&quot;b&amp;c"|secret='a"b&amp;c'/)
})

test('the secret shows in no change', () => {
  const { changes } = editXml(Buffer.from(stock), serverXmlEdits(withSecret))
  assert.not.match(JSON.stringify(changes), /a\\"b&c/)
})

test('members by name have ids that every member makes alike, and no multicast', () => {
  const text = edited(stock, named)
  assert.not.match(text, 'McastService')
  assert.match(
    text,
    /<LocalMember className="[\w.]+StaticMember"\s+host="10\.0\.0\.11"\s+port="4000"\s+uniqueId="\{0,0,0,0,0,0,0,0,0,0,0,0,0,1,15,160\}"/,
  )
  assert.match(
    text,
    /<Member className="[\w.]+StaticMember"\s+host="10\.0\.0\.12"\s+port="4000"\s+uniqueId="\{0,0,0,0,0,0,0,0,0,0,0,0,0,2,15,160\}"/,
  )
})

for (const [title, settings] of [
  ['the secret', withSecret],
  ['members by name', named],
] as const) {
  test(`${title}: a second time changes nothing, and taken back it is as if it never was`, () => {
    const once = edited(stock, settings)
    assert.is(edited(once, settings), once)
    assert.is(edited(once, plain), edited(stock, plain))
  })
}

function edited(text: string, settings: ServerXmlSettings): string {
  return Buffer.from(editXml(Buffer.from(text), serverXmlEdits(settings)).bytes).toString()
}

test.run()
