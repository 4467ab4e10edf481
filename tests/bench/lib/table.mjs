// The generated table that everything is measured on, as CSV and Parquet, kept in .cache/bench.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, statSync } from 'node:fs'
import { cache, top } from './machine.mjs'

const source = `${top}tests/data/gen_table.c`
const converter = `${top}tests/bench/native/duckdb_to_parquet.mjs`
const generator = `${cache}gen_table`
const isNewer = (path, than) => existsSync(path) && statSync(path).mtimeMs >= statSync(than).mtimeMs

export function tablePath(rows) {
  mkdirSync(cache, { recursive: true })
  if (!isNewer(generator, source)) execFileSync('cc', ['-std=c11', '-O2', '-o', generator, source], { stdio: 'inherit' })
  const path = `${cache}table-${rows}.csv`
  if (!isNewer(path, generator)) {
    execFileSync(generator, [String(rows), `${path}.part`], { stdio: 'inherit' })
    renameSync(`${path}.part`, path)
  }
  return path
}

/** The same table as a Parquet file, written by DuckDB; `codec` as DuckDB calls it. */
export function parquetPath(rows, codec) {
  const csv = tablePath(rows)
  const path = `${cache}table-${rows}.${codec}.parquet`
  if (!isNewer(path, csv)) {
    execFileSync(process.execPath, [converter, csv, `${path}.part`, codec], { stdio: 'inherit' })
    renameSync(`${path}.part`, path)
  }
  return path
}
