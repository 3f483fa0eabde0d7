// Writes the inventory of an instance as Ansible's YAML.

import { writeFile } from 'node:fs/promises'
import { stringify } from 'yaml'
import type { Lab } from './description.ts'

type Vars = Readonly<Record<string, unknown>>

/** The text of an instance's inventory: groups `was` and `web` below `all`, whose vars are the connection's and `vars`. */
export function inventoryText(lab: Lab, vars: Vars = lab.inventoryVars): string {
  return stringify({
    all: {
      vars: {
        ansible_user: 'root',
        ansible_ssh_private_key_file: lab.keyFile,
        ansible_ssh_common_args: `-o UserKnownHostsFile=${lab.knownHostsFile}`,
        ...vars,
      },
      children: { was: group(lab, 'was-'), web: group(lab, 'web-') },
    },
  })
}

/** Writes the inventory and gives its path; by default `inventory.yaml` in the instance's folder. */
export async function writeInventory(lab: Lab, file = lab.inventoryFile, vars?: Vars): Promise<string> {
  await writeFile(file, inventoryText(lab, vars))
  return file
}

function group({ hosts }: Lab, prefix: string) {
  const members = hosts.filter(({ name }) => name.startsWith(prefix))
  return { hosts: Object.fromEntries(members.map(({ name, address }) => [name, { ansible_host: address }])) }
}
