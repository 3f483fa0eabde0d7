// Loaded before a test file: uvu takes an error's `details` for text and, where it is a list as ours is, loses the failure.

import { register } from 'node:module'

const hooks = `
export async function load(url, context, nextLoad) {
  const result = await nextLoad(url, context)
  if (!/\\/uvu\\/dist\\/index\\.mjs$/.test(url)) return result
  const source = String(result.source).replace(
    /function format\\(name, err, suite = ''\\) \\{/,
    "$& if (Array.isArray(err.details)) err = Object.assign(new Error([err.code, err.message, ...err.details].join('\\\\n    ')), { stack: err.stack });",
  )
  return { ...result, source }
}
`

register(`data:text/javascript,${encodeURIComponent(hooks)}`)
