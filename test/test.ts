// Wraps uvu: shows errors whole, runs tests by name, tells which are slow.

import * as uvu from 'uvu'

type Handler<T> = uvu.Callback<T>

/** Part of the names of the tests to run: `node dist/test/x.test.js -t 'goes on'`. */
const namePart = process.argv[process.argv.indexOf('-t') + 1] ?? ''
const isNarrowed = process.argv.includes('-t')

const slowSeconds = 3
/** A test that goes on for longer may hang: its file is killed in the end, and says which test it was. */
const lateSeconds = 120

export function suite<T = Record<string, unknown>>(name?: string, context?: T): uvu.Test<T> {
  return wrap(uvu.suite(name, context))
}

export const test = wrap(uvu.test)

function wrap<T>(inner: uvu.Test<T>): uvu.Test<T> {
  const add = (name: string, handler: Handler<T>) => {
    if (!isNarrowed || name.includes(namePart)) inner(name, timed(name, readable(handler)))
  }
  const { skip, only, run } = inner
  return Object.assign(add, { before: hook(inner.before), after: hook(inner.after), skip, only, run })
}

function hook<T>(inner: uvu.Test<T>['before']): uvu.Test<T>['before'] {
  const add = (handler: Handler<T>) => inner(reported(handler))
  return Object.assign(add, { each: (handler: Handler<T>) => inner.each(reported(handler)) })
}

function timed<T>(name: string, handler: Handler<T>): Handler<T> {
  return async (context) => {
    const startedMs = performance.now()
    const late = setTimeout(() => process.stdout.write(`\nstill running  ${name}\n`), lateSeconds * 1000)
    await handler(context)
    clearTimeout(late)
    const seconds = (performance.now() - startedMs) / 1000
    if (seconds > slowSeconds) process.stdout.write(`\nslow  ${seconds.toFixed(1)} s  ${name}\n`)
  }
}

/** uvu takes an error's `details` for a text; of a list, as a PlaybookError has it, it shows nothing at all. */
function readable<T>(handler: Handler<T>): Handler<T> {
  return async (context) => {
    try {
      await handler(context)
    } catch (thrown) {
      throw withTextDetails(thrown)
    }
  }
}

function withTextDetails(thrown: unknown): unknown {
  if (!(thrown instanceof Error)) return new Error(`no error was thrown, but ${String(thrown)}`)
  const { code, details } = thrown as { readonly code?: string; readonly details?: unknown }
  if (!Array.isArray(details)) return thrown
  const error = new Error([`${code}: ${thrown.message}`, ...details].join('\n    '), { cause: thrown })
  return Object.assign(error, { stack: thrown.stack })
}

/** uvu shows nothing of what a hook throws. */
function reported<T>(handler: Handler<T>): Handler<T> {
  return async (context) => {
    try {
      await handler(context)
    } catch (thrown) {
      console.error(thrown)
      throw thrown
    }
  }
}
