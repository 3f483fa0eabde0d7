// All edits of the site's httpd.conf to the stock file, and the files beside it.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { type HttpdConfSettings, httpdConfEdits } from '../../../playbooks/roles/httpdConf.ts'
import {
  type Balancer,
  modJkConf,
  type Vhost,
  vhostsConf,
  workersProperties,
} from '../../../playbooks/roles/webFiles.ts'
import { parseHttpd } from '../../../src/formats/httpd/parsing/document.ts'
import { editHttpd } from '../../../src/formats/httpd.ts'
import { type PlaybookError, Secret, secret } from '../../../src/index.ts'
import { lineDiff } from '../xml/fixtures.ts'
import { stockHttpdConf } from './fixtures.ts'

const siteSettings: HttpdConfSettings = { account: 'ecsuser' }

const runbookRoot = `<Directory />
    LimitRequestBody 5242880
</Directory>

<Directory />
    <LimitExcept GET POST HEAD>
        Require all denied
    </LimitExcept>
</Directory>
`

const expectedDifferences = `
+ServerTokens prod
+ServerSignature Off
-#LoadModule socache_shmcb_module modules/mod_socache_shmcb.so
+LoadModule socache_shmcb_module modules/mod_socache_shmcb.so
-#LoadModule ssl_module modules/mod_ssl.so
+LoadModule ssl_module modules/mod_ssl.so
-#LoadModule rewrite_module modules/mod_rewrite.so
+LoadModule rewrite_module modules/mod_rewrite.so
+LoadModule jk_module modules/mod_jk.so
-User daemon
-Group daemon
+User ecsuser
+Group ecsuser
-#ServerName www.example.com:80
+ServerName 127.0.0.1
+Timeout 60
+KeepAlive on
+MaxKeepAliveRequests 100
+KeepAliveTimeout 2
+MaxRequestsPerChild 5000
+TraceEnable off
+    LimitRequestBody 5242880
+    <LimitExcept GET POST HEAD>
+        Require all denied
+    </LimitExcept>
+<Directory /data2>
+    AllowOverride none
+    Require all granted
+</Directory>
+
+<Directory /home/userdir/>
+    LimitRequestBody 1024000
+</Directory>
+
+<Location />
+    AuthMerging And
+    LimitRequestBody 5242880
+    <LimitExcept GET POST HEAD>
+        Require all denied
+    </LimitExcept>
+</Location>
+
-    CustomLog "logs/access_log" common
+    #CustomLog "logs/access_log" common
-    ScriptAlias /cgi-bin/ "/data2/apache/cgi-bin/"
+    #ScriptAlias /cgi-bin/ "/data2/apache/cgi-bin/"
-#ErrorDocument 500 "The server made a boo boo."
+ErrorDocument 500 "The server made a boo boo."
-#ErrorDocument 404 "/cgi-bin/missing_handler.pl"
-#ErrorDocument 402 http://www.example.com/subscription_info.html
+ErrorDocument 404 "/cgi-bin/missing_handler.pl"
+ErrorDocument 403 /missing.html
+ErrorDocument 402 http://www.example.com/subscription_info.html
+ErrorDocument 401 /missing.html
+ErrorDocument 400 /missing.html
-#Include conf/extra/httpd-vhosts.conf
+Include conf/extra/httpd-vhosts.conf
+Include conf/mod_jk.conf
`

test('the stock file differs in these lines and no others', () => {
  const { text } = site(stockHttpdConf())
  assert.is(`\n${lineDiff(stockHttpdConf(), text).join('\n')}\n`, expectedDifferences)
})

test('a second time there is nothing to do', () => {
  const { text } = site(stockHttpdConf())
  const again = site(text)
  assert.equal(again.changes, [])
  assert.is(again.text, text)
})

test('of the Directory that denies everything nothing is taken away', () => {
  const { text } = site(stockHttpdConf())
  assert.match(text, /<Directory \/>\n {4}AllowOverride none\n {4}Require all denied\n {4}LimitRequestBody/)
})

const retargets: [title: string, settings: HttpdConfSettings, lines: string[]][] = [
  ['a port', { ...siteSettings, port: 8080 }, ['-Listen 80', '+Listen 8080']],
  ['a time', { ...siteSettings, keepAliveTimeoutSeconds: 5 }, ['-KeepAliveTimeout 2', '+KeepAliveTimeout 5']],
  ['the account', { account: 'www' }, ['-User ecsuser', '-Group ecsuser', '+User www', '+Group www']],
  [
    'a limit',
    { ...siteSettings, requestBodyLimitBytes: 10 },
    [
      '-    LimitRequestBody 5242880',
      '+    LimitRequestBody 10',
      '-    LimitRequestBody 5242880',
      '+    LimitRequestBody 10',
    ],
  ],
  [
    'an error document',
    { ...siteSettings, errorDocuments: [[404, '/gone.html']] },
    ['-ErrorDocument 404 "/cgi-bin/missing_handler.pl"', '+ErrorDocument 404 "/gone.html"'],
  ],
  [
    'no mod_jk',
    { ...siteSettings, jk: null },
    ['-LoadModule jk_module modules/mod_jk.so', '-Include conf/mod_jk.conf'],
  ],
]

