// Measures the warm whole site on the four hosts of the lab.

import { benchDeployed } from './deployed.ts'
import type { Figure } from './figure.ts'

const lines = [{ rttMs: 50, limit: 2, rounds: 9 }]

export function benchSite(labName: string, log: (line: string) => void): Promise<Figure[]> {
  const isFor = () => true
  return benchDeployed({ what: 'whole site, four hosts', playbook: 'site.ts', isFor, lines }, labName, log)
}
