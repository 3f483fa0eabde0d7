// Measures the warm WAS role on two hosts of the lab.

import { benchDeployed } from './deployed.ts'
import type { Figure } from './figure.ts'

/** At 50 ms the waiting is shared by both sides; at none our own start counts most. */
const lines = [
  { rttMs: 0, limit: 3, rounds: 9 },
  { rttMs: 50, limit: 2, rounds: 9 },
]

export function benchWas(labName: string, log: (line: string) => void): Promise<Figure[]> {
  const isFor = (host: string) => host.startsWith('was-')
  return benchDeployed({ what: 'WAS role, two hosts', playbook: 'was.ts', isFor, lines }, labName, log)
}
