// Writes the generated pages of docs, and events.schema.json (npm run docs).

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { reference } from '../src/cli/docs/showDocs.ts'
import { eventsSchemaText, eventsText } from './events.ts'
import { playsText } from './plays.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

writeFileSync(join(root, 'docs/tasks.md'), await reference())
writeFileSync(join(root, 'docs/plays.md'), playsText())
writeFileSync(join(root, 'docs/events.md'), eventsText())
writeFileSync(join(root, 'events.schema.json'), eventsSchemaText())
