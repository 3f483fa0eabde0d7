// The schemas of when a job of cron runs.

import { z } from '../../src/index.ts'

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

/** A field of crontab(5): numbers, names, ranges, lists and steps. */
function field(name: string, least: number, most: number, names: readonly string[] = []) {
  const number = (text: string) => {
    const index = names.indexOf(text.toLowerCase())
    if (index !== -1) return index + least
    return /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN
  }
  const isNumber = (text: string) => number(text) >= least && number(text) <= most
  const isPart = (text: string) => {
    const [, range = '', step] = /^([^/]+)(?:\/(\d+))?$/.exec(text) ?? []
    if (step !== undefined && (Number(step) < 1 || Number(step) > most)) return false
    const [first = '', last, ...others] = range.split(/[-~]/)
    if (others.length > 0) return false
    return range === '*' || (isNumber(first) && (last === undefined || isNumber(last)))
  }
  const error = `expected ${name === 'hour' ? 'an' : 'a'} ${name} as crontab takes it (${least}-${most}, *, */5, 1-5, 1,2)`
  return z
    .union([z.int(), z.string()])
    .transform(String)
    .refine((text) => text.split(',').every(isPart), error)
    .default('*')
    .describe(`${name[0]!.toUpperCase()}${name.slice(1)}: ${least}-${most}, *, */5, 1-5 or 1,2.`)
}

export const schedule = {
  minute: field('minute', 0, 59),
  hour: field('hour', 0, 23),
  day: field('day of the month', 1, 31),
  month: field('month', 1, 12, months),
  weekday: field('day of the week', 0, 7, days),
  specialTime: z
    .enum(['reboot', 'hourly', 'daily', 'weekly', 'monthly', 'yearly', 'annually'])
    .optional()
    .describe('Instead of a minute, an hour, …'),
}

type Schedule = { readonly [field in 'minute' | 'hour' | 'day' | 'month' | 'weekday']: string }

/** `0 5 * * *` or `@daily`. */
export function scheduleText({ specialTime, ...fields }: Schedule & { specialTime?: string }): string {
  const { minute, hour, day, month, weekday } = fields
  return specialTime === undefined ? [minute, hour, day, month, weekday].join(' ') : `@${specialTime}`
}
