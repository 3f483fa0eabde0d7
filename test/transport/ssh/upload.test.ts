// Uploads over a real sshd: large, streamed, to a full disk, cut off.

import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { suite } from '#test'
import * as assert from 'uvu/assert'
import { UnreachableError } from '../../../src/model/errors/error.ts'
import { createSshTransport } from '../../../src/transport/ssh/sshTransport.ts'
import { shownLines } from '../../shownLines.ts'
import { errorOf, settingsFor, using, within } from '../settings.ts'
import { type Sshd, sshdMissing, startSshd } from '../sshd.ts'
import { addUser, type TestUser } from '../testUser.ts'

const missing = sshdMissing()
const test = suite(missing ? `uploads: skipped, ${missing}` : 'uploads')
const it = missing ? test.skip : test

let sshd: Sshd
let user: TestUser
let home: string
const large = randomBytes(50_000_000)
test.before(async () => {
  if (missing) return
  sshd = await startSshd()
  user = addUser()
  home = `/home/${user.name}`
})
test.after(async () => {
  await sshd?.stop()
  user?.remove()
})

const { connect } = createSshTransport()
const settings = () => settingsFor(sshd, { user: user.name })

it('50 MB arrive as they are, from memory and from a file', async () => {
  const file = join(sshd.folder, 'large')
  writeFileSync(file, large)
  await using(connect(settings(), {}), async (connection) => {
    for (const [name, source] of [
      ['memory', large],
      ['file', createReadStream(file)],
    ] as const) {
      const path = join(home, name, 'data')
      await connection.upload(source, path)
      assert.is(sha256(path), createHash('sha256').update(large).digest('hex'))
      assert.is(statSync(path).mode & 0o777, 0o600)
    }
  })
})

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}

it('Twenty at once, and an empty one', async () => {
  await using(connect(settings(), {}), async (connection) => {
    const sizes = [0, ...Array.from({ length: 20 }, (_, index) => index * 10_000)]
    await Promise.all(
      sizes.map((size, index) =>
        connection.upload(large.subarray(0, size), join(home, `many-${index}`, 'data')),
      ),
    )
    for (const [index, size] of sizes.entries())
      assert.is(statSync(join(home, `many-${index}`, 'data')).size, size)
  })
})

it('A full disk: E_UPLOAD with the output of the host, and nothing stays', async () => {
  const disk = join(sshd.folder, 'disk')
  mkdirSync(disk)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=1777', 'none', disk], { stdio: 'ignore' })
  } catch {
    console.log('  not tried: no file system can be mounted here')
    return
  }
  try {
    await using(connect(settings(), {}), async (connection) => {
      const path = join(disk, 'new', 'file')
      const error = await within(10_000, 'upload', errorOf(connection.upload(large, path)))
      assert.is(error.code, 'E_UPLOAD')
      assert.match(error.message, new RegExp(`Could not write ${path} on .*No space left on device`))
      assert.not.ok(existsSync(path))
      await connection.upload(Buffer.from('fits'), path)
      assert.is(readFileSync(path, 'utf8'), 'fits')
    })
  } finally {
    execFileSync('umount', [disk])
  }
})

it('A folder that one may not write to: E_UPLOAD', async () => {
  await using(connect(settings(), {}), async (connection) => {
    const error = await errorOf(connection.upload(large, '/root/rp-test/file'))
    assert.is(error.code, 'E_UPLOAD')
    assert.match((await shownLines(error)).join('\n'), /Permission denied/)
  })
})

it('A cut connection: an UnreachableError while busy, and the host removes its part', async () => {
  const connection = await connect(settings(), {})
  const path = join(home, 'cut', 'file')
  let sent = 0
  const source = new Readable({
    read() {
      sent += 1
      if (sent === 100) sshd.killSessions()
      setTimeout(() => this.push(randomBytes(30_000)), 2)
    },
  })
  const error = await within(5000, 'upload', errorOf(connection.upload(source, path)))
  assert.instance(error, UnreachableError)
  assert.equal([error.code, (error as UnreachableError).stage], ['E_CONNECTION_LOST', 'busy'])
  assert.ok(source.destroyed)
  for (let attempt = 0; attempt < 50 && existsSync(path); attempt += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  assert.not.ok(existsSync(path))
  await connection.close()
})

test.run()