for (const [title, settings, expected] of retargets) {
  test(`${title} that changes in a finished file changes just its lines`, () => {
    const { text } = site(stockHttpdConf())
    const after = site(text, settings)
    assert.equal(lineDiff(text, after.text), expected)
    assert.is(site(after.text).text.split('\n').sort().join('\n'), text.split('\n').sort().join('\n'))
  })
}

test("a file edited by hand as the runbook says becomes the site's, with its slips put right", () => {
  const { text } = site(stockHttpdConf())
  const byHand = text
    .replace('    AddType application/x-compress .Z', '    AddType aplication/x-compress .Z')
    .replace('Include conf/extra/httpd-vhosts.conf', '# Include conf/extra/httpd-vhosts.conf')
    .replace('ErrorDocument 404', 'ErrorDocument 404 /missing.html\nErrorDocument 404')
    .replace(/<Location \/>.*?<\/Location>\n\n/s, '')
    .replace(/<Directory \/>\n.*?<\/Directory>\n/s, runbookRoot)
  const result = site(byHand)
  assert.match(result.text, /^ {4}AddType application\/x-compress \.Z$/m)
  assert.not.match(result.text, /aplication/)
  assert.is(result.text.match(/<Directory \/>/g)?.length, 1)
  assert.match(result.text, /^Include conf\/extra\/httpd-vhosts\.conf$/m)
  assert.match(
    result.text,
    /<Directory \/>\n {4}AllowOverride none\n {4}Require all denied\n {4}LimitRequestBody/,
  )
  assert.match(result.text, /<Location \/>\n {4}AuthMerging And\n/)
  assert.equal(site(result.text).changes, [])
})

test('what the file says besides is no matter of the site', () => {
  const { text } = site(stockHttpdConf())
  const more = text.replace(
    'Listen 80\n',
    'Listen 80\n\n<Directory /srv>\n    Require all granted\n</Directory>\n',
  )
  assert.equal(site(more).changes, [])
})

const balancers: Balancer[] = ['ecs', 'pls'].map((name, index) => ({
  name: `${name}_loadbalancer`,
  workers: [1, 2].map((node) => ({ name: `${name}${node}`, host: `10.0.0.1${node}`, port: 8009 + index })),
}))

