// The conformance corpus through the module, where the folder ../shared lies beside the checkout: row counts and names as
// expected (tests/golden compares every value, natively), and bad files end in rows or in an error, never in a trap.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { createEngine, ExplorerError, type Engine, type TableInfo } from '../../src/engine/index.ts'
import { builtWasm } from './table-data.ts'

const top = fileURLToPath(new URL('../../..', import.meta.url))
const corpus = join(process.env['SONDE_SHARED_DIR'] ?? join(top, '../shared'), 'corpus')
const known = JSON.parse(readFileSync(join(top, 'tests/golden/corpus-known.json'), 'utf8')) as Record<string, string>

interface Expected {
  readonly rows?: number
  readonly columns?: readonly { readonly name: string }[]
  readonly confidence?: string
}

const isSure = ({ confidence }: Expected): boolean => ['high', 'shipped', 'annotated', 'replay'].includes(confidence ?? '')
const isText = (file: string): boolean => /\.(csv|tsv|txt|gz|zst|bz2|dat)$/i.test(file) || !/\.[a-z_]+$/i.test(file)

/** Shipped expectations leave out a column without a name at the end. */
const isWidth = (width: number, { columns = [], confidence }: Expected): boolean =>
  width === columns.length || (confidence === 'shipped' && width === columns.length + 1)

function filesOf(area: string): [string, Expected][] {
  const { files } = JSON.parse(readFileSync(join(corpus, area, 'expect.json'), 'utf8')) as { files: Record<string, Expected> }
  return Object.entries(files).filter(([file]) => isText(file) && !file.startsWith('delta/') && statSync(join(corpus, area, file), { throwIfNoEntry: false })?.isFile())
}

async function importFile(engine: Engine, area: string, file: string): Promise<TableInfo> {
  await using table = await engine.open(readFileSync(join(corpus, area, file)), { name: file })
  return await table.imported
}

describe('the corpus', () => {
  if (!existsSync(corpus)) {
    test('is not here', () => console.log(`no ${corpus}: the conformance corpus was not checked`))
    return
  }
  let module: WebAssembly.Module
  beforeAll(async () => { module = await WebAssembly.compile(builtWasm() as BufferSource) })

  test.each(['csv', 'real'])('%s: rows and columns are as expected', { timeout: 120_000 }, async (area) => {
    await using engine = await createEngine({ wasm: module, workers: 0 })
    const wrong: string[] = []
    for (const [file, expected] of filesOf(area)) {
      const { rows, columns } = expected
      if (!isSure(expected) || `${area}/${file}` in known) continue
      const info = await importFile(engine, area, file).catch((error: unknown) => error as Error)
      if (info instanceof Error) wrong.push(`${file}: ${info.message}`)
      else if (rows !== undefined && info.rows.count !== rows) wrong.push(`${file}: ${info.rows.count} rows instead of ${rows}`)
      else if (columns && !isWidth(info.columns.length, expected)) wrong.push(`${file}: ${info.columns.length} columns instead of ${columns.length}`)
    }
    expect(wrong).toEqual([])
  })

  test('bad: every file ends in rows or in an error', { timeout: 120_000 }, async () => {
    await using engine = await createEngine({ wasm: module, workers: 0 })
    let ended = 0
    for (const [file] of filesOf('bad')) {
      const outcome = await importFile(engine, 'bad', file).catch((error: unknown) => error)
      if (outcome instanceof ExplorerError) expect.soft(['nomem', 'misuse'], `${file}: ${outcome.message}`).not.toContain(outcome.code)
      else expect.soft(outcome, file).toMatchObject({ state: 'imported' })
      ended++
    }
    expect(ended).toBeGreaterThan(20)
  })
})
