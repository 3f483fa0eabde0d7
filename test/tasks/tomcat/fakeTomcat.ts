// A fake Tomcat whose startup.sh starts a process with a JVM's arguments that answers HTTP.

import { spawnSync } from 'node:child_process'
import { appendFileSync, chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'

/** How the process behaves: answers, answers after a while, ends at once, or stays without an answer. */
type Behaviour = 'answer' | 'slow' | 'die' | 'silent'

export type FakeTomcat = {
  readonly home: string
  readonly httpPort: number
  readonly behave: (behaviour: Behaviour) => void
  readonly log: (line: string) => void
}

/** Calls a test with a Tomcat of its own; what it started is ended afterwards. */
export async function withTomcat(folder: string, body: (tomcat: FakeTomcat) => Promise<void>): Promise<void> {
  const home = join(folder, 'ws')
  const httpPort = await freePort()
  for (const name of ['bin', 'conf', 'lib', 'logs', 'webapps/ROOT/WEB-INF']) {
    mkdirSync(join(home, name), { recursive: true })
  }
  const program = (path: string, text: string) => {
    writeFileSync(join(home, path), `#!/bin/sh\n${text}\n`)
    chmodSync(join(home, path), 0o755)
  }
  const words = `-Dcatalina.base=${home} org.apache.catalina.startup.Bootstrap`
  program(
    'bin/startup.sh',
    `echo x >>${home}/starts; env >${home}/environment; ${process.execPath} ${home}/lib/jvm.cjs ${words} start >>${home}/logs/catalina.out 2>&1 &`,
  )
  program('bin/shutdown.sh', `kill $(cat ${home}/pid)`)
  program('bin/setenv.sh', ':')
  writeFileSync(join(home, 'bin/catalina.sh'), 'eval java >> "$CATALINA_OUT" 2>&1 "&"\n')
  writeFileSync(
    join(home, 'conf/server.xml'),
    `<?xml version="1.0"?>\n<Server port="-1" shutdown="SHUTDOWN">\n</Server>\n`,
  )
  writeFileSync(join(home, 'webapps/ROOT/WEB-INF/web.xml'), '<web-app/>\n')
  writeFileSync(join(home, 'lib/jvm.cjs'), jvm(home, httpPort))
  const behave = (behaviour: Behaviour) => writeFileSync(join(home, 'behaviour'), behaviour)
  behave('answer')
  try {
    await body({
      home,
      httpPort,
      behave,
      log: (line) => appendFileSync(join(home, 'logs/catalina.out'), `${line}\n`),
    })
  } finally {
    spawnSync('pkill', ['-9', '-f', `catalina.base=${home} `])
  }
}

/** A port of this machine on which nothing listens. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('No port.')),
      )
    })
  })
}

const jvm = (home: string, port: number) => `const fs = require('node:fs')
const behaviour = fs.readFileSync('${home}/behaviour', 'utf8')
fs.writeFileSync('${home}/pid', String(process.pid))
console.log('INFO Server version name: Apache Tomcat/9.0.109')
if (behaviour === 'die') {
  console.log('SEVERE Failed to start\\n\\tat org.apache.Foo(Foo.java:1)')
  setTimeout(() => process.exit(1), 100)
}
const answer = () => require('node:http').createServer((_, response) => response.end('up')).listen(${port}, '127.0.0.1')
if (behaviour === 'answer') answer()
if (behaviour === 'slow') setTimeout(answer, 250)
setTimeout(() => {}, 60000)
`
