// Rows as a file that the server writes.
import { ExplorerError, type ExportOptions } from '../engine/api.ts'
import type { AnswerForm, Client } from './client.ts'
import type { ServerRows } from './server-rows.ts'

/** Made as fast as it is read; cancelling the stream, or the signal, stops the server. */
export function exported(client: Client, rows: ServerRows, options: ExportOptions): ReadableStream<Uint8Array<ArrayBuffer>> {
  const ending = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, ending.signal]) : ending.signal
  let reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> | undefined
  return new ReadableStream({
    async pull(controller) {
      reader ??= (await client.sql({ sql: rows.sql(options.columns), format: formOf(options) }, signal)).body!.getReader()
      const { done, value } = await reader.read()
      if (done) controller.close()
      else controller.enqueue(value)
    },
    cancel: (reason) => ending.abort(reason),
  }, { highWaterMark: 0 })
}

function formOf({ format, delimiter = ',', quote = '"', header = true, crlf = true, alwaysQuote, nullText, guardFormulas }: ExportOptions): AnswerForm {
  if (format === 'parquet') return 'parquet'
  if (format === 'arrow stream') return 'arrow'
  const isPlain = delimiter === ',' && quote === '"' && header && crlf && !alwaysQuote && !nullText && !guardFormulas
  if (format === 'csv' && isPlain) return 'csv'
  throw new ExplorerError('unsupported', 'the server writes Parquet, Arrow streams, and CSV with commas and names')
}
