// The page's first script: a URL from ?url= or a table of this page's server from ?table=. It has no screen, so that a worker and its
// module, or a server's answers, are on their way while the screen is loaded.
import { createEngine } from '../engine/index.ts'
import { createMeasure } from '../grid/measure.ts'
import { createExplorer } from '../model/index.ts'
import { createServerEngine } from '../server/index.ts'
import { askedBy, linked } from './asked.ts'

const asked = askedBy(new URL(location.href))
const isThere = asked !== undefined && 'table' in asked
const here = isThere ? undefined : createEngine()
here?.catch(() => {}) // told by the first opening

const engine = createServerEngine(() => here ?? createEngine())
const explorer = createExplorer({ engine, measure: createMeasure() })
const model = { ...explorer, open: (...[source, as]: Parameters<typeof explorer.open>) => explorer.open(linked(source), as) }
if (asked) void model.open(asked)

const root = document.getElementById('root')
if (root) void import('./page.tsx').then(({ show }) => show(root, model))
