// What a server is asked over HTTP. Aborting closes the connection, and the server stops working for it.
import { addressOf, fetchAt } from '../engine/address.ts'
import { ExplorerError, type ErrorCode, type Progress, type RemoteFile } from '../engine/api.ts'
import { orAborted } from '../engine/deferred.ts'
import type { UrlSpec } from '../engine/source.ts'
import { specOf } from '../engine/spec.ts'

export type AnswerForm = 'csv' | 'arrow' | 'parquet'

export interface SqlRequest {
  readonly sql: string
  readonly format: AnswerForm
  /** JSON texts. */
  readonly params?: string
  readonly timezone?: string
  readonly limits?: { readonly bytes?: number }
}

export interface Client {
  /** `path` behind /v1, `query` without the signature's part. */
  get(path: string, query: string, signal?: AbortSignal): Promise<Response>
  sql(request: SqlRequest, signal?: AbortSignal): Promise<Response>
  /** Bodies that are read by these are counted. */
  text(response: Response): Promise<string>
  bytes(response: Response): Promise<Uint8Array<ArrayBuffer>>
  /** What it has cost so far. */
  readonly cost: Progress
  close(): void
}

/** When all workers are busy and the queue is full: so often is asked again. */
const retries = 4

export function connect(at: RemoteFile, name: string, onCost: (cost: Progress) => void = () => {}): Client {
  const address = addressOf(specOf(at, name).spec as UrlSpec)
  let bytesRead = 0
  let requests = 0
  const cost = (): Progress => ({ phase: 'idle', doneBytes: 0, totalBytes: 0, rows: 0, bytesRead, requests, memoryBytes: 0 })

  /** What a connection that fails is to fetch. */
  function told(error: unknown): never {
    if (!(error instanceof TypeError)) throw error
    throw new ExplorerError('bytes', `${name}: the server did not answer, or not to the end: ${error.message}`)
  }

  async function ask(path: string, query: string, init: RequestInit, signal = new AbortController().signal): Promise<Response> {
    for (let left = retries; ; left--) {
      requests++
      const response = await fetchAt(address, { ...init, signal }, (url) => besideSql(url, path, query)).catch(told)
      if (response.ok) return response
      const after = response.headers.get('retry-after')
      if (response.status !== 503 || after === null || left === 0) throw await problemIn(response)
      void response.body?.cancel()
      await pause(Number(after) * 1000, signal)
    }
  }

  async function bytes(response: Response): Promise<Uint8Array<ArrayBuffer>> {
    const body = new Uint8Array(await response.arrayBuffer().catch(told))
    bytesRead += body.length
    onCost(cost())
    return body
  }

  return {
    get: (path, query, signal) => ask(path, query, {}, signal),
    sql({ params, ...request }, signal) {
      const body = JSON.stringify(request)
      return ask('/sql', '', {
        method: 'POST', headers: { 'content-type': 'application/json' },
        body: params === undefined ? body : `${body.slice(0, -1)},"params":${params}}`,
      }, signal)
    },
    text: async (response) => new TextDecoder().decode(await bytes(response)),
    bytes,
    get cost() { return cost() },
    close: address.close,
  }
}

/** Another address of the same server, under the same signature. */
function besideSql(sql: string, path: string, query: string): string {
  const url = new URL(sql)
  url.pathname = url.pathname.replace(/\/sql\/?$/, '') + path
  url.search = [url.search.slice(1), query].filter(Boolean).join('&')
  return url.href
}

/** Codes of problem bodies that are also the engine's. */
const shared: readonly string[] = ['limit', 'syntax', 'name', 'type', 'value', 'unsupported', 'corrupt'] satisfies ErrorCode[]

/** What went wrong, as RFC 9457 has it, with what to do about it. */
async function problemIn(response: Response): Promise<ExplorerError> {
  const said = await response.json().catch(() => ({})) as Partial<Record<'code' | 'detail' | 'hint' | 'position', unknown>>
  const sentences = [said.detail, said.hint].filter((text) => typeof text === 'string')
  const code = shared.find((each) => each === said.code) ?? (String(said.code).startsWith('limit_') ? 'limit' : 'bytes')
  const message = sentences.length > 0 ? sentences.join('; ') : `the server answered ${response.status}`
  return new ExplorerError(code as ErrorCode, message, typeof said.position === 'number' ? said.position : undefined)
}

export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await orAborted(new Promise((resolve) => setTimeout(resolve, ms)), signal)
}
