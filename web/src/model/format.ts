// Numbers for people: counts, bytes, parts.

const grouped = new Intl.NumberFormat('en-US')
const compact = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 })
const short = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 6 })

export const formatCount = (n: number): string => grouped.format(n)
export const formatCompact = (n: number): string => compact.format(n)
export const formatNumber = (n: number): string => short.format(n)

/** "1 row", "2 rows". */
export const plural = (n: number, noun: string): string => `${formatCount(n)} ${noun}${n === 1 ? '' : 's'}`

const units = ['bytes', 'kB', 'MB', 'GB', 'TB']

export function formatBytes(bytes: number): string {
  let unit = 0
  let amount = bytes
  while (amount >= 999.5 && unit < units.length - 1) {
    amount /= 1000
    unit++
  }
  return `${unit === 0 || amount >= 99.5 ? Math.round(amount) : amount.toFixed(1)} ${units[unit]}`
}

/** "12 %", but never 0 % or 100 % of something that is only nearly so. */
export function formatShare(part: number, whole: number): string {
  if (whole === 0 || part === 0) return '0 %'
  const percent = (100 * part) / whole
  if (percent < 1) return '< 1 %'
  if (percent > 99 && part < whole) return '> 99 %'
  return `${Math.round(percent)} %`
}
