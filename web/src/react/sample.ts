// A small table made on the page, for a first look without a file of one's own. Always the same rows.

const stations = ['Nørrebro', 'Gràcia', 'Østbanen', 'Kallio', 'Alfama', 'Praga', 'Vinohrady', 'Bairro Alto']
const notes = ['', 'seat loose', 'returned late, "no dock free"', 'battery 12 %,\nreported by phone', 'NULL']
const rows = 5000

export function sampleFile(): File {
  const random = randomNumbers(42)
  const lines = ['trip_id,bike,started_at,from_station,to_station,minutes,price_eur,member,note']
  for (let i = 0; i < rows; i++) lines.push(trip(i, random))
  return new File([`${lines.join('\n')}\n`], 'sample-bike-trips.csv', { type: 'text/csv' })
}

function trip(i: number, random: () => number): string {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!
  const started = new Date(Date.UTC(2026, 2, 1) + i * 260_000 + Math.floor(random() * 200_000)).toISOString().slice(0, 19).replace('T', ' ')
  const minutes = Math.floor(3 + random() ** 3 * 90)
  const price = random() < 0.04 ? '' : (1 + minutes * 0.12).toFixed(2)
  const note = random() < 0.12 ? pick(notes) : ''
  const fields = [
    String(9_007_199_254_740_000 + i * 7), String(Math.floor(random() * 900)).padStart(5, '0'), started,
    pick(stations), pick(stations), String(minutes), price, random() < 0.7 ? 'true' : 'false', note,
  ]
  return fields.map((field) => (/[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(',')
}

/** Numbers in [0, 1) that are the same each time (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}
