import { expect, test } from 'vitest'
import { askedBy, linked } from '../../src/app/asked.ts'

const page = new URL('https://here.example/data/?theme=dark')
const pageWith = (query: string): URL => new URL(query, page)
const trips = { table: 'trips', sql: { url: new URL('https://here.example/v1/sql') } }

test('an address of the page asks for a table of its server, or a file', () => {
  expect(askedBy(pageWith('?table=trips'))).toEqual(trips)
  expect(askedBy(pageWith('?url=/v1/f/a.csv'))).toEqual({ url: new URL('https://here.example/v1/f/a.csv') })
  expect(askedBy(pageWith('?url=https://else.example/a.csv'))).toEqual({ url: new URL('https://else.example/a.csv') })
  expect(askedBy(page)).toBeUndefined()
})

test('the address of a page like this one opens what that page would; others are files', () => {
  expect(linked(pageWith('?table=trips'), page)).toEqual(trips)
  expect(linked(pageWith('?url=a.csv'), page)).toEqual({ url: new URL('https://here.example/data/a.csv') })
  for (const file of [new URL('https://here.example/a.csv?table=trips'), new URL('https://else.example/data/?table=trips'), page, 'a.csv'])
    expect(linked(file, page)).toBe(file)
})
