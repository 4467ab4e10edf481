import { mkdtempSync, openAsBlob, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, describe, test, vi } from 'vitest'
import type { ByteSource } from '../../src/engine/api.ts'
import { openSource } from '../../src/engine/source.ts'
import { serveSource } from '../../src/engine/source-port.ts'
import { specOf } from '../../src/engine/spec.ts'

const { signal } = new AbortController()
const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i % 251)
const text = (part: Uint8Array): number[] => [...part]

describe('a blob', () => {
  test('reads exactly the range, counts bytes and can be shared', async () => {
    const source = await openSource({ kind: 'blob', name: 'x', blob: new Blob([bytes]) }, signal)
    expect(source.size).toBe(1000)
    expect(text(await source.read(300, 5, signal))).toEqual([49, 50, 51, 52, 53])
    expect(source.bytesRead).toBe(5)
    const again = await openSource(source.share().spec, signal)
    expect(text(await again.read(0, 2, signal))).toEqual([0, 1])
  })

  test.each([
    ['shrinks', (path: string) => truncateSync(path, 10)],
    ['changes', (path: string) => writeFileSync(path, new Uint8Array(2000))],
  ])('of a file that %s fails and names the file', async (_, change) => {
    const path = join(mkdtempSync(join(tmpdir(), 'sonde-')), 'rows.csv')
    writeFileSync(path, bytes)
    const source = await openSource({ kind: 'blob', name: 'rows.csv', blob: await openAsBlob(path) }, signal)
    expect(await source.read(0, 1, signal)).toHaveLength(1)
    change(path)
    await expect(source.read(500, 100, signal)).rejects.toMatchObject({ code: 'bytes', message: expect.stringContaining('rows.csv') as string })
  })
})

describe('a ByteSource of the host', () => {
  const open = (source: ByteSource): ReturnType<typeof openSource> =>
    openSource({ kind: 'port', name: source.key, size: source.size, port: serveSource(source) }, signal)

  test('is read through a port, also by a second worker', async () => {
    const source = await open({ key: 'mine', size: 1000, read: async (offset, length) => bytes.subarray(offset, offset + length) })
    const second = await openSource(source.share().spec, signal)
    expect(text(await source.read(2, 2, signal))).toEqual([2, 3])
    expect(text(await second.read(4, 2, signal))).toEqual([4, 5])
    second.close()
    source.close()
  })

  test('that gives too few bytes or fails is reported by its name', async () => {
    const short = await open({ key: 'short', size: 1000, read: async () => bytes.subarray(0, 3) })
    await expect(short.read(0, 10, signal)).rejects.toMatchObject({ code: 'bytes', message: expect.stringContaining('short') as string })
    const broken = await open({ key: 'broken', size: 1000, read: async () => { throw new Error('cable unplugged') } })
    await expect(broken.read(0, 10, signal)).rejects.toMatchObject({ code: 'bytes', message: expect.stringMatching(/broken.*cable unplugged/) as string })
    short.close()
    broken.close()
  })

  test('is told when a read is no longer wanted', async () => {
    let inner: AbortSignal | undefined
    const source = await open({ key: 'slow', size: 10, read: (_, __, options) => { inner = options?.signal; return new Promise(() => {}) } })
    const controller = new AbortController()
    const reading = source.read(0, 1, controller.signal)
    await vi.waitFor(() => expect(inner).toBeDefined())
    controller.abort(new Error('enough'))
    await expect(reading).rejects.toThrow('enough')
    await vi.waitFor(() => expect(inner?.aborted).toBe(true))
    source.close()
  })
})

describe('what a host opens', () => {
  test('is named after what it is', () => {
    expect(specOf(new URL('https://example.org/a/b%20c.csv?x=1'), undefined).spec).toMatchObject({ kind: 'url', name: 'b c.csv' })
    expect(specOf(new File(['a'], 'f.csv'), undefined).spec).toMatchObject({ kind: 'port', name: 'f.csv', size: 1 })
    expect(specOf(bytes, 'mine').spec).toMatchObject({ kind: 'blob', name: 'mine' })
    expect(() => specOf(7 as unknown as string, undefined)).toThrow('open takes')
  })
})
