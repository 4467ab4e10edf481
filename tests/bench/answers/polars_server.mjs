// The same three endpoints on Polars behind Node: the table is read once, and asked on Polars' own threads.
//   node polars_server.mjs TABLE.csv PORT
import { createServer } from 'node:http'
import pl from 'nodejs-polars'

const table = pl.readCSV(process.argv[2], { dtypes: { zip: pl.Utf8 } })
const answers = {
  '/page': (q) => table.slice(Number(q.get('first')), 100),
  '/filter': (q) => table.lazy().filter(pl.col('status').eq(pl.lit(q.get('status'))).and(pl.col('price').gt(Number(q.get('above'))))).limit(100).collect(),
  '/group': (q) => table.lazy().filter(pl.col('price').gt(Number(q.get('above')))).groupBy('city').agg(pl.col('id').count().alias('n'), pl.col('balance').mean().alias('mean')).collect(),
}
createServer(async (request, response) => {
  const url = new URL(request.url, 'http://localhost')
  const rows = await answers[url.pathname](url.searchParams)
  response.writeHead(200, { 'content-type': 'application/json' }).end(rows.writeJSON({ format: 'json' }))
}).listen(Number(process.argv[3]), '127.0.0.1', () => console.log('ready'))
