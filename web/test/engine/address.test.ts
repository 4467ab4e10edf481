// Signed addresses that expire while a file is read.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { RemoteFile } from '../../src/engine/api.ts'
import { openSource, type Source } from '../../src/engine/source.ts'
import { specOf } from '../../src/engine/spec.ts'

const { signal } = new AbortController()
const file = Uint8Array.from({ length: 200_000 }, (_, i) => i % 251)

/** The signature that the server accepts, and what the site answers to those who ask for it. */
let valid: string
let site: { status: number; body: string } | undefined
let requests: string[]
let base: string
let stop: () => Promise<void>

function answer(request: IncomingMessage, response: ServerResponse): void {
  requests.push(request.url!)
  if (request.url === '/sign') {
    const { status, body } = site ?? { status: 200, body: JSON.stringify({ url: `/file.parquet?sig=${valid}` }) }
    return void response.writeHead(status).end(body)
  }
  if (request.url !== `/file.parquet?sig=${valid}`) return void response.writeHead(403).end()
  const [, begin, end] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '')!.map(Number)
  response.writeHead(206, { 'content-range': `bytes ${begin}-${end}/${file.length}`, etag: '"1"' }).end(file.subarray(begin, end! + 1))
}

beforeEach(async () => {
  valid = 'a'
  site = undefined
  requests = []
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  stop = () => new Promise((resolve) => { server.close(() => resolve()); server.closeAllConnections() })
})
afterEach(() => stop())

const open = (refresh?: RemoteFile['refresh']): Promise<Source> =>
  openSource(specOf({ url: `${base}/file.parquet?sig=a`, ...(refresh !== undefined && { refresh }) }, undefined).spec, signal)
const asked = (): number => requests.filter((url) => url === '/sign').length
const refused = (words: RegExp): object => ({ code: 'bytes', message: expect.stringMatching(words) as string })

describe('an address that has expired', () => {
  test('is replaced by the next one, and the read goes on', async () => {
    const source = await open(`${base}/sign`)
    valid = 'b'
    expect(await source.read(100_000, 10, signal)).toEqual(file.subarray(100_000, 100_010))
    expect(requests).toEqual(['/file.parquet?sig=a', '/file.parquet?sig=a', '/sign', '/file.parquet?sig=b'])
    expect(await source.read(150_000, 10, signal)).toEqual(file.subarray(150_000, 150_010))
    expect(asked()).toBe(1)
  })

  test('before the file was opened is replaced as well', async () => {
    valid = 'b'
    expect((await open(`${base}/sign`)).size).toBe(200_000)
  })

  test('is asked for once by all who read', async () => {
    const source = await open(`${base}/sign`)
    valid = 'b'
    const offsets = [70_000, 90_000, 110_000, 130_000]
    const pieces = await Promise.all(offsets.map((offset) => source.read(offset, 10, signal)))
    expect(pieces).toEqual(offsets.map((offset) => file.subarray(offset, offset + 10)))
    expect(asked()).toBe(1)
  })

  test('expires for other workers too, each of which asks for itself', async () => {
    const source = await open(`${base}/sign`)
    const second = await openSource(source.share().spec, signal)
    valid = 'b'
    expect(await second.read(70_000, 10, signal)).toEqual(file.subarray(70_000, 70_010))
    expect(await source.read(70_000, 10, signal)).toEqual(file.subarray(70_000, 70_010))
  })

  test('comes anew from a function of the host, also for a second worker', async () => {
    const next = vi.fn(async () => `${base}/file.parquet?sig=${valid}`)
    const source = await open(next)
    const second = await openSource(source.share().spec, signal)
    expect(next).not.toHaveBeenCalled()
    valid = 'b'
    expect(await source.read(70_000, 10, signal)).toEqual(file.subarray(70_000, 70_010))
    valid = 'c'
    expect(await second.read(70_000, 10, signal)).toEqual(file.subarray(70_000, 70_010))
    expect(next).toHaveBeenCalledTimes(2)
    for (const each of [source, second]) each.close()
  })

  test('that nobody replaces is reported', async () => {
    const source = await open()
    valid = 'b'
    await expect(source.read(100_000, 10, signal)).rejects.toMatchObject(refused(/file\.parquet.*answered 403/))
  })

  test('is not asked for a second time when the next one is refused too', async () => {
    const source = await open(`${base}/sign`)
    site = { status: 200, body: '{"url": "/file.parquet?sig=wrong"}' }
    valid = 'b'
    await expect(source.read(100_000, 10, signal)).rejects.toMatchObject(refused(/answered 403/))
    expect(asked()).toBe(1)
  })

  test('says why the site gives none', async () => {
    const source = await open(`${base}/sign`)
    valid = 'b'
    site = { status: 401, body: '{"code": "signed_out", "detail": "sign in and try again"}' }
    await expect(source.read(100_000, 10, signal)).rejects.toMatchObject(refused(/file\.parquet.*sign in and try again/))
    site = { status: 200, body: '<html>Sign in' }
    await expect(source.read(100_000, 10, signal)).rejects.toMatchObject(refused(/sign in/))
    site = undefined
    expect(await source.read(100_000, 10, signal)).toEqual(file.subarray(100_000, 100_010))
  })

  test('says why a function gives none', async () => {
    const source = await open(() => Promise.reject(new Error('you left the group')))
    valid = 'b'
    await expect(source.read(100_000, 10, signal)).rejects.toMatchObject(refused(/you left the group/))
    source.close()
  })

  test('does not hold up who no longer waits', async () => {
    const source = await open(() => new Promise(() => {}))
    valid = 'b'
    const leaving = new AbortController()
    const read = source.read(100_000, 10, leaving.signal)
    setTimeout(() => leaving.abort(new Error('left')), 20)
    await expect(read).rejects.toThrow('left')
    source.close()
  })
})