test("mod_jk.conf is the runbook's, with the day in the stamp", () => {
  assert.is(
    modJkConf(),
    `<IfModule mod_jk.c>
    JkWorkersFile "/data2/apache/conf/workers.properties"
    JkLogFile "|/data2/apache/bin/rotatelogs /data3/logs/httpd/mod_jk.log-%Y%m%d 86400 540"
    JkLogLevel info
    JkLogStampFormat "[%a %b %d %H:%M:%S %Y] "
</IfModule>
`,
  )
  const other = modJkConf({ logDirectory: '/l', periodSeconds: 60, offsetMinutes: 0, shmFile: 'logs/shm' })
  assert.match(other, /rotatelogs \/l\/mod_jk\.log-%Y%m%d 60 0"\n/)
  assert.match(other, /JkShmFile "logs\/shm"\n/)
})

test('workers.properties names every worker of every balancer', () => {
  assert.is(
    workersProperties(balancers),
    `worker.list=ecs_loadbalancer,pls_loadbalancer

worker.ecs_loadbalancer.type=lb
worker.ecs_loadbalancer.balance_workers=ecs1,ecs2
worker.pls_loadbalancer.type=lb
worker.pls_loadbalancer.balance_workers=pls1,pls2

worker.ecs1.type=ajp13
worker.ecs1.host=10.0.0.11
worker.ecs1.port=8009
worker.ecs1.lbfactor=1

worker.ecs2.type=ajp13
worker.ecs2.host=10.0.0.12
worker.ecs2.port=8009
worker.ecs2.lbfactor=1

worker.pls1.type=ajp13
worker.pls1.host=10.0.0.11
worker.pls1.port=8010
worker.pls1.lbfactor=1

worker.pls2.type=ajp13
worker.pls2.host=10.0.0.12
worker.pls2.port=8010
worker.pls2.lbfactor=1
`,
  )
})

test('a worker may be taken out of rotation, a balancer recover sooner, a secret be sent', () => {
  const [worker] = balancers[0]!.workers
  const one: Balancer[] = [
    { name: 'b', recoverSeconds: 5, workers: [{ ...worker!, lbfactor: 3, activation: 'stopped' }] },
  ]
  const text = workersProperties(one, secret('hunter2'))
  assert.instance(text, Secret)
  assert.match((text as Secret).reveal(), /^worker\.b\.recover_time=5$/m)
  assert.match(
    (text as Secret).reveal(),
    /lbfactor=3\nworker\.ecs1\.activation=stopped\nworker\.ecs1\.secret=hunter2\n$/,
  )
})

test('virtual hosts: logs of their own, everything mounted but the error pages', () => {
  const [vhost]: Vhost[] = [{ serverName: 'ecs.test.co.kr', balancer: 'ecs_loadbalancer' }]
  assert.is(
    vhostsConf([vhost!], balancers),
    `<VirtualHost *:80>
    ServerName ecs.test.co.kr
    DocumentRoot "/data2"
    ErrorLog "|/data2/apache/bin/rotatelogs /data3/logs/httpd/ecs.test.co.kr_error_log-%Y%m%d 86400 540"
    CustomLog "|/data2/apache/bin/rotatelogs /data3/logs/httpd/ecs.test.co.kr_access_log-%Y%m%d 86400 540" common

    JkMount /* ecs_loadbalancer
    JkUnMount /missing.html ecs_loadbalancer
    JkUnMount /cgi-bin/missing_handler.pl ecs_loadbalancer
</VirtualHost>
`,
  )
  const two = vhostsConf([vhost!, { serverName: 'pls', balancer: 'pls_loadbalancer' }], balancers, {
    port: 81,
    errorPages: [],
  })
  assert.is(two.match(/^<VirtualHost \*:81>$/gm)?.length, 2)
  assert.not.match(two, /JkUnMount/)
  assert.not.throws(() => parseHttpd({ text: two, encoding: 'utf8', bom: '' }))
})

const wrong: [title: string, make: () => unknown, code: string, says: RegExp][] = [
  [
    'a worker name used twice',
    () =>
      workersProperties([
        ...balancers,
        { name: 'x', workers: [{ name: 'ecs1', host: '10.0.0.13', port: 8012 }] },
      ]),
    'E_WORKERS',
    /^The worker ecs1 is used twice: ecs1 in ecs_loadbalancer is 10\.0\.0\.11:8009; ecs1 in x is 10\.0\.0\.13:8012\.$/,
  ],
  [
    'a balancer called like a worker',
    () => workersProperties([...balancers, { name: 'ecs2', workers: [{ name: 'a', host: 'h', port: 1 }] }]),
    'E_WORKERS',
    /^The worker ecs2 is used twice: ecs2 in ecs_loadbalancer is 10\.0\.0\.12:8009; ecs2 is a balancer\.$/,
  ],
  ['no balancer', () => workersProperties([]), 'E_WORKERS', /^There is no balancer/],
  [
    'a balancer of nobody',
    () => workersProperties([{ name: 'x', workers: [] }]),
    'E_WORKERS',
    /x has no workers/,
  ],
  [
    'a name with a dot in it',
    () => workersProperties([{ name: 'x', workers: [{ name: 'a.b', host: 'h', port: 1 }] }]),
    'E_WORKERS',
    /"a\.b" cannot be the name/,
  ],
  [
    'a mount on an unknown balancer',
    () => vhostsConf([{ serverName: 'a', balancer: 'nobody' }], balancers),
    'E_VHOSTS',
    /^a is mounted on nobody, which is not a balancer\.$/,
  ],
  [
    'a server name used twice',
    () =>
      vhostsConf(
        [
          { serverName: 'a', balancer: 'ecs_loadbalancer' },
          { serverName: 'A', balancer: 'pls_loadbalancer' },
        ],
        balancers,
      ),
    'E_VHOSTS',
    /^The server name a is used twice\.$/,
  ],
  [
    'a server name with a line break',
    () => vhostsConf([{ serverName: 'a\nb', balancer: 'ecs_loadbalancer' }], balancers),
    'E_VHOSTS',
    /cannot be a server name/,
  ],
]

for (const [title, make, code, says] of wrong) {
  test(`${title} is refused`, () => {
    assert.throws(make, (error: PlaybookError) => error.code === code && says.test(error.message))
  })
}

function site(text: string, settings = siteSettings) {
  const { bytes, changes } = editHttpd(Buffer.from(text), httpdConfEdits(settings))
  return { text: Buffer.from(bytes).toString(), changes }
}

test.run()
