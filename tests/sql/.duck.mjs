import { DuckDBInstance } from '@duckdb/node-api'
import { readFileSync } from 'node:fs'
const c = await (await DuckDBInstance.create(':memory:')).connect()
const stmts = readFileSync(0,'utf8').split(';').map(s=>s.trim()).filter(Boolean)
for (const s of stmts) {
  console.log('> '+s)
  try { const r = await c.runAndReadAll(s); const names=r.columnNames(), types=r.columnTypes().map(String)
    console.log('  '+names.map((n,i)=>n+':'+types[i]).join(' | '))
    for (const row of r.getRows()) console.log('  '+row.map(v=>v===null?'NULL':(typeof v==='object'?String(v):String(v))).join(' | '))
  } catch(e){ console.log('  ERR '+e.message.split('\n').slice(0,2).join(' / ')) }
}
