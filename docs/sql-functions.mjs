// The reference page of SQL's functions, from the engine's registry; each example is run and its answer shown. And what a page
// completes, for which the module of people's downloads has no room: web/src/engine/function-list.ts.
//   SONDE_BIN=build/debug/proxy/sonde node docs/sql-functions.mjs     writes both
// `functionsPage` answers the page without writing it, and throws when an example fails.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { cellText } from '../tests/sql/lib/cells.mjs'
import { createEngine } from '../tests/sql/lib/native.mjs'

const table = `t(a, b, x, y) AS (VALUES (1, 'one', 1.0::DOUBLE, 2.1::DOUBLE), (2, 'two', 2.0, 3.9), (2, 'two', 3.0, 6.2), (NULL, 'none', 4.0, 7.8), (5, 'five', 5.0, 10.1))`
/** What is another answer whenever it is asked. */
const varying = new Set(['random', 'gen_random_uuid', 'uuidv7', 'uuid_extract_timestamp', 'now', 'current_date', 'current_localtime', 'current_localtimestamp'])

/** The comments of the registry are the topics of the functions that follow. */
function topics() {
  const source = readFileSync(new URL('../core/plan/function_table.h', import.meta.url), 'utf8')
  const lines = source.split('\n').slice(1).filter((line) => /^(\/\*|FN\()/.test(line))
  const list = []
  for (const line of lines) {
    const [, title] = /^\/\* (.*)\. \*\/$/.exec(line) ?? []
    if (title) list.push({ title, count: 0 })
    else list.at(-1).count++
  }
  return list
}

const registry = (binary) => {
  const { status, stdout, stderr } = spawnSync(binary, ['query', '--functions'], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout)
}

const isSign = (name) => !/^[a-z_]\w*$/.test(name)

/** "text,int?" is (text, [int]), "T*" is (T, …). */
function signature({ name, parameters }) {
  if (isSign(name)) return name
  return parameters.split('|').map((list) => `${name}(${list.split(',').filter(Boolean).map(parameter).join(', ')})`).join('`<br>`')
}

function parameter(type) {
  if (type.endsWith('?')) return `[${type.slice(0, -1)}]`
  return type.endsWith('*') ? `${type.slice(0, -1)}, …` : type
}

const cell = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
/** Code in which no character means something else. */
const code = (text) => (text.includes('`') ? `\`\` ${cell(text)} \`\`` : `\`${cell(text)}\``)

/** Floating point as 15 digits, in which all machines agree; all else as the engine itself writes it as text. */
async function answerOf({ name, kind, example }, engine) {
  const from = { scalar: '', aggregate: ' FROM t', window: ' FROM t ORDER BY x' }[kind]
  const query = (item) => engine.query(`WITH ${table} SELECT ${item}${from}`, [])
  const { error, columns } = await query(example)
  if (error && name === 'error') return `the error ${code(error.replace(/ \(at byte \d+\)$/, ''))}`
  if (error) throw new Error(`the example of ${name} fails: ${example}\n  ${error}`)
  if (varying.has(name)) return 'varies'
  const { type } = columns[0]
  const { rows } = await query(/FLOAT|DOUBLE/.test(type) ? example : `(${example})::VARCHAR`)
  return code(rows.map(([value]) => cellText(value, type)).join('; '))
}

function namesOf(aliases) {
  const others = new Map()
  for (const [alias, name] of Object.entries(aliases)) others.set(name, [...(others.get(name) ?? []), alias])
  return (name) => (others.has(name) ? ` Also: ${others.get(name).map(code).join(', ')}.` : '')
}

export async function functionsPage(binary) {
  const { functions, aliases } = registry(binary)
  const also = namesOf(aliases)
  const engine = createEngine()
  const described = new Set()
  const failures = []
  const parts = [head]
  let at = 0
  for (const { title, count } of topics()) {
    parts.push(`## ${title}`, '', '| function | | example | answer |\n| --- | --- | --- | --- |')
    for (const each of functions.slice(at, at += count)) {
      const answer = await answerOf(each, engine).catch((error) => void failures.push(error.message))
      const names = described.has(each.name) ? '' : also(each.name)
      described.add(each.name)
      parts.push(`| \`${cell(signature(each))}\` | ${cell(each.description)}${names} | ${code(each.example)} | ${answer} |`)
    }
    parts.push('')
  }
  await engine.close()
  if (at !== functions.length) failures.push(`${functions.length} functions, but ${at} under a topic`)
  if (failures.length > 0) throw new Error(failures.join('\n'))
  return `${parts.join('\n')}`.trimEnd() + '\n'
}

/** The functions as pages complete and explain them. */
export function functionList(binary) {
  const rows = registry(binary).functions.map((each) => `  ${JSON.stringify(each)},\n`)
  return `${listHead}export const functionList: readonly SqlFunction[] = [\n${rows.join('')}]\n`
}

const listHead = `// What SQL can call, for completion and reference; made by docs/sql-functions.mjs from core/plan/function_table.h.
import type { SqlFunction } from './api.ts'

`

const head = `# SQL functions

What the engine's SQL can call. This page is made from the registry (\`core/plan/function_table.h\`) by \`docs/sql-functions.mjs\`, which runs every example;
a test does it again and compares. \`sonde query --functions\` lists the same as JSON.

Parameters: \`T\` and \`U\` are any types, the same wherever the letter stands; \`num\`, \`int\` and \`temporal\` any number, whole number, point in time;
\`[…]\` may be left out, \`…\` may be repeated. Aggregates take \`DISTINCT\`, \`ORDER BY\` and \`FILTER (WHERE …)\`, and stand as window functions before \`OVER (…)\`.
Their examples here read this table:

| a | b | x | y |
| --- | --- | --- | --- |
| 1 | one | 1.0 | 2.1 |
| 2 | two | 2.0 | 3.9 |
| 2 | two | 3.0 | 6.2 |
| NULL | none | 4.0 | 7.8 |
| 5 | five | 5.0 | 10.1 |
`

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(new URL('sql-functions.md', import.meta.url), await functionsPage(process.env.SONDE_BIN))
  writeFileSync(new URL('../web/src/engine/function-list.ts', import.meta.url), functionList(process.env.SONDE_BIN))
}
