import { test, expect } from 'vitest'
import { readFileSync, writeFileSync, openAsBlob } from 'node:fs'
import { createEngine } from '../../src/engine/index.ts'
import { buildWorker } from './built-worker.ts'
const wasm = readFileSync('/tmp/sonde/client/toy/toy.wasm')
test.each([0, 1, 3])('toy %i', async (workers) => {
  const path = '/tmp/sonde/client/toy/data.txt'
  writeFileSync(path, 'hello world\n'.repeat(10_000_000))
  const workerUrl = await buildWorker()
  const t0 = performance.now()
  const engine = await createEngine({ wasm, workers, workerUrl })
  const t1 = performance.now()
  const table = await engine.open(await openAsBlob(path))
  const t2 = performance.now()
  expect((await table.page(3, 2)).columns[0]!.at(1)).toBe(4)
  const info = await table.indexed
  const t3 = performance.now()
  await table.imported
  console.log(engine.runsOn, workers, 'ready', t1 - t0, 'open', t2 - t1, 'index', t3 - t2, performance.now() - t3)
  expect(info.rows).toEqual({ count: 10_000_000, exact: true })
  for await (const s of table.progress()) console.log(JSON.stringify(s.progress))
  expect((await table.page(3000, 2)).columns[0]!.at(1)).toBe(3001)
  await engine.close()
}, 60000)
