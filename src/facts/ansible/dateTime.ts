// Gives the host's clock the shape of Ansible's `date_time`.

import type { DateFacts } from '../../model/facts.ts'

/** All parts are texts, as in Ansible; seconds are the smallest that is known. */
export function dateTime({ epoch, zone, offset }: DateFacts): Readonly<Record<string, string>> {
  const sign = offset.startsWith('-') ? -1 : 1
  const minutes = sign * (Number(offset.slice(1, 3)) * 60 + Number(offset.slice(3, 5)))
  const utc = new Date(epoch * 1000).toISOString().slice(0, 19)
  const local = new Date((epoch + minutes * 60) * 1000)
  const [date = '', time = ''] = local.toISOString().slice(0, 19).split('T')
  const [year = '', month = '', day = ''] = date.split('-')
  const [hour = '', minute = '', second = ''] = time.split(':')
  const compact = `${year}${month}${day}T${hour}${minute}${second}`
  return {
    year,
    month,
    day,
    hour,
    minute,
    second,
    date,
    time,
    weekday: weekdays[local.getUTCDay()]!,
    weekday_number: String(local.getUTCDay()),
    weeknumber: weekOf(local),
    epoch: String(epoch),
    epoch_int: String(epoch),
    iso8601: `${utc}Z`,
    iso8601_micro: `${utc}.000000Z`,
    iso8601_basic: `${compact}000000`,
    iso8601_basic_short: compact,
    tz: zone,
    tz_dst: zone,
    tz_offset: offset,
  }
}

const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

/** strftime's %W: weeks begin on Monday, and days before the first one are in week 00. */
function weekOf(date: Date): string {
  const firstOfYear = Date.UTC(date.getUTCFullYear(), 0, 1)
  const dayOfYear = Math.floor((date.getTime() - firstOfYear) / 86_400_000)
  const sinceMonday = (date.getUTCDay() + 6) % 7
  return String(Math.floor((dayOfYear + 7 - sinceMonday) / 7)).padStart(2, '0')
}
