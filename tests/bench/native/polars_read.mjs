// Polars, eagerly into a data frame: polars_read.mjs FILE [dates]. POLARS_MAX_THREADS says on how many threads.
import pl from 'nodejs-polars'

const [file, dates] = process.argv.slice(2)
const begin = performance.now()
const frame = pl.readCSV(file, { tryParseDates: dates === 'dates', inferSchemaLength: 10_000 })
console.log(JSON.stringify({ seconds: (performance.now() - begin) / 1000, rows: frame.height }))
