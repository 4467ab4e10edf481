// DuckDB-WASM, its "eh" bundle (one thread). Direct file access: the faster setting for CSV.
import * as duckdb from '@duckdb/duckdb-wasm'
import wasmUrl from '@duckdb/duckdb-wasm/dist/duckdb-eh.wasm?url'
import workerUrl from '@duckdb/duckdb-wasm/dist/duckdb-browser-eh.worker.js?url'
import { offerDuckdb } from './duckdb-any.js'

offerDuckdb({
  wasm: wasmUrl,
  worker: workerUrl,
  register: (db, name, file) => db.registerFileHandle(name, file, duckdb.DuckDBDataProtocol.BROWSER_FILEREADER, true),
})
