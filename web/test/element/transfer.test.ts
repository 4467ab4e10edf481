// What the element asks of a site and its server, and what it makes of the answers.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { fetchOffer, type Offer } from '../../src/element/offer.ts'
import { fetchWhole } from '../../src/element/transfer.ts'

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void

const { signal } = new AbortController()
const json = (status: number, body: object): Answer => (_, response) => void response.writeHead(status).end(JSON.stringify(body))
const text = (body: string): Answer => (_, response) => void response.end(body)
const nothing = () => {}
let answers: Record<string, Answer>
let stop: () => Promise<void>

beforeEach(async () => {
  answers = {}
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (piece: Buffer) => { body += piece })
    request.on('end', () => (answers[request.url!] ?? json(404, {}))(request, response, body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  vi.stubGlobal('location', { href: `http://127.0.0.1:${(server.address() as AddressInfo).port}/page/` })
  stop = () => new Promise((resolve) => { server.close(() => resolve()); server.closeAllConnections() })
})
afterEach(async () => {
  vi.unstubAllGlobals()
  await stop()
})

const at = (path: string): string => new URL(path, location.href).href
const offer: Offer = {
  name: 'sales', title: 'Sales', bytes: 9, way: 'whole', reason: 'it is little', ways: ['whole', 'server'],
  files: [{ name: 'a.csv', bytes: 4, url: '/a?sig=1', refresh: '/sign?a' }, { name: 'b.csv', bytes: 5, url: '/b?sig=1', refresh: '/sign?b' }],
  sql: { url: '/sql?sig=1', refresh: '/sign' },
}

test('an offer is read; a refusal is told in the words of the site', async () => {
  answers = { '/offer': json(200, offer), '/not': json(404, { detail: 'there is no table sales, or it is not for you' }), '/html': text('<html>Sign in') }
  expect(await fetchOffer(at('/offer'), signal)).toEqual(offer)
  await expect(fetchOffer(at('/not'), signal)).rejects.toThrow('not for you')
  await expect(fetchOffer(at('/html'), signal)).rejects.toThrow('sign in')
})

test('the files of a table are fetched whole, in their order, telling how far it is', async () => {
  answers = { '/a?sig=1': text('a\n1\n'), '/b?sig=1': text('a\n22\n') }
  const told: number[] = []
  const files = await fetchWhole(offer, (bytes) => told.push(bytes), signal)
  expect(await Promise.all(files.map(async (file) => [file.name, await file.text()]))).toEqual([['a.csv', 'a\n1\n'], ['b.csv', 'a\n22\n']])
  expect(told).toEqual([4, 9])
})

test('an address that has expired is replaced; a file that is not there is named', async () => {
  answers = { '/a?sig=1': text('a\n1\n'), '/b?sig=1': json(403, {}), '/sign?b': json(200, { url: '/b?sig=2' }), '/b?sig=2': text('a\n22\n') }
  expect((await fetchWhole(offer, nothing, signal)).map((file) => file.size)).toEqual([4, 5])
  answers['/b?sig=2'] = json(404, {})
  await expect(fetchWhole(offer, nothing, signal)).rejects.toThrow('b.csv: the server answered 404')
})

test('a broken answer is not taken for a whole one', async () => {
  answers = {
    '/a?sig=1': (_, response) => {
      response.write('a\n')
      setTimeout(() => response.destroy(), 20)
    },
  }
  await expect(fetchWhole(offer, nothing, signal)).rejects.toThrow()
})

test('what nobody waits for any more is stopped', async () => {
  const leaving = new AbortController()
  answers['/a?sig=1'] = () => leaving.abort(new Error('left'))
  await expect(fetchWhole(offer, nothing, leaving.signal)).rejects.toThrow('left')
})
