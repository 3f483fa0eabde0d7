// npm run docs: writes ARCHITECTURE.md and docs/tasks.md anew.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { reference } from '../src/cli/docsCommand.ts'
import { architectureText } from './architecture.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

writeFileSync(join(root, 'ARCHITECTURE.md'), architectureText(root))
writeFileSync(join(root, 'docs/tasks.md'), await reference())
