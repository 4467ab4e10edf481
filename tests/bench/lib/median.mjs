// Summaries of repeated measurements.
export function median(numbers) {
  const sorted = numbers.filter((n) => typeof n === 'number').sort((a, b) => a - b)
  if (sorted.length === 0) return null
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** Contenders in the order of this round: flipped every other round, so that nobody always runs after the same one. */
export const orderOf = (round, contenders) => (round % 2 === 0 ? contenders : [...contenders].reverse())
