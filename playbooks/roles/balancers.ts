// Computes mod_jk's balancers and workers from the inventory.

import { PlaybookError, type PlayHost, z } from 'run-playbook'
import { wasHosts } from './wasHosts.ts'
import { instanceVars } from './wasVars.ts'
import type { Balancer, Worker } from './webFiles.ts'
import type { WebVars } from './webVars.ts'

/** A balancer of webFiles, and the instance whose Tomcats it balances: `ecs`. */
export type InstanceBalancer = Balancer & { readonly instance: string }

/** What has to be known of a WAS host. */
const reachedVars = z.object({ node: z.int().min(1), instances: z.array(instanceVars).min(1) })

/**
 * The balancers, in the order in which the instances are listed. An instance that only some hosts have is balanced over
 * those.
 *
 * @throws PlaybookError E_NO_WAS (no WAS hosts in the inventory), E_WAS_VARS (one without node or instances),
 *   E_WORKER_TWICE (two hosts of the same node), E_NO_BALANCER (a virtual host of an instance that there is not)
 */
export function balancers({ vars, hosts }: Pick<PlayHost<WebVars>, 'vars' | 'hosts'>): InstanceBalancer[] {
  const all = new Map<string, Worker[]>()
  const owners = new Map<string, string>()
  for (const host of wasHosts({ hosts }, vars.was_hosts, reachedVars)) {
    const { node, instances } = host.vars
    for (const { name, ajp } of instances) {
      const worker = { name: `${name}${node}`, host: host.address, port: ajp }
      const owner = owners.get(worker.name)
      if (owner !== undefined) throw duplicateWorker(worker.name, owner, host.name)
      owners.set(worker.name, host.name)
      all.set(name, [...(all.get(name) ?? []), worker])
    }
  }
  requireInstances(vars, [...all.keys()])
  return [...all].map(([instance, workers]) => ({ instance, name: balancerName(instance), workers }))
}

function balancerName(instance: string): string {
  return `${instance}_loadbalancer`
}

function duplicateWorker(worker: string, first: string, second: string): PlaybookError {
  const message =
    first === second
      ? `${first} would have the worker ${worker} twice.`
      : `${first} and ${second} would both have the worker ${worker}.`
  return new PlaybookError('E_WORKER_TWICE', message, {
    hint: 'A worker is an instance and the node of its host: give each host its own node, each instance its own name.',
  })
}

function requireInstances({ vhosts }: WebVars, instances: readonly string[]): void {
  const missing = vhosts.filter(({ instance }) => !instances.includes(instance))
  if (missing.length === 0) return
  const [{ name, instance }] = missing as [WebVars['vhosts'][number]]
  throw new PlaybookError(
    'E_NO_BALANCER',
    `${name} is for the instance ${instance}, which no WAS host has.`,
    {
      hint: `There are ${instances.join(', ')}.`,
    },
  )
}
