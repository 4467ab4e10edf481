// Uploads in pieces against a site that loses connections, bytes and patience.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { upload, type UploadOptions } from '../../src/element/upload.ts'

const content = Uint8Array.from({ length: 9 * 2 ** 20 }, (_, i) => i % 251)
const file = new File([content], 'trips.csv', { lastModified: 1 })
/** What has arrived, and how much of it. */
let received: Buffer
let there: number
let requests: string[]
/** The next answers to pieces: 'cut' takes a part and breaks the connection, a number is a status. */
let faults: ('cut' | number)[]
let known: boolean
let stop: () => Promise<void>

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  requests.push(`${request.method} ${request.url}`)
  const say = (status: number, body: object) => void response.writeHead(status).end(JSON.stringify(body))
  if (request.headers['x-csrftoken'] !== 'token') return say(403, {})
  if (request.method === 'POST') {
    known = true
    there = 0
    return say(201, { url: '/uploads/1/', offset: 0 })
  }
  if (!known) return say(404, { detail: 'there is no such upload of yours' })
  if (request.method === 'PATCH') {
    const fault = faults.shift()
    if (typeof fault === 'number') return say(fault, { detail: 'refused' })
    if (Number(new URL(request.url!, 'http://site').searchParams.get('offset')) !== there) return say(409, { detail: 'offset' })
    for await (const piece of request as AsyncIterable<Buffer>) {
      there += piece.copy(received, there)
      if (fault === 'cut') return void request.socket.destroy()
    }
  }
  say(200, { offset: there, ...(there === file.size && { table: 'trips', page: '/tables/trips/' }) })
}

beforeEach(async () => {
  ;[received, there, requests, faults, known] = [Buffer.alloc(file.size), 0, [], [], false]
  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  vi.stubGlobal('location', { href: `http://127.0.0.1:${(server.address() as AddressInfo).port}/page/` })
  stop = () => new Promise((resolve) => { server.close(() => resolve()); server.closeAllConnections() })
})
afterEach(async () => {
  vi.unstubAllGlobals()
  await stop()
})

function send(changes: Partial<UploadOptions> = {}): ReturnType<typeof upload> {
  return upload(file, { url: '/uploads/', token: 'token', onBytes: () => {}, signal: new AbortController().signal, pauseMs: 1, ...changes })
}

function memory(entries: readonly (readonly [string, string])[] = []) {
  const map = new Map(entries)
  return { map, getItem: (key: string) => map.get(key) ?? null, setItem: (key: string, value: string) => void map.set(key, value), removeItem: (key: string) => void map.delete(key) }
}
const key = `sonde.upload trips.csv ${file.size} 1`

test('a file goes in pieces of 4 MiB and becomes a table', async () => {
  const told: number[] = []
  expect(await send({ onBytes: (bytes) => told.push(bytes) })).toEqual({ table: 'trips', page: '/tables/trips/' })
  expect(received.equals(content)).toBe(true)
  expect(requests).toEqual(['POST /uploads/', 'PATCH /uploads/1/?offset=0', 'PATCH /uploads/1/?offset=4194304', 'PATCH /uploads/1/?offset=8388608'])
  expect(told).toEqual([0, 4194304, 8388608])
})

test('what breaks goes on where the site says it is', async () => {
  faults = ['cut', 503, 'cut', 409]
  await send()
  expect(received.equals(content)).toBe(true)
})

test('a refusal is told at once, and what never works is given up', async () => {
  faults = [413]
  await expect(send()).rejects.toThrow('refused')
  expect(requests.filter((request) => request.startsWith('PATCH'))).toHaveLength(1)
  faults = [503, 503, 503, 503, 503, 503]
  await expect(send()).rejects.toThrow('refused')
  expect(faults).toHaveLength(1)
})

test('an upload that was left is taken up again, one that the site forgot begins anew', async () => {
  const storage = memory([[key, '/uploads/1/']])
  ;[known, there] = [true, 5_000_000]
  received.set(content.subarray(0, there))
  await send({ storage })
  expect(received.equals(content)).toBe(true)
  expect(requests.slice(0, 2)).toEqual(['GET /uploads/1/', 'PATCH /uploads/1/?offset=5000000'])
  expect(storage.map.size).toBe(0)

  ;[known, requests] = [false, []]
  await send({ storage: memory([[key, '/uploads/1/']]) })
  expect(requests.slice(0, 2)).toEqual(['GET /uploads/1/', 'POST /uploads/'])
})

test('one that is stopped is remembered', async () => {
  const stopped = new AbortController()
  const storage = memory()
  const sent = send({ storage, signal: stopped.signal, onBytes: (bytes) => bytes > 0 && stopped.abort(new Error('stopped')) })
  await expect(sent).rejects.toThrow('stopped')
  expect(storage.map.get(key)).toBe('/uploads/1/')
})
