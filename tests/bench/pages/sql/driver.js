// Runs in every SQL contender's page: loads the files chosen, then answers one statement after the other. A clock stops when
// every value of the answer is a JavaScript value.
const chosenFiles = () => new Promise((resolve) => {
  document.getElementById('file').addEventListener('change', (event) => resolve([...event.target.files]), { once: true })
})

async function timed(work) {
  const begin = performance.now()
  try {
    const rows = await work()
    return { milliseconds: performance.now() - begin, rows }
  } catch (error) {
    return { error: String(error?.message ?? error).split('\n')[0].slice(0, 300) }
  }
}

/**
 * Offers `contender` to the harness.
 *   ready(): Promise<void>
 *   load(name, file): Promise<void>      a CSV file as a table with types, in memory as far as the contender keeps it there
 *   run(sql): Promise<object[]>          the rows
 */
export function offer(contender) {
  const ready = contender.ready()
  globalThis.bench = {
    async load(names) {
      const files = await chosenFiles()
      await ready
      return timed(async () => {
        for (const [i, file] of files.entries()) await contender.load(names[i], file)
        return files.length
      })
    },
    run: (sql) => timed(async () => (await contender.run(sql)).length),
  }
}
