// parquet-wasm (the Rust reader) on the page's own thread, its answers read by Arrow's JavaScript library. It decodes and
// leaves the rest to the page: filter and sort are loops over the columns they need.
import { tableFromIPC } from 'apache-arrow'
import init, { ParquetFile } from 'parquet-wasm'
import wasmUrl from 'parquet-wasm/esm/parquet_wasm_bg.wasm?url'
import { offer } from '../driver.js'

let file

const batchSize = 1 << 16
const read = async (options) => tableFromIPC((await file.read({ batchSize, ...options })).intoIPCStream())

function texts(table) {
  const columns = table.schema.fields.map((_, i) => table.getChildAt(i))
  return Array.from({ length: table.numRows }, (_, row) => columns.map((column) => String(column.get(row) ?? '')))
}

/** First rows of the row groups. */
function groupStarts() {
  const starts = [0]
  for (const group of file.metadata().rowGroups()) starts.push(starts.at(-1) + group.numRows())
  return starts.slice(0, -1)
}

/** Row groups are read whole: a hundred rows of a sorted table lie all over them, and it keeps no pages between reads. */
async function scattered(wanted) {
  const starts = groupStarts()
  const found = new Map()
  for (const [group, start] of starts.entries()) {
    const here = wanted.filter((row) => row >= start && row < (starts[group + 1] ?? Infinity))
    if (here.length === 0) continue
    const first = Math.min(...here)
    const table = await read({ rowGroups: [group], offset: first - start, limit: Math.max(...here) - first + 1 })
    for (const row of here) found.set(row, texts(table.slice(row - first, row - first + 1))[0])
  }
  return wanted.map((row) => found.get(row))
}

offer({
  ready: () => init({ module_or_path: new URL(wasmUrl, import.meta.url) }),
  async firstRows(source) {
    file = await (typeof source === 'string' ? ParquetFile.fromUrl(source) : ParquetFile.fromFile(source))
    return texts(await read({ limit: 100 }))
  },
  page: async (row, n) => texts(await read({ offset: row, limit: n })),
  async filterCount() {
    const table = await read({ columns: ['price', 'status'] })
    let count = 0
    for (const batch of table.batches) {
      const price = batch.getChild('price').toArray()
      const status = batch.getChild('status')
      for (let i = 0; i < price.length; i++) if (price[i] >= 900 && status.get(i) === 'open') count++
    }
    return count
  },
  async sortMiddle(row, n) {
    const score = (await read({ columns: ['score'] })).getChild('score').toArray()
    const order = Uint32Array.from(score, (_, i) => i).sort((a, b) => score[a] - score[b])
    return scattered([...order.subarray(row, row + n)])
  },
})
