// The command line that all programs of this folder share.
import { parseArgs } from 'node:util'

export const usage = `usage: script/bench [native|browser|size]… [--rows N] [--rounds N] [--contenders a,b] [--timeout SECONDS]
  --rows        rows of the generated table: 650000 (100 MB, the default), 6500000 (1 GB)
  --rounds      repetitions, of which the median is reported (default 3)
  --contenders  only these
  --timeout     seconds after which an operation in the browser counts as failed (default 120)`

function whole(text, name) {
  const number = Number(text)
  if (!Number.isSafeInteger(number) || number < 1) throw new Error(`--${name} wants a whole number from 1, not "${text}"\n${usage}`)
  return number
}

export function parseOptions(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      rows: { type: 'string', default: '650000' },
      rounds: { type: 'string', default: '3' },
      timeout: { type: 'string', default: '120' },
      contenders: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  return {
    help: values.help === true,
    parts: positionals,
    rows: whole(values.rows, 'rows'),
    rounds: whole(values.rounds, 'rounds'),
    timeout: whole(values.timeout, 'timeout'),
    contenders: values.contenders?.split(','),
  }
}
