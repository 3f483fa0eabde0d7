// Probes the parent folders of the files that a task probes.

import { foldersAbove } from '../../model/fileState.ts'
import { file, type Probe, type Probes } from '../../model/probe.ts'

/** What a path is itself, without following it, and the folders above it. */
export function pathProbes(probes: Probes): readonly Probe<unknown>[] {
  const paths = Object.values(probes).flatMap((probe) => (probe.kind === 'file' ? [probe.request.path] : []))
  const folders = new Set(paths.flatMap(foldersAbove))
  return [...[...folders].map((path) => file(path, { follow: false })), ...[...new Set(paths)].map(pathProbe)]
}

function pathProbe(path: string): Probe<unknown> {
  return { kind: 'file', request: pathCheckRequest(path), parse: (state) => state }
}

export function pathCheckRequest(path: string) {
  return { path, follow: false, contentLimit: 0, checksPath: true }
}
