// Sonde's engine client, without the explorer around it.
import { createEngine } from '../../../../web/src/engine/index.ts'
import { offer } from './driver.js'

const tables = {}
let engine

offer({
  async ready() {
    engine = await createEngine({ workers: 'auto' })
  },
  async load(name, file) {
    tables[name] = await engine.open(file)
    await tables[name].imported
  },
  run: (sql) => engine.query(sql, { tables }).rows(),
})
