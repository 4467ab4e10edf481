// The clipboard: TSV that Excel pastes exactly, HTML that keeps text as text.
import { expect, test } from 'vitest'
import type { ColumnInfo } from '../../src/engine/api.ts'
import { createRangeWriter, tsvField } from '../../src/model/index.ts'

const columns: ColumnInfo[] = [{ name: 'zip', type: 'text' }, { name: 'id', type: 'int64' }, { name: 'note "x"', type: 'text' }, { name: 'price', type: 'decimal' }]
const rows = [
  ['00123', '9007199254740993', 'two\nlines', '1.50'],
  ['', '42', 'say "hi"\ttab <b>', '-0.5'],
]

function write(headers: boolean) {
  const writer = createRangeWriter(columns, headers, true)
  for (const row of rows) writer.addRow(row)
  return writer.finish()
}

test('fields with tabs, line breaks or quotes are quoted and quotes doubled', () => {
  expect(['a', 'a b', 'a,b', 'a\tb', 'a\nb', 'a\rb', 'a"b', ''].map(tsvField)).toEqual(['a', 'a b', 'a,b', '"a\tb"', '"a\nb"', '"a\rb"', '"a""b"', ''])
})

test('the TSV of a range with headers', () => {
  expect(write(true).text).toBe([
    'zip\tid\t"note ""x"""\tprice',
    '00123\t9007199254740993\t"two\nlines"\t1.50',
    '\t42\t"say ""hi""\ttab <b>"\t-0.5',
  ].join('\r\n'))
  expect(write(false).text.startsWith('00123\t')).toBe(true)
})

test('in HTML text and numbers too long for a spreadsheet are marked as text', () => {
  const { html = '' } = write(true)
  expect(html).toContain(`<td style='mso-number-format:"\\@"'>00123</td>`)
  expect(html).toContain(`<td style='mso-number-format:"\\@"'>9007199254740993</td>`)
  expect(html).toContain('<td>42</td>')
  expect(html).toContain('<td>1.50</td>')
  expect(html).toContain('two<br style="mso-data-placement:same-cell">lines')
  expect(html).toContain('tab &lt;b&gt;')
})

test('a single cell is its own text', () => {
  const writer = createRangeWriter([columns[2]!], false, true)
  writer.addRow(['say "hi"\nthere'])
  expect(writer.finish()).toEqual({ text: 'say "hi"\nthere', rows: 1, columns: 1 })
})
