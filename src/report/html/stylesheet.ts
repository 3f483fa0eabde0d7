// The style of the HTML report, light or dark as the browser prefers.

import { html } from './markup.ts'

export const stylesheet = html`
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font: 600 1.3rem ui-monospace, monospace; }
h2 { margin-bottom: 0; }
summary { cursor: pointer; padding: .2rem 0; }
table { border-collapse: collapse; width: 100%; margin: 0 0 1rem 1rem; }
td { vertical-align: top; padding: .1rem .8rem .1rem 0; border-top: 1px solid #8884; }
td:first-child { white-space: nowrap; width: 8rem; }
ul { margin: 0; padding-left: 1.2rem; }
pre { margin: .2rem 0; white-space: pre-wrap; font-size: .85rem; }
.ok { color: #3a8a3a; } .changed td:first-child, .stopped { color: #b07a00; }
.failed, .failed td:first-child, .unreachable, .unreachable td:first-child { color: #d33; }
.skipped, .unknown, .header, .note { opacity: .65; }
tr.ok { color: inherit; } tr.ok td:first-child { color: #3a8a3a; }
.added { color: #3a8a3a; } .removed { color: #d33; }
`
