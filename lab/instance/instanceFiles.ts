// Files of an instance, and the record of its number and image.

import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PlaybookError } from '../../src/model/errors/error.ts'
import { instanceFolder, labFolder } from '../machine/folders.ts'
import type { FlavourName } from './topology.ts'

/** What an instance remembers: number and flavour (see `topology`), and the image its hosts' file systems lie on. */
export type InstanceRecord = {
  readonly number: number
  readonly image: string
  readonly flavour?: FlavourName
}

/** The files of an instance. */
export function instanceFiles(name: string) {
  const folder = instanceFolder(checkName(name))
  const at = (file: string) => join(folder, file)
  return {
    folder,
    record: at('instance.json'),
    keyFile: at('id_ed25519'),
    knownHostsFile: at('known_hosts'),
    passwordsFile: at('passwords.json'),
    inventoryFile: at('inventory.yaml'),
    mirrorLog: at('mirror.log'),
    lock: `${folder}.lock`,
    hostFolder: (host: string) => join(folder, 'hosts', host),
    hostKeyFile: (host: string) => join(folder, 'host-keys', host),
  }
}

export type InstanceFiles = ReturnType<typeof instanceFiles>

export async function readInstanceRecord({
  record,
}: {
  record: string
}): Promise<InstanceRecord | undefined> {
  const text = await readFile(record, 'utf8').catch(() => undefined)
  return text === undefined ? undefined : (JSON.parse(text) as InstanceRecord)
}

/** The records of all instances there are, by name, up or down. */
export async function allRecords(): Promise<Map<string, InstanceRecord>> {
  const names = await readdir(labFolder())
  const records = await Promise.all(
    names.map((name) => readInstanceRecord({ record: join(labFolder(), name, 'instance.json') })),
  )
  return new Map(names.flatMap((name, index) => (records[index] ? [[name, records[index]]] : [])))
}

/** Written aside and renamed, so that a record is whole or not there. */
export async function writeRecord(files: InstanceFiles, record: InstanceRecord): Promise<void> {
  await mkdir(files.folder, { recursive: true, mode: 0o700 })
  await writeFile(`${files.record}.new`, `${JSON.stringify(record)}\n`)
  await rename(`${files.record}.new`, files.record)
}

function checkName(name: string): string {
  if (/^[a-z][a-z0-9-]{0,30}$/.test(name) && name !== 'shared') return name
  throw new PlaybookError(
    'E_LAB_NAME',
    `"${name}" is no name for a lab.`,
    'Use small letters, digits and hyphens, beginning with a letter; "shared" is taken.',
  )
}
