// Values as text, letter for letter as the engine writes them (core/base/datetime.h, number.h).

const MICROS_PER_DAY = 86_400_000_000
const MS_PER_DAY = 86_400_000

const pad = (value: number, digits: number): string => String(value).padStart(digits, '0')

/** 2026-11-21; years before 0 as -0044-03-15. */
export function dateText(days: number): string {
  const date = new Date(days * MS_PER_DAY)
  const year = date.getUTCFullYear()
  const sign = year < 0 ? '-' : ''
  return `${sign}${pad(Math.abs(year), 4)}-${pad(date.getUTCMonth() + 1, 2)}-${pad(date.getUTCDate(), 2)}`
}

/** 10:15:00, with 3 or 6 digits of fraction where there is one. */
export function timeText(micros: number): string {
  const seconds = Math.floor(micros / 1_000_000)
  const clock = `${pad(Math.floor(seconds / 3600), 2)}:${pad(Math.floor(seconds / 60) % 60, 2)}:${pad(seconds % 60, 2)}`
  return clock + fraction(micros % 1_000_000)
}

const fraction = (micros: number): string =>
  micros === 0 ? '' : micros % 1000 === 0 ? `.${pad(micros / 1000, 3)}` : `.${pad(micros, 6)}`

/** 2026-11-21 10:15:00.123, with +00:00 when it counts from UTC. */
export function timestampText(micros: number | bigint, zoned: boolean): string {
  const [days, ofDay] = splitDays(micros)
  return `${dateText(days)} ${timeText(ofDay)}${zoned ? '+00:00' : ''}`
}

/** Beyond the years 1684 to 2255 microseconds exceed 2^53 and arrive as bigint. */
function splitDays(micros: number | bigint): [days: number, ofDay: number] {
  if (typeof micros === 'bigint') {
    const rest = Number(micros % BigInt(MICROS_PER_DAY))
    const days = Number(micros / BigInt(MICROS_PER_DAY))
    return rest < 0 ? [days - 1, rest + MICROS_PER_DAY] : [days, rest]
  }
  const days = Math.floor(micros / MICROS_PER_DAY)
  const rest = micros - days * MICROS_PER_DAY // the quotient may have been rounded up to a whole day
  return rest < 0 ? [days - 1, rest + MICROS_PER_DAY] : [days, rest]
}

/** An integer of 128 bits over 10^scale, all digits: 12.50. */
export function decimalText(unscaled: number | bigint, scale: number): string {
  const negative = unscaled < 0
  const digits = String(negative ? -unscaled : unscaled).padStart(scale + 1, '0')
  const point = digits.length - scale
  const text = scale === 0 ? digits : `${digits.slice(0, point)}.${digits.slice(point)}`
  return negative ? `-${text}` : text
}

/** Nanoseconds since midnight, with 9 digits of fraction where 6 do not suffice. */
export function nanosOfDayText(nanos: number | bigint): string {
  const ofDay = Number(nanos)
  const rest = ofDay % 1000
  if (rest === 0) return timeText(ofDay / 1000)
  const micros = (ofDay - rest) / 1000
  return `${timeText(micros - (micros % 1_000_000))}.${pad(micros % 1_000_000, 6)}${pad(rest, 3)}`
}

/** Nanoseconds since 1970 as timestampText writes microseconds. */
export function nanosText(nanos: number | bigint, zoned: boolean): string {
  const whole = BigInt(nanos)
  const perDay = BigInt(MICROS_PER_DAY) * 1000n
  const rest = whole % perDay
  const ofDay = rest < 0n ? rest + perDay : rest
  return `${dateText(Number((whole - ofDay) / perDay))} ${nanosOfDayText(ofDay)}${zoned ? '+00:00' : ''}`
}

/** The shortest text that reads back as the same 32-bit float. */
export function floatText(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const shorter = Number(value.toPrecision(digits))
    if (Math.fround(shorter) === value) return String(shorter)
  }
  return String(Number(value.toPrecision(9)))
}

export const hexText = (bytes: Uint8Array): string =>
  '0x' + Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
