// Papa Parse: reads the file in chunks on the page's own thread. No index, no statistics; numbers and booleans by
// dynamicTyping, one cell at a time.
import Papa from 'papaparse'
import { exploreArrays } from '../array-rows.js'
import { offer } from '../driver.js'

let chosen
let columns = []
let rows = []

const parse = (file, options) =>
  new Promise((resolve, reject) => Papa.parse(file, { ...options, complete: resolve, error: reject }))

const explore = exploreArrays(() => columns, () => rows)

// Before an import nothing is kept: parse again up to there.
async function pageByParsing(first, n) {
  const found = []
  let at = -1 // the header
  const chunk = ({ data }, parser) => {
    for (const row of data) {
      if (at >= first && at < first + n) found.push(row)
      at++
    }
    if (at >= first + n) parser.abort()
  }
  await parse(chosen, { chunk, skipEmptyLines: true })
  return found
}

offer({
  ready: async () => {},
  async firstRows(file) {
    const { data } = await parse(file, { preview: 101 })
    return data.slice(1)
  },
  async count(file) {
    chosen = file
    let count = -1 // the header
    const chunk = ({ data }) => {
      count += data.length
    }
    await parse(file, { chunk, skipEmptyLines: true })
    return count
  },
  async import(file) {
    rows = []
    const chunk = ({ data }) => {
      for (const row of data) rows.push(row)
    }
    await parse(file, { chunk, dynamicTyping: true, skipEmptyLines: true })
    columns = rows.shift()
  },
  ...explore,
  page: (row, n) => (rows.length > 0 ? explore.page(row, n) : pageByParsing(row, n)),
})
