// Validates the needs that tasks and plays declare, for playbooks that were not compiled.

import { z } from 'zod'
import { PlaybookError } from '../model/errors/error.ts'
import type { SourceLocation } from '../model/errors/location.ts'
import type { Needs, SomeNeeds } from '../model/needs/needs.ts'
import { formatPath, issueText } from '../model/schema/issueText.ts'

const word = z.string().min(1)
const command = z.custom<{ kind: 'command' }>(
  (value) => (value as { kind?: unknown } | undefined)?.kind === 'command',
  'expected a command: sh`…`',
)
const tool = z.union([
  z.string().regex(/^[\w./+-]+$/, 'expected the name of a program'),
  z.strictObject({
    tool: word,
    version: z
      .string()
      .regex(/^\d+(\.\d+)*$/, "expected a version such as '1.8'")
      .optional(),
    versionCommand: command.optional(),
    package: word.optional(),
  }),
])
const bytes = z.number().min(0)
const url = z.url()

const schema = z.strictObject({
  where: command.optional(),
  tools: z.array(z.union([tool, z.array(tool).min(1)])).optional(),
  root: z.boolean().optional(),
  disk: z.record(z.string().startsWith('/', 'expected an absolute path'), bytes).optional(),
  memory: bytes.optional(),
  ports: z.record(z.string().regex(/^\d{1,5}$/, 'expected a port'), word).optional(),
  names: z.array(word).optional(),
  urls: z.array(z.union([url, z.array(url).min(1)])).optional(),
  reach: z.array(z.string().regex(/^(\[[^\]]+\]|[^:]+):\d{1,5}$/, 'expected HOST:PORT')).optional(),
  multicast: z
    .array(z.string().regex(/^2(2[4-9]|3\d)(\.\d{1,3}){3}$/, 'expected a group such as 228.0.0.4'))
    .optional(),
  checks: z.array(z.strictObject({ what: word, command, cure: word })).optional(),
})

/** @throws PlaybookError E_NEEDS with the member that is wrong */
export function parseNeeds(given: SomeNeeds, of: string, where: SourceLocation | undefined): Needs[] {
  return [given].flat().map((each) => parsed(each, of, where))
}

function parsed(needs: unknown, of: string, where: SourceLocation | undefined): Needs {
  const result = schema.safeParse(needs)
  if (result.success) return needs as Needs
  const [issue] = result.error.issues
  const path = formatPath(['needs', ...issue!.path])
  throw new PlaybookError('E_NEEDS', `${of}: ${path}: ${issueText(issue!, needs)}`, {
    where,
    hint: `It may have ${Object.keys(schema.shape).join(', ')}: docs/doctor.md`,
  })
}
