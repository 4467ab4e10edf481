// Sends a file to a site in pieces. What breaks is taken up where the site says it is; also after the page was loaded anew.

export interface UploadOptions {
  /** Takes {"name", "bytes"}, answers where the pieces go. */
  readonly url: string
  /** Against forged requests, as Django has it. */
  readonly token: string
  readonly onBytes: (bytes: number) => void
  readonly signal: AbortSignal
  /** Remembers uploads that are not done, by their files. */
  readonly storage?: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>
  /** Before trying again; grows with each time. */
  readonly pauseMs?: number
}

/** What has become of it. */
export interface Uploaded {
  readonly table: string
  readonly page: string
}

interface Said extends Partial<Uploaded> {
  readonly offset: number
}

/** Tries in a row that brought nothing. */
const triesMax = 5
const pieceBytes = 4 * 2 ** 20

/** The site's answer, not the connection, is what stands in the way. */
class Refusal extends Error {
  constructor(readonly status: number, message: string) { super(message) }
}

export async function upload(file: File, options: UploadOptions): Promise<Uploaded> {
  const { storage, onBytes, pauseMs = 1000 } = options
  const key = `sonde.upload ${file.name} ${file.size} ${file.lastModified}`
  const { where, said: first } = await begin(file, storage?.getItem(key) ?? null, options)
  storage?.setItem(key, where)
  let said = first
  for (let tries = 0; said.table === undefined || said.page === undefined;) {
    onBytes(said.offset)
    try {
      said = await send(file, where, said.offset, options)
      tries = 0
    } catch (error) {
      const isFinal = options.signal.aborted || (error instanceof Refusal && error.status < 500 && error.status !== 409)
      if (isFinal || ++tries === triesMax) throw error
      await pause(pauseMs * tries, options.signal)
      said = await ask('GET', where, undefined, options).catch(() => said)
    }
  }
  storage?.removeItem(key)
  return { table: said.table, page: said.page }
}

async function begin(file: File, remembered: string | null, options: UploadOptions): Promise<{ readonly where: string; readonly said: Said }> {
  const there = remembered === null ? undefined : await ask('GET', remembered, undefined, options).catch(() => undefined)
  if (remembered !== null && there) return { where: remembered, said: there }
  const { url, offset } = await ask('POST', options.url, JSON.stringify({ name: file.name, bytes: file.size }), options) as Said & { url: string }
  return { where: url, said: { offset } }
}

const send = (file: File, where: string, offset: number, options: UploadOptions): Promise<Said> =>
  ask('PATCH', `${where}?offset=${offset}`, file.slice(offset, offset + pieceBytes), options)

async function ask(method: string, url: string, body: BodyInit | undefined, { token, signal }: UploadOptions): Promise<Said> {
  const headers = { 'x-csrftoken': token, 'content-type': typeof body === 'string' ? 'application/json' : 'application/octet-stream' }
  const response = await fetch(new URL(url, location.href), { method, headers, signal, cache: 'no-store', ...(body !== undefined && { body }) })
  const said = await response.json().catch(() => ({})) as Said & { detail?: unknown }
  if (response.ok) return said
  throw new Refusal(response.status, typeof said.detail === 'string' ? said.detail : `the site answered ${response.status}`)
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => { clearTimeout(timer); reject(signal.reason as Error) }, { once: true })
  })
}
