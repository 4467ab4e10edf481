// Writes a CSV file as Parquet, with the types that DuckDB sees in it and its own row groups.
//   node duckdb_to_parquet.mjs CSV PARQUET CODEC
import { DuckDBInstance } from '@duckdb/node-api'

const [csv, parquet, codec] = process.argv.slice(2)
const quoted = (text) => `'${text.replaceAll("'", "''")}'`
const connection = await (await DuckDBInstance.create()).connect()
await connection.run(`COPY (FROM read_csv(${quoted(csv)})) TO ${quoted(parquet)} (FORMAT parquet, COMPRESSION ${quoted(codec)})`)
