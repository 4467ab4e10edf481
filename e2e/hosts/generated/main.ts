/// <reference types="vite/client" />
// A host for tests: the explorer over an engine in memory that claims as many rows and columns as the URL says
// (?rows=&columns=&delay=&theme=&fail=open|view&scan=never).
import { ExplorerError } from '../../../web/src/engine/api.ts'
import { mountExplorer, type Theme } from '../../../web/src/react/index.ts'
import { fakeEngine, generated } from '../../../web/test/fake-engine.ts'

const asked = new URLSearchParams(location.search)
const number = (name: string, otherwise: number) => Number(asked.get(name) ?? otherwise)
const data = generated(number('rows', 100_000_000), number('columns', 8))
const fail = asked.get('fail')

const engine = fakeEngine(data, {
  delay: number('delay', 5),
  ...(asked.get('scan') === 'never' && { scanSteps: 'never' as const }),
  openError: (read) => (fail === 'open' && read.encoding === undefined
    ? new ExplorerError('corrupt', 'The bytes are neither UTF-8 nor UTF-16.', 17) : undefined),
  viewError: ({ filter }) => (fail === 'view' && filter ? new ExplorerError('syntax', 'The pattern "(" has an open parenthesis.') : undefined),
  badRows: [
    { row: 41, offset: 2210, line: 55, reason: 'too-few-fields', message: '4 fields where 8 were expected' },
    { row: 9000, offset: 481_221, line: 11_302, reason: 'invalid-bytes', message: 'byte 0xFF is not UTF-8' },
  ],
})

const root = document.getElementById('root')
if (root) mountExplorer(root, { engine, source: 'generated.csv', defaultTheme: (asked.get('theme') ?? 'auto') as Theme })
