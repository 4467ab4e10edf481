// Time zones as the browser knows them: Intl tells an offset at a moment, and from many of them follow the changes.

/** As {"job":"zone"} wants it, seconds: one offset more than there are begins; or, of an unknown zone, the names there are. */
export type ZoneSpec = { readonly job: 'zone', readonly name: string } & (
  | { readonly offsets: readonly number[], readonly begins: readonly number[] }
  | { readonly names: readonly string[] })

const FIRST = Date.UTC(1850, 0) / 1000
const LAST = Date.UTC(2100, 0) / 1000
/** Two changes within a step that undo each other are not seen. */
const STEP = 7 * 86400

export function zoneSpec(name: string): ZoneSpec {
  const offsetAt = offsetsOf(name)
  return { job: 'zone', name, ...(offsetAt ? changesOf(offsetAt) : { names: Intl.supportedValuesOf('timeZone') }) }
}

/** Seconds that local time is ahead, by seconds since 1970; undefined: there is no such zone. */
function offsetsOf(timeZone: string): ((second: number) => number) | undefined {
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
    })
    return (second) => {
      const [month, day, year, hour, minute, rest] = format.format(second * 1000).match(/\d+/g)!.map(Number) as [number, number, number, number, number, number]
      return Date.UTC(year, month - 1, day, hour, minute, rest) / 1000 - second
    }
  } catch {
    return undefined
  }
}

function changesOf(offsetAt: (second: number) => number): { offsets: number[], begins: number[] } {
  const offsets = [offsetAt(FIRST)]
  const begins: number[] = []
  for (let second = FIRST; second < LAST; second += STEP) {
    const offset = offsetAt(second + STEP)
    if (offset === offsets.at(-1)) continue
    begins.push(changeBetween(second, second + STEP, offsetAt))
    offsets.push(offset)
  }
  return { offsets, begins }
}

/** The first second that has the offset of the end. */
function changeBetween(before: number, end: number, offsetAt: (second: number) => number): number {
  const offset = offsetAt(end)
  while (end - before > 1) {
    const middle = Math.floor((before + end) / 2)
    if (offsetAt(middle) === offset) end = middle
    else before = middle
  }
  return end
}
