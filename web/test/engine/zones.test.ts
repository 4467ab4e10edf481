import { describe, expect, test } from 'vitest'
import { zoneSpec } from '../../src/engine/zones.ts'

const at = (iso: string): number => Date.parse(iso) / 1000

function offsetAt(name: string, iso: string): number | undefined {
  const spec = zoneSpec(name)
  if (!('begins' in spec)) return undefined
  const behind = spec.begins.findIndex((begin) => begin > at(iso))
  return spec.offsets.at(behind < 0 ? -1 : behind)
}

describe('zoneSpec', () => {
  // Expectations: the law. EU: last Sundays of March and October at 01:00 UTC; New York: second Sunday of March, 2:00 local.
  test('changes to the second', () => {
    const spec = zoneSpec('Europe/Rome')
    expect(spec).toMatchObject({ begins: expect.arrayContaining([at('2020-03-29T01:00:00Z'), at('2020-10-25T01:00:00Z')]) as number[] })
    expect(offsetAt('Europe/Rome', '2020-03-29T00:59:59Z')).toBe(3600)
    expect(offsetAt('Europe/Rome', '2020-03-29T01:00:00Z')).toBe(7200)
    expect(offsetAt('America/New_York', '2099-03-08T06:59:59Z')).toBe(-5 * 3600)
    expect(offsetAt('America/New_York', '2099-03-08T07:00:00Z')).toBe(-4 * 3600)
  })

  test('offsets with seconds, west of Greenwich too', () => {
    expect(offsetAt('Africa/Monrovia', '1921-01-01T00:00:00Z')).toBe(-(44 * 60 + 30))
    expect(offsetAt('America/New_York', '1880-01-01T00:00:00Z')).toBe(-(4 * 3600 + 56 * 60 + 2))
  })

  test('a day that was left out', () => {
    expect(offsetAt('Pacific/Apia', '2011-12-30T09:59:59Z')).toBe(-10 * 3600)
    expect(offsetAt('Pacific/Apia', '2011-12-30T10:00:00Z')).toBe(14 * 3600)
  })

  test('a zone without changes, in any case of letters', () => {
    expect(zoneSpec('etc/utc')).toEqual({ job: 'zone', name: 'etc/utc', offsets: [0], begins: [] })
  })

  test('what is no zone answers those there are', () => {
    expect(zoneSpec('Europe/Rom')).toMatchObject({ names: expect.arrayContaining(['Europe/Rome']) as string[] })
  })
})
