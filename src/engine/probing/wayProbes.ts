// Probes the folders on the way to the files that a task probes.

import { foldersAbove } from '../../model/fileState.ts'
import { file, type Probe, type Probes } from '../../model/probe.ts'

/** The way to a path: what it is itself, without following it, and the folders above it. */
export function wayProbes(probes: Probes): readonly Probe<unknown>[] {
  const paths = Object.values(probes).flatMap((probe) => (probe.kind === 'file' ? [probe.request.path] : []))
  const folders = new Set(paths.flatMap(foldersAbove))
  return [...[...folders].map((path) => file(path, { follow: false })), ...[...new Set(paths)].map(wayProbe)]
}

function wayProbe(path: string): Probe<unknown> {
  return { kind: 'file', request: wayRequest(path), parse: (state) => state }
}

export function wayRequest(path: string) {
  return { path, follow: false, contentLimit: 0, way: true }
}
