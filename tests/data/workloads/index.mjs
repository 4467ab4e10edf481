// Generated tables by name: tpch-SCALE/TABLE.csv, hits-ROWS/hits.csv, h2o-ROWS/x.csv, h2o-join-ROWS/TABLE.csv, table-ROWS.csv.
// Made when first asked for, kept in .cache/workloads until their generator changes.
import { existsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { tablePath } from '../../bench/lib/table.mjs'
import { writeGroupBy, writeJoin } from './h2o.mjs'
import { writeHits } from './hits.mjs'
import { writeTpch } from './tpch.mjs'

const generators = {
  tpch: ['tpch.mjs', writeTpch],
  hits: ['hits.mjs', writeHits],
  h2o: ['h2o.mjs', writeGroupBy],
  'h2o-join': ['h2o.mjs', writeJoin],
}
const cache = fileURLToPath(new URL('../../../.cache/workloads/', import.meta.url))
const changed = (script) => statSync(new URL(script, import.meta.url)).mtimeMs

/** Where the file is; undefined when the name is none of a generated table. */
export function workloadPath(name) {
  const [, explorer] = /^table-(\d+)\.csv$/.exec(name) ?? []
  if (explorer) return tablePath(Number(explorer))
  const [, workload, size] = /^([a-z0-9-]+)-([\d.]+)\/\w+\.csv$/.exec(name) ?? []
  if (!(workload in generators)) return undefined
  const [script, write] = generators[workload]
  const path = `${cache}${name}`
  if (!existsSync(path) || statSync(path).mtimeMs < changed(script)) write(dirname(path), Number(size))
  return path
}
