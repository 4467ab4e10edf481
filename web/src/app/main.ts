// The page's first script: a URL from ?url= or a table of this page's server from ?table=. It has no screen, so that a worker and its
// module, or a server's answers, are on their way while the screen is loaded.
import { createEngine } from '../engine/index.ts'
import { createMeasure } from '../grid/measure.ts'
import { createExplorer, type Source } from '../model/index.ts'
import { createServerEngine } from '../server/index.ts'

const asked = new URLSearchParams(location.search)
const url = asked.get('url')
const table = asked.get('table')
const atUrl = url && URL.canParse(url, location.href) ? new URL(url, location.href) : url ?? undefined
const source: Source | undefined = table ? { table, sql: { url: new URL('/v1/sql', location.href) } } : atUrl

const engine = table ? createServerEngine(createEngine) : createEngine()
const model = createExplorer({ engine, measure: createMeasure() })
if (source) void model.open(source)

const root = document.getElementById('root')
if (root) void import('./page.tsx').then(({ show }) => show(root, model))
