// uDSV: a synchronous parser, fed with the file's text in pieces as its documentation shows. No index, no statistics;
// types from the first rows.
import { inferSchema, initParser } from 'udsv'
import { exploreArrays } from '../array-rows.js'
import { offer } from '../driver.js'

let chosen
let columns = []
let rows = []

const explore = exploreArrays(() => columns, () => rows)

async function parse(file, method, onData, isDone = () => false) {
  let parser
  for await (const text of file.stream().pipeThrough(new TextDecoderStream())) {
    parser ??= initParser(inferSchema(text))
    parser.chunk(text, parser[method], onData)
    if (isDone()) return []
  }
  columns = parser.schema.cols.map((column) => column.name)
  return parser.end()
}

// Before an import nothing is kept: parse again up to there.
async function pageByParsing(first, n) {
  const found = []
  let at = 0
  await parse(chosen, 'stringArrs', (row) => {
    if (at >= first && at < first + n) found.push(row)
    at++
  }, () => at >= first + n)
  return found
}

offer({
  ready: async () => {},
  async firstRows(file) {
    const text = await file.slice(0, 1 << 16).text()
    const parser = initParser(inferSchema(text))
    const first = []
    parser.stringArrs(text, (row) => first.push(row) < 100)
    return first
  },
  async count(file) {
    chosen = file
    let count = 0
    await parse(file, 'stringArrs', () => {
      count++
    })
    return count
  },
  async import(file) {
    rows = await parse(file, 'typedArrs')
  },
  ...explore,
  page: (row, n) => (rows.length > 0 ? explore.page(row, n) : pageByParsing(row, n)),
})
