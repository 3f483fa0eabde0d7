// Writes what the process used to a file when it exits; preloaded.

import { writeFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Usage } from './measure.ts'

const file = process.env.RUN_PLAYBOOK_BENCH_USAGE
const resolutionMs = 5
const lag = monitorEventLoopDelay({ resolution: resolutionMs })
lag.enable()

process.on('exit', () => {
  if (file === undefined) return
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage()
  const usage: Usage = {
    maxRssMb: maxRSS / 1024,
    cpuMs: (userCPUTime + systemCPUTime) / 1000,
    longestLagMs: Math.max(0, lag.max / 1e6 - resolutionMs),
  }
  writeFileSync(file, JSON.stringify(usage))
})
