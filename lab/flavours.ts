// Defines what the hosts of each flavour run, and which packages they can install.

import type { LabArtifact } from './artifacts/artifactCache.ts'
import { debianImage } from './artifacts/debianImage.ts'
import { debRepository } from './artifacts/debRepository.ts'
import { dnf5Image } from './artifacts/dnf5Image.ts'
import { image } from './artifacts/image.ts'
import { rpmRepository } from './artifacts/rpmRepository.ts'
import type { FlavourName } from './instance/topology.ts'
import type { Log } from './machine/log.ts'

type Flavour = {
  readonly image: LabArtifact
  /** The packages for hosts of the image in this folder. */
  readonly packages: (imageFolder: string, log: Log) => Promise<LabArtifact>
}

export const flavours: { readonly [name in FlavourName]: Flavour } = {
  dnf: { image, packages: rpmRepository },
  dnf5: { image: dnf5Image, packages: rpmRepository },
  apt: { image: debianImage, packages: (_, log) => debRepository(log) },
}
