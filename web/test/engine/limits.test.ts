import { describe, expect, test } from 'vitest'
import { helpersWithin, limitsOf } from '../../src/engine/limits.ts'

const MiB = 2 ** 20
const inMiB = (limit: number, helpers: number): number[] => {
  const { limits, helperLimits } = limitsOf(limit * MiB, helpers)
  return [limits.memory, limits.keep, helperLimits.memory, helperLimits.keep].map((bytes) => bytes / MiB)
}

describe('memory', () => {
  test('half is the lead\'s, and three quarters of a share are for columns', () => {
    expect(inMiB(4096, 2)).toEqual([2048, 1536, 1024, 768])
    expect(inMiB(4096, 8)).toEqual([2048, 1536, 256, 96])
  })

  test('room to work in is left beside the columns', () => {
    expect(inMiB(2048, 2)).toEqual([1024, 768, 512, 352])
  })

  test('many helpers with little memory have as much as the lead', () => {
    expect(inMiB(1800, 8)).toEqual([200, 40, 200, 40])
    expect(inMiB(36, 2)).toEqual([12, 1.5, 12, 1.5])
  })

  test('all of it where there are no helpers', () => {
    expect(inMiB(256, 0).slice(0, 2)).toEqual([256, 96])
  })

  test.each([1, 2, 3, 5, 8])('is never given out twice, with %i helpers', (helpers) => {
    for (const limit of [64, 256, 1024, 2048, 3000, 4096]) {
      const [lead = NaN, , helper = NaN] = inMiB(limit, helpers)
      expect(lead + helpers * helper).toBeLessThanOrEqual(limit)
      expect(lead).toBeGreaterThanOrEqual(Math.floor(limit / (helpers + 1)))
    }
  })

  test('as many helpers as have something to work with', () => {
    expect([100, 384, 1024, 4096].map((limit) => helpersWithin(limit * MiB))).toEqual([0, 1, 4, 20])
  })
})
