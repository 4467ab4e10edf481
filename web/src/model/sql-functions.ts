// Finding functions of SQL: those whose name begins with what is sought first, then where it stands in the name, then in the description.
import type { SqlFunction } from '../engine/api.ts'

export function findFunctions(all: readonly SqlFunction[], search: string): readonly SqlFunction[] {
  const needle = search.trim().toLowerCase()
  const place = ({ name, description }: SqlFunction): number => {
    if (name.startsWith(needle)) return 0
    if (name.includes(needle)) return 1
    return description.toLowerCase().includes(needle) ? 2 : 3
  }
  const ranked = all.map((each, i) => ({ each, i, rank: place(each) })).filter(({ rank }) => rank < 3)
  return ranked.sort((a, b) => a.rank - b.rank || a.i - b.i).map(({ each }) => each)
}
