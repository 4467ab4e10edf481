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
