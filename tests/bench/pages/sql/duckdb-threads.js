// DuckDB-WASM, its "coi" bundle, with a thread for each core. Its threads cannot see a File, so it gets a copy of the bytes.
import wasmUrl from '@duckdb/duckdb-wasm/dist/duckdb-coi.wasm?url'
import workerUrl from '@duckdb/duckdb-wasm/dist/duckdb-browser-coi.worker.js?url'
import threadUrl from '@duckdb/duckdb-wasm/dist/duckdb-browser-coi.pthread.worker.js?url'
import { offerDuckdb } from './duckdb-any.js'

offerDuckdb({
  wasm: wasmUrl,
  worker: workerUrl,
  thread: threadUrl,
  register: async (db, name, file) => db.registerFileBuffer(name, new Uint8Array(await file.arrayBuffer())),
})
