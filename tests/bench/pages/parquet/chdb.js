// chDB-WASM (ClickHouse), its single-threaded bundle: the other one wants a cross-origin isolated page.
import { AsyncChdb } from 'chdb-wasm'
import moduleUrl from '../../node_modules/chdb-wasm/dist/st/chdb.mjs?url'
import wasmUrl from '../../node_modules/chdb-wasm/dist/st/chdb.wasm?url'
import workerUrl from 'chdb-wasm/worker?worker&url'
import { offer } from '../driver.js'

const here = (url) => new URL(url, import.meta.url).href
let db, table

async function take(source) {
  if (typeof source === 'string') {
    table = `url('${source}', 'Parquet')`
  } else {
    await db.registerFile('table.parquet', source)
    table = `file('table.parquet', 'Parquet')`
  }
}

async function rows(sql) {
  const answer = (await db.query(sql, 'JSONCompactEachRow')).text().trimEnd()
  return answer.split('\n').map((line) => JSON.parse(line).map((value) => String(value ?? '')))
}

offer({
  async ready() {
    db = await AsyncChdb.create({ moduleUrl: here(moduleUrl), wasmUrl: here(wasmUrl), workerUrl: here(workerUrl) })
  },
  async firstRows(source) {
    await take(source)
    return rows(`SELECT * FROM ${table} LIMIT 100`)
  },
  page: (row, n) => rows(`SELECT * FROM ${table} LIMIT ${n} OFFSET ${row}`),
  filterCount: async () =>
    Number((await rows(`SELECT count(*) FROM ${table} WHERE price >= 900 AND status = 'open'`))[0][0]),
  sortMiddle: (row, n) => rows(`SELECT * FROM ${table} ORDER BY score LIMIT ${n} OFFSET ${row}`),
})
