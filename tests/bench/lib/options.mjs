// The command line that all programs of this folder share.
import { parseArgs } from 'node:util'

export const usage = `usage: script/bench [native|browser|parquet|size|sql|sql-browser]… [--rows N] [--rounds N] [--contenders a,b] [--timeout SECONDS]
  --rows        rows of the generated table: 650000 (100 MB, the default), 6500000 (1 GB); for sql, of the suite's largest table
  --rounds      repetitions, of which the median is reported (default 3)
  --contenders  only these
  --codec       of the Parquet file: snappy (the default) or zstd
  --via         how the Parquet file is reached: file (the default) or http
  --suite       of sql: h2o, h2o-join, tpch, clickbench, explorer (all of them unless given)
  --timeout     seconds after which an operation in the browser counts as failed (default 120)`

function whole(text, name) {
  const number = Number(text)
  if (!Number.isSafeInteger(number) || number < 1) throw new Error(`--${name} wants a whole number from 1, not "${text}"\n${usage}`)
  return number
}

function oneOf(choices, text, name) {
  if (!choices.includes(text)) throw new Error(`--${name} wants ${choices.join(' or ')}, not "${text}"\n${usage}`)
  return text
}

export function parseOptions(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      rows: { type: 'string' },
      rounds: { type: 'string', default: '3' },
      timeout: { type: 'string', default: '120' },
      codec: { type: 'string', default: 'snappy' },
      via: { type: 'string', default: 'file' },
      contenders: { type: 'string' },
      suite: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  return {
    help: values.help === true,
    parts: positionals,
    rows: whole(values.rows ?? '650000', 'rows'),
    suiteRows: values.rows && whole(values.rows, 'rows'),
    suites: values.suite?.split(','),
    rounds: whole(values.rounds, 'rounds'),
    timeout: whole(values.timeout, 'timeout'),
    codec: oneOf(['snappy', 'zstd'], values.codec, 'codec'),
    via: oneOf(['file', 'http'], values.via, 'via'),
    contenders: values.contenders?.split(','),
  }
}
