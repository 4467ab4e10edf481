// Numbers that a seed decides (SplitMix32), and choices made with them.
export function createRandom(seed) {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x9e3779b9) >>> 0
    let z = state
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    return ((z ^ (z >>> 15)) >>> 0) / 2 ** 32
  }
  const below = (n) => Math.floor(next() * n)
  const pick = (list) => list[below(list.length)]
  return {
    below,
    pick,
    between: (low, high) => low + below(high - low + 1),
    chance: (share) => next() < share,
    /** At least one of them, in their order. */
    some(list) {
      const chosen = list.filter(() => next() < 0.5)
      return chosen.length > 0 ? chosen : [pick(list)]
    },
    times: (n, make) => Array.from({ length: n }, (_, i) => make(i)),
    /** One of the makers, called. */
    one: (makers) => pick(makers)(),
  }
}
