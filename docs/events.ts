// Writes the reference of the events, and their JSON Schema.

import { z } from 'zod'
import { streamEventSchema } from '../src/model/run/streamEvent.ts'

type Schema = {
  readonly title?: string
  readonly description?: string
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly items?: Schema
  readonly properties?: { readonly [name: string]: Schema }
  readonly required?: readonly string[]
  readonly anyOf?: readonly Schema[]
}

/** events.schema.json: fields may be added, so it allows others. */
export function eventsSchemaText(): string {
  return `${JSON.stringify(z.toJSONSchema(streamEventSchema(), { io: 'input' }), null, 2)}\n`
}

/** docs/events.md */
export function eventsText(): string {
  const { anyOf = [] } = JSON.parse(eventsSchemaText()) as Schema
  return `${introduction}\n${anyOf.map(eventText).join('\n')}`
}

const introduction = `<!-- Written by npm run docs from src/model/run/streamEvent.ts. -->

# Events

What happens in a run leaves run-playbook as events: \`--output jsonl\` prints one JSON object a line on stdout, also of a recorded run (\`run-playbook report --output jsonl\`).

    {"event":"start","time":"2026-03-14T09:26:53.589Z","version":1}
    {"event":"runStart","time":"2026-03-14T09:26:53.601Z","playbooks":["hello.ts"],"isCheck":false}
    …
    {"event":"taskEnd","time":"…","play":"Hello","host":"web-01","task":"dnf httpd","name":"dnf","index":0,"status":"changed","changes":[…],"stdout":"…","stderr":"","durationMs":5120}

- The first event is \`start\`. Its \`version\` grows when a field is removed or changes its meaning; events and fields may be added without that, so ignore those that you do not know.
- Errors before the run are \`error\` events too, wrong flags included, each with its code, place and hint; nothing but \`start\` comes before them. The exit code is then 1. People find the same on stderr.
- Fields without a value are left out. Secrets are masked. Times are ISO 8601 in UTC.
- The JSON Schema of an event is in the package: \`run-playbook/events.schema.json\`.

## Reporters of your own

\`--reporter FILE\` or \`--reporter PACKAGE\` (repeatable; \`reporter\` in run-playbook.config.ts) gives the events to a reporter of yours as well, beside what the run prints; \`run-playbook report --reporter …\` those of a recorded run.

    // slack.ts
    import { defineReporter } from 'run-playbook'

    export default defineReporter({
      name: 'slack',
      start: () => {
        const failed: string[] = []
        return {
          handle: (event) => {
            if (event.event === 'taskEnd' && event.status === 'failed') failed.push(\`\${event.host}: \${event.task}\`)
          },
          close: async () => {
            if (failed.length > 0) await fetch(process.env.SLACK_URL!, { method: 'POST', body: JSON.stringify({ text: failed.join('\\n') }) })
          },
        }
      },
    })

An error in it is a warning that names the reporter, and stops neither the run nor changes its exit code; the reporter then gets no more events. Promises are awaited when the run has ended, for up to 30 seconds. A package that another user of this machine could have put where it is found is refused.

## The events

Each has \`event\` and \`time\`. A field with \`?\` may be absent.
`

function eventText({ title, description, properties = {}, required = [] }: Schema): string {
  const rows = Object.entries(properties)
    .filter(([name]) => name !== 'event' && name !== 'time')
    .map(([name, schema]) => `- \`${name}${required.includes(name) ? '' : '?'}\`: ${fieldText(schema)}`)
  return `### ${title}\n\n${description}\n\n${rows.join('\n')}\n`
}

function fieldText(schema: Schema): string {
  const type = typeText(schema)
  return schema.description ? `${type}. ${schema.description}` : type
}

function typeText({ type, const: value, enum: values, items, properties, required = [] }: Schema): string {
  if (value !== undefined) return JSON.stringify(value)
  if (values) return values.map((each) => `\`${each}\``).join(', ')
  if (items) return `list of ${typeText(items)}`
  if (!properties) return type ?? ''
  const fields = Object.entries(properties).map(([name, { type: inner, properties: parts }]) => {
    const fieldName = required.includes(name) ? name : `${name}?`
    return parts || inner !== 'string' ? `${fieldName}: ${parts ? 'object' : inner}` : fieldName
  })
  return `{ ${fields.join(', ')} }`
}
