// hyparquet with hyparquet-compressors: JavaScript on the page's own thread. Filter and sort are loops over the columns they
// need, as they come: many times faster than its `parquetQuery`, which makes an object of every row.
import { asyncBufferFromUrl, parquetMetadataAsync, parquetRead, parquetSchema } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { offer } from '../driver.js'

let options

const bufferOf = (source) => (typeof source === 'string'
  ? asyncBufferFromUrl({ url: source })
  : { byteLength: source.size, slice: (begin, end) => source.slice(begin, end).arrayBuffer() })

const text = (value) => (value instanceof Date ? value.toISOString() : String(value ?? ''))

async function page(rowStart, n) {
  let rows = []
  const onComplete = (read) => { rows = read }
  await parquetRead({ ...options, rowStart, rowEnd: rowStart + n, onComplete })
  return rows.map((row) => row.map(text))
}

/** Row groups are read as columns: a hundred rows of a sorted table lie all over them. */
async function scattered(wanted) {
  const found = new Map(wanted.map((row) => [row, []]))
  const names = parquetSchema(options.metadata).children.map(({ element }) => element.name)
  const onChunk = ({ columnName, columnData, rowStart, rowEnd }) => {
    const column = names.indexOf(columnName)
    for (const row of wanted) if (row >= rowStart && row < rowEnd) found.get(row)[column] = text(columnData[row - rowStart])
  }
  await parquetRead({ ...options, onChunk })
  return wanted.map((row) => found.get(row))
}

offer({
  ready: async () => {},
  async firstRows(source) {
    const file = await bufferOf(source)
    options = { file, compressors, metadata: await parquetMetadataAsync(file) }
    return page(0, 100)
  },
  page,
  async filterCount() {
    const chunks = new Map()
    const onChunk = ({ columnName, columnData, rowStart }) => {
      chunks.set(rowStart, { ...chunks.get(rowStart), [columnName]: columnData })
    }
    await parquetRead({ ...options, columns: ['price', 'status'], onChunk })
    let count = 0
    for (const { price, status } of chunks.values()) {
      for (let i = 0; i < price.length; i++) if (price[i] >= 900 && status[i] === 'open') count++
    }
    return count
  },
  async sortMiddle(row, n) {
    const score = new Float64Array(Number(options.metadata.num_rows))
    const onChunk = ({ columnData, rowStart }) => score.set(columnData, rowStart)
    await parquetRead({ ...options, columns: ['score'], onChunk })
    const order = Uint32Array.from(score, (_, i) => i).sort((a, b) => score[a] - score[b])
    return scattered([...order.subarray(row, row + n)])
  },
})
