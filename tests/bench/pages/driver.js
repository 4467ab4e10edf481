// Runs in every contender's page: starts the contender, takes the clock's readings, hands results to the harness.
// Every operation's values are JavaScript values (texts and numbers) before its clock stops.
const grid = document.getElementById('grid')

// Two frames: the first paints what was drawn, the second says that it was.
const painted = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))

async function draw(rows) {
  const body = document.createElement('tbody')
  for (const row of rows) {
    const line = body.insertRow()
    for (const cell of row) line.insertCell().textContent = cell
  }
  grid.replaceChildren(body)
  await painted()
}

/** The next one. */
const chosenFile = () => new Promise((resolve) => {
  document.getElementById('file').addEventListener('change', (event) => resolve(event.target.files[0]), { once: true })
})

async function timed(begin, work) {
  try {
    const value = await work()
    return { ms: performance.now() - begin, value }
  } catch (error) {
    return { error: String(error?.message ?? error).slice(0, 300) }
  }
}

/**
 * Offers `contender` to the harness. All but `ready` are optional; `file` (in the Parquet part it may be a URL) is
 * given to the first operation of a visit, whichever that is. Rows are arrays of texts, all columns, "" where a value is missing.
 *   ready(): Promise<void>
 *   firstRows(file): Promise<string[][]>              the first 100
 *   count(file): Promise<number>                      exact, and with an index where the contender has one
 *   import(file): Promise<void>                       exact types, statistics, columns: as far as the contender has them
 *   page(row, n): Promise<string[][]>                 rows in file order, after count or import
 *   filterCount(): Promise<number>                    rows with price >= 900 and status = 'open', after import (Parquet: at once)
 *   top100(): Promise<string[][]>                     the rows with the largest score
 *   distinct(): Promise<[string, number][]>           the values of city with their counts
 *   sortMiddle(row, n): Promise<string[][]>           rows of the table sorted by score, from the middle
 */
export function offer(contender) {
  const ready = timed(0, () => contender.ready()) // since navigation began
  globalThis.bench = {
    ready: async () => (await ready),
    /** Gives a table to `operation`: the one at `url`, else the file that will be chosen. */
    async given(operation, isDrawn, url) {
      if (!contender[operation]) return null
      const source = url ?? await chosenFile()
      return timed(performance.now(), async () => {
        const value = await contender[operation](source)
        if (isDrawn) await draw(value)
        return typeof value === 'number' ? value : undefined
      })
    },
    async run(operation, args, isDrawn) {
      if (!contender[operation]) return null
      return timed(performance.now(), async () => {
        const value = await contender[operation](...args)
        if (isDrawn) await draw(value)
        return value
      })
    },
  }
}
