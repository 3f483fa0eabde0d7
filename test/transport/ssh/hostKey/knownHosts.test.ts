// Parsing known_hosts and comparing keys with it.

import { createHmac } from 'node:crypto'
import { test } from '#test'
import * as assert from 'uvu/assert'
import {
  entriesFor,
  fingerprint,
  hostKeyStatus,
  keyType,
  knownHostsLine,
  parseKnownHosts,
  preferKnownAlgorithms,
} from '../../../../src/transport/ssh/hostKey/knownHosts.ts'

const ed = keyOf('ssh-ed25519', 'one')
const ed2 = keyOf('ssh-ed25519', 'two')
const rsa = keyOf('ssh-rsa', 'three')

function keyOf(type: string, text: string): Buffer {
  const field = (value: Buffer) => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(value.length)
    return Buffer.concat([length, value])
  }
  return Buffer.concat([field(Buffer.from(type)), field(Buffer.from(text))])
}

function entry(names: string, key: Buffer, marker = ''): string {
  return `${marker}${names} ${keyType(key)} ${key.toString('base64')} comment\n`
}

function hashed(name: string): string {
  const salt = Buffer.from('01234567890123456789')
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`
}

const rows: readonly [title: string, file: string, host: string, port: number, key: Buffer, kind: string][] =
  [
    ['A plain name is known', entry('was-01', ed), 'was-01', 22, ed, 'known'],
    ['One of several names is known', entry('was-01,10.0.0.1', ed), '10.0.0.1', 22, ed, 'known'],
    ['Names know no case', entry('WAS-01', ed), 'was-01', 22, ed, 'known'],
    ['Another host is unknown', entry('was-01', ed), 'was-02', 22, ed, 'unknown'],
    ['A name without a port is not for another port', entry('was-01', ed), 'was-01', 2222, ed, 'unknown'],
    ['A port follows brackets', entry('[was-01]:2222', ed), 'was-01', 2222, ed, 'known'],
    ['A port in brackets is not for port 22', entry('[was-01]:2222', ed), 'was-01', 22, ed, 'unknown'],
    ['A hashed name is known', entry(hashed('was-01'), ed), 'was-01', 22, ed, 'known'],
    ['A hashed name with a port is known', entry(hashed('[was-01]:2222'), ed), 'was-01', 2222, ed, 'known'],
    ['A hashed name of another host is unknown', entry(hashed('was-02'), ed), 'was-01', 22, ed, 'unknown'],
    ['A star stands for anything', entry('*.lan', ed), 'was-01.lan', 22, ed, 'known'],
    ['A question mark stands for one character', entry('was-0?', ed), 'was-01', 22, ed, 'known'],
    ['A question mark does not stand for two', entry('was-0?', ed), 'was-011', 22, ed, 'unknown'],
    ['A dot is no wildcard', entry('a.b', ed), 'axb', 22, ed, 'unknown'],
    ['A negated name takes the line out', entry('*.lan,!was-02.lan', ed), 'was-02.lan', 22, ed, 'unknown'],
    ['A negated name leaves the others in', entry('*.lan,!was-02.lan', ed), 'was-01.lan', 22, ed, 'known'],
    ['Another key of the type has changed', entry('was-01', ed), 'was-01', 22, ed2, 'changed'],
    ['A key of another type has changed', entry('was-01', rsa), 'was-01', 22, ed, 'changed'],
    ['One of several keys is known', entry('was-01', rsa) + entry('was-01', ed), 'was-01', 22, ed, 'known'],
    ['A revoked key is refused', entry('was-01', ed, '@revoked '), 'was-01', 22, ed, 'revoked'],
    ['Revoked beats known', entry('was-01', ed) + entry('*', ed, '@revoked '), 'was-01', 22, ed, 'revoked'],
    ['Another revoked key says nothing', entry('was-01', ed, '@revoked '), 'was-01', 22, ed2, 'unknown'],
    ['An authority is no key of a host', entry('*', ed, '@cert-authority '), 'was-01', 22, ed, 'unknown'],
    ['Comments and empty lines are none', `# x\n\n  \n${entry('was-01', ed)}`, 'was-01', 22, ed, 'known'],
    [
      'Tabs part words, CRLF ends lines',
      entry('was-01', ed).replace(' ', '\t').replace('\n', '\r\n'),
      'was-01',
      22,
      ed,
      'known',
    ],
    ['A line cut short is none', 'was-01 ssh-ed25519\n', 'was-01', 22, ed, 'unknown'],
  ]

for (const [title, file, host, port, key, kind] of rows) {
  test(title, () => {
    const lines = entriesFor(parseKnownHosts(file, 'known_hosts'), host, port)
    assert.is(hostKeyStatus(lines, key).kind, kind)
  })
}

test('A changed key points at the line with the same type', () => {
  const known = parseKnownHosts(`# first\n${entry('was-01', rsa)}${entry('was-01', ed)}`, 'known_hosts')
  const status = hostKeyStatus(known, ed2)
  assert.is(status.kind === 'changed' && `${status.entry.file}:${status.entry.line}`, 'known_hosts:3')
})

test('Known types are asked for first, the others stay', () => {
  const known = parseKnownHosts(entry('was-01', rsa), 'known_hosts')
  const order = preferKnownAlgorithms(['ssh-ed25519', 'rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'], known)
  assert.equal(order, ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa', 'ssh-ed25519'])
})

test('A line written for a key is read as that key', () => {
  for (const port of [22, 2222]) {
    const lines = entriesFor(parseKnownHosts(knownHostsLine('was-01', port, ed), 'f'), 'was-01', port)
    assert.is(hostKeyStatus(lines, ed).kind, 'known')
  }
})

test("A fingerprint is ssh-keygen's", () => {
  const line = 'AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl'
  assert.is(fingerprint(Buffer.from(line, 'base64')), 'SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU')
})

test.run()
