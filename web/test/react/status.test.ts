// The line below the grid, as it is first drawn.
import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import type { TableInfo } from '../../src/engine/api.ts'
import { createExplorer } from '../../src/model/index.ts'
import { StatusLine } from '../../src/react/StatusLine.tsx'
import { fakeEngine, generated } from '../fake-engine.ts'

/** While a table of that format is read. */
async function lineOf(format: TableInfo['format']): Promise<string> {
  const model = createExplorer({ engine: fakeEngine(generated(50_000), { delay: 1000 }) })
  await model.open('https://example.org/fruit.csv')
  const state = model.getSnapshot()
  expect(state.scan).toBe('running')
  return renderToStaticMarkup(createElement(StatusLine, { model, state: { ...state, info: { ...state.info!, format } }, notice: '', onCopy: () => {} }))
}

test('what is read here can be stopped, what a server reads for everybody cannot', async () => {
  expect(await lineOf('csv')).toContain('Stop scan')
  const there = await lineOf('server')
  expect(there).toContain('counting…')
  expect(there).toContain('<progress')
  expect(there).not.toContain('Stop scan')
})
