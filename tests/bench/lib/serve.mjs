// Serves the built pages on 127.0.0.1, without the headers that make a page cross-origin isolated unless it asks for them.
import { createReadStream, existsSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'

const types = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm', '.css': 'text/css' }

const page = (title) => `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>${title}</title><link rel="icon" href="data:,">
<style>body{font:13px sans-serif} td{padding:2px 6px;white-space:nowrap;max-width:220px;overflow:hidden}</style>
<input type="file" id="file" multiple><table id="grid"></table>
<script type="module" src="contender.js"></script></html>`

const isolation = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' }

/** Resolves to { url, close() }; `url` + a contender's name + "/" is its page, unless there is an index.html. */
export function servePages(folder, { isolated = [] } = {}) {
  const server = createServer((request, response) => {
    let path = normalize(decodeURIComponent(new URL(request.url, 'http://localhost').pathname))
    if (path.endsWith('/') && existsSync(join(folder, path, 'index.html'))) path += 'index.html'
    if (isolated.includes(path.split('/')[1])) for (const [name, value] of Object.entries(isolation)) response.setHeader(name, value)
    if (/^\/[\w-]+\/$/.test(path)) {
      response.writeHead(200, { 'content-type': 'text/html' }).end(page(path.slice(1, -1)))
      return
    }
    const file = join(folder, path)
    if (!existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404).end()
      return
    }
    response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream', 'content-length': statSync(file).size })
    createReadStream(file).pipe(response)
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve({ url: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() })
    })
  })
}
