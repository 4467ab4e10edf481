// What a page that holds parsed rows in a JavaScript array does to explore them: shared by the parsers, which
// parse and leave the rest to the page.
export function exploreArrays(columns, rowsOf) {
  const at = (name) => columns().indexOf(name)
  const texts = (rows) => rows.map((row) => row.map((value) => (value === null || value === undefined ? '' : String(value))))
  const sorted = (direction) => {
    const score = at('score')
    return [...rowsOf()].sort((a, b) => direction * (a[score] - b[score]))
  }
  return {
    page: async (row, n) => texts(rowsOf().slice(row, row + n)),
    async filterCount() {
      const [price, status] = [at('price'), at('status')]
      let count = 0
      for (const row of rowsOf()) if (row[price] >= 900 && row[status] === 'open') count++
      return count
    },
    top100: async () => texts(sorted(-1).slice(0, 100)),
    async distinct() {
      const city = at('city')
      const counts = new Map()
      for (const row of rowsOf()) counts.set(row[city], (counts.get(row[city]) ?? 0) + 1)
      return [...counts]
    },
    sortMiddle: async (row, n) => texts(sorted(1).slice(row, row + n)),
  }
}
