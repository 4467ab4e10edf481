// Sonde's engine client, without the explorer around it. The scan begins by itself when a file is opened; count and
// import wait for it.
import { createEngine } from '../../../../web/src/engine/index.ts'
import { offer } from '../driver.js'

let engine, table

async function take(file) {
  if (file) table = await engine.open(file)
}

const texts = (page, rows = page.rows) =>
  Array.from({ length: Math.min(rows, page.rows) }, (_, row) => page.columns.map((column) => column.text(row)))

const at = (name) => table.info.columns.findIndex((column) => column.name === name)

async function sorted(row, n, descending) {
  const view = await table.view({ sort: [{ column: at('score'), descending }] })
  return texts(await view.page(row, n))
}

offer({
  async ready() {
    engine = await createEngine({ workers: 'auto' })
  },
  async firstRows(file) {
    await take(file)
    return texts(table.firstPage, 100)
  },
  async count(file) {
    await take(file)
    return (await table.indexed).rows.count
  },
  async import(file) {
    await take(file)
    await table.imported
  },
  page: async (row, n) => texts(await table.page(row, n)),
  async filterCount() {
    const view = await table.view({
      filter: { and: [{ column: at('price'), op: '>=', value: '900' }, { column: at('status'), op: '=', value: 'open' }] },
    })
    return view.rows
  },
  top100: () => sorted(0, 100, true),
  async distinct() {
    const { values } = await table.values(at('city'), { limit: 10_000 })
    return values.map(({ text, count }) => [text, count])
  },
  sortMiddle: (row, n) => sorted(row, n, false),
})
