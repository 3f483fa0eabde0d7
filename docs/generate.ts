// npm run docs: writes ARCHITECTURE.md, docs/tasks.md and docs/plays.md anew.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { reference } from '../src/cli/docsCommand.ts'
import { architectureText } from './architecture.ts'
import { playsText } from './plays.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

writeFileSync(join(root, 'ARCHITECTURE.md'), architectureText(root))
writeFileSync(join(root, 'docs/tasks.md'), await reference())
writeFileSync(join(root, 'docs/plays.md'), playsText())
