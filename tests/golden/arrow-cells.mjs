// Values as other readers of Arrow hand them out, as the JSON that the engine has for a cell (core/column/value_format.h).

const digits = (value, n) => String(value).padStart(n, '0')
const quoted = (text) => JSON.stringify(text)

export const number = (value) => (Number.isFinite(value) ? String(value) : quoted(String(value)))
export const hex = (bytes) => quoted([...bytes].map((byte) => digits(byte.toString(16), 2)).join(''))
export const uuid = (bytes) => hex(bytes).replace(/^"(.{8})(.{4})(.{4})(.{4})/, '"$1-$2-$3-$4-')
export const date = (days) => quoted(new Date(days * 86400000).toISOString().slice(0, 10))

/** An integer over a power of ten. */
export function decimal(value, scale) {
  const text = digits(value < 0n ? -value : value, scale + 1)
  const sign = value < 0n ? '-' : ''
  return scale === 0 ? sign + text : `${sign}${text.slice(0, -scale)}.${text.slice(-scale)}`
}

/** A part of a day in 1/perSecond seconds: a fraction has no digits, or 3, 6 or 9. */
function clock(value, perSecond) {
  const seconds = value / perSecond
  const nanos = digits((value % perSecond) * (1000000000n / perSecond), 9)
  const fraction = /^0{9}$/.test(nanos) ? '' : `.${nanos.replace(/(000){1,2}$/, '')}`
  return `${digits(seconds / 3600n, 2)}:${digits((seconds / 60n) % 60n, 2)}:${digits(seconds % 60n, 2)}${fraction}`
}

export const time = (value, perSecond) => quoted(clock(value, perSecond))

export function timestamp(value, perSecond, zoned) {
  const day = perSecond * 86400n
  const ofDay = ((value % day) + day) % day
  return quoted(`${date(Number((value - ofDay) / day)).slice(1, -1)} ${clock(ofDay, perSecond)}${zoned ? '+00:00' : ''}`)
}

/** The 16 bytes of a month_day_nano interval, none of it negative. */
export function interval(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, 16)
  const [months, days, micros] = [view.getInt32(0, true), view.getInt32(4, true), view.getBigInt64(8, true) / 1000n]
  const part = (n, unit) => (n === 0 ? [] : [`${n} ${unit}${n === 1 ? '' : 's'}`])
  const parts = [...part(Math.floor(months / 12), 'year'), ...part(months % 12, 'month'), ...part(days, 'day')]
  if (micros > 0n || parts.length === 0) parts.push(clock(micros, 1000000n).replace(/(\.\d*?)0+$/, '$1'))
  return quoted(parts.join(' '))
}
