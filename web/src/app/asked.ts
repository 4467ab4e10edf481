// What an address of this page asks for: ?url=FILE, or ?table=NAME of its server.
import type { RemoteFile, ServerTable } from '../engine/api.ts'
import type { Source } from '../model/index.ts'

export function askedBy(page: URL): ServerTable | RemoteFile | undefined {
  const table = page.searchParams.get('table')
  if (table) return { table, sql: { url: new URL('/v1/sql', page) } }
  const url = page.searchParams.get('url')
  return url ? { url: URL.canParse(url, page) ? new URL(url, page) : url } : undefined
}

/** A reader may paste the address of a page like this one where a file's is asked for. */
export function linked(source: Source, page: URL = new URL(location.href)): Source {
  const isPage = source instanceof URL && source.origin === page.origin && source.pathname === page.pathname
  return (isPage && askedBy(source)) || source
}
