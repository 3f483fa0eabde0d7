// Writes the inventory of an instance as Ansible's YAML.

import { writeFile } from 'node:fs/promises'
import { stringify } from 'yaml'
import type { Lab } from './description.ts'

type Vars = Readonly<Record<string, unknown>>

/** The inventory of an instance: groups by the hosts' names (`was`, `web`, …) below `all`, whose vars are those of the connection and `vars`. */
export function labInventoryText(lab: Lab, vars: Vars = lab.inventoryVars): string {
  return stringify({
    all: {
      vars: {
        ansible_user: 'root',
        ansible_ssh_private_key_file: lab.keyFile,
        ansible_ssh_common_args: `-o UserKnownHostsFile=${lab.knownHostsFile}`,
        ...vars,
      },
      children: Object.fromEntries(groups.flatMap((name) => group(lab, name))),
    },
  })
}

/** Writes the inventory and gives its path; by default `inventory.yaml` in the instance's folder. */
export async function writeInventory(lab: Lab, file = lab.inventoryFile, vars?: Vars): Promise<string> {
  await writeFile(file, labInventoryText(lab, vars))
  return file
}

const groups = ['was', 'web', 'dnf', 'deb', 'box']

function group({ hosts }: Lab, group: string) {
  const members = hosts.filter(({ name }) => name.startsWith(`${group}-`))
  const entries = members.map(({ name, address }) => [name, { ansible_host: address }])
  return members.length === 0 ? [] : [[group, { hosts: Object.fromEntries(entries) }] as const]
}
