import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { openSource, type Source } from '../../src/engine/source.ts'

const { signal } = new AbortController()
const file = Uint8Array.from({ length: 200_000 }, (_, i) => i % 251)

interface Behaviour {
  ranges: boolean
  hideSize: boolean
  etag: string | undefined
  /** Bytes that are missing from each ranged answer. */
  short: number
  status: number | undefined
  body: Uint8Array
}

let behaviour: Behaviour
let requests: string[]
let base: string
let stop: () => Promise<void>

function answer(request: IncomingMessage, response: ServerResponse): void {
  const { ranges, hideSize, etag, short, status, body } = behaviour
  const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '')
  requests.push(`${request.method} ${request.headers.range ?? ''}`.trim())
  if (etag !== undefined) response.setHeader('etag', etag)
  if (status !== undefined) return void response.writeHead(status).end()
  if (request.method === 'HEAD') return void response.writeHead(200, { 'content-length': body.length }).end()
  if (!ranges || !range) return void response.writeHead(200, { 'content-length': body.length }).end(body)
  const [begin, end] = [Number(range[1]), Math.min(Number(range[2]) + 1, body.length)]
  if (begin >= body.length) return void response.writeHead(416).end()
  if (!hideSize) response.setHeader('content-range', `bytes ${begin}-${end - 1}/${body.length}`)
  response.writeHead(206).end(body.subarray(begin, end - short))
}

beforeEach(async () => {
  behaviour = { ranges: true, hideSize: false, etag: '"1"', short: 0, status: undefined, body: file }
  requests = []
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  stop = () => new Promise((resolve) => { server.close(() => resolve()); server.closeAllConnections() })
})
afterEach(() => stop())

const open = (name = 'trips.parquet'): Promise<Source> => openSource({ kind: 'url', name, url: `${base}/${name}` }, signal)
const bytesError = (words: RegExp): object => ({ code: 'bytes', message: expect.stringMatching(words) as string })

describe('a file on a server', () => {
  test('costs one request to open; what that brought is not fetched again', async () => {
    const source = await open()
    expect(source.size).toBe(200_000)
    expect(await source.read(0, 65536, signal)).toEqual(file.subarray(0, 65536))
    expect(requests).toEqual(['GET bytes=0-65535'])
    expect(await source.read(60_000, 10_000, signal)).toEqual(file.subarray(60_000, 70_000))
    expect(await source.read(150_000, 10, signal)).toEqual(file.subarray(150_000, 150_010))
    expect(requests.slice(1)).toEqual(['GET bytes=65536-69999', 'GET bytes=150000-150009'])
    expect(source.bytesRead).toBe(65536 + 4464 + 10)
    expect(source.requests).toBe(3)
  })

  test('of CSV is asked at once for what its first rows are read from', async () => {
    await (await open('trips.csv')).read(0, 200_000, signal)
    expect(requests).toEqual(['GET bytes=0-262143'])
  })

  test('is opened by a second worker without asking again', async () => {
    const second = await openSource((await open()).share().spec, signal)
    expect(second.size).toBe(200_000)
    expect(requests).toHaveLength(1)
    expect(await second.read(10, 3, signal)).toEqual(file.subarray(10, 13))
  })

  test('whose size is hidden is asked by HEAD', async () => {
    behaviour.hideSize = true
    expect((await open()).size).toBe(200_000)
    expect(requests).toEqual(['GET bytes=0-65535', 'HEAD'])
  })

  test('shorter than the first range needs no HEAD', async () => {
    Object.assign(behaviour, { hideSize: true, body: file.subarray(0, 100) })
    expect((await open()).size).toBe(100)
    expect(requests).toHaveLength(1)
  })

  test('that is empty has no rows instead of an error', async () => {
    behaviour.body = new Uint8Array(0)
    expect((await open()).size).toBe(0)
  })

  test('of a server without ranges is kept whole, and the user told', async () => {
    behaviour.ranges = false
    const source = await open()
    expect(source.notes).toEqual([expect.stringContaining('Range')])
    expect(await source.read(199_000, 1000, signal)).toEqual(file.subarray(199_000))
    expect(requests).toHaveLength(1)
  })

  test('that changes while it is read is reported', async () => {
    const source = await open()
    behaviour.etag = '"2"'
    await expect(source.read(100_000, 10, signal)).rejects.toMatchObject(bytesError(/trips\.parquet.*changed/))
  })

  test('that becomes shorter is reported', async () => {
    const source = await open()
    behaviour.body = file.subarray(0, 100_000)
    await expect(source.read(90_000, 20_000, signal)).rejects.toMatchObject(bytesError(/trips\.parquet.*changed/))
  })

  test('whose answer is too short is not believed', async () => {
    const source = await open()
    Object.assign(behaviour, { short: 3, hideSize: true })
    await expect(source.read(100_000, 10, signal)).rejects.toMatchObject(bytesError(/7 of 10 bytes/))
  })

  test('that is not there, or whose server is down, says so', async () => {
    behaviour.status = 404
    await expect(open()).rejects.toMatchObject(bytesError(/trips\.parquet.*404/))
    await stop()
    await expect(open()).rejects.toMatchObject(bytesError(/trips\.parquet.*CORS/))
    stop = async () => {}
  })
})

test('what a scan reads lets pages go first', async () => {
  behaviour.body = new Uint8Array(2 ** 22)
  const source = await open()
  const fetched = vi.spyOn(globalThis, 'fetch')
  for (const length of [2 ** 21, 1000]) await source.read(2 ** 20, length, signal)
  expect(fetched.mock.calls.map(([, init]) => init?.priority)).toEqual(['low', 'high'])
  fetched.mockRestore()
})
