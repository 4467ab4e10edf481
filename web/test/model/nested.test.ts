import { describe, expect, test } from 'vitest'
import { floatText, nanosOfDayText, nanosText } from '../../src/engine/format.ts'
import { nestedToken, parseNested } from '../../src/model/index.ts'

describe('nested cells', () => {
  test('a token says how many there are and the first of them', () => {
    expect(nestedToken('["red","green","blue"]')).toBe('[3] red, green, blue')
    expect(nestedToken('{"name":"Ada","born":1815,"works":[1,2]}')).toBe('{3} name: Ada, born: 1815, works: [2]')
    expect(nestedToken('[]')).toBe('[0] ')
    expect(nestedToken(JSON.stringify(Array.from({ length: 1000 }, (_, i) => i))).length).toBeLessThanOrEqual(60)
  })

  test('a tree keeps names, order and nulls', () => {
    expect(parseNested('{"b":[1,null],"a":"x"}')).toEqual({
      name: '', kind: 'struct', children: [
        { name: 'b', kind: 'list', children: [
          { name: '0', kind: 'leaf', text: '1', children: [] }, { name: '1', kind: 'null', text: 'null', children: [] },
        ] },
        { name: 'a', kind: 'leaf', text: 'x', children: [] },
      ],
    })
    expect(parseNested('{"a":')).toBeUndefined()
  })
})

describe('further types as text', () => {
  test('a float is as short as it reads back', () => {
    expect([0.1, 3.4028234663852886e38, 16777216, -2.5, 1e-45].map((v) => floatText(Math.fround(v)))).toEqual(
      ['0.1', '3.4028235e+38', '16777216', '-2.5', '1e-45'])
  })

  test('nanoseconds have nine digits where six do not suffice', () => {
    expect(nanosText(1_700_000_000_123_456_789n, false)).toBe('2023-11-14 22:13:20.123456789')
    expect(nanosText(-1n, true)).toBe('1969-12-31 23:59:59.999999999+00:00')
    expect(nanosText(1_000_000_000n, false)).toBe('1970-01-01 00:00:01')
    expect(nanosOfDayText(36_900_000_000_001)).toBe('10:15:00.000000001')
  })
})
