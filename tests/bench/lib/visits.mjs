// Alternating rounds of visits, and what they come to.
import { rmSync } from 'node:fs'
import { buildPage } from './build-page.mjs'
import { cache } from './machine.mjs'
import { orderOf } from './median.mjs'
import { othersCores } from './proc.mjs'
import { servePages } from './serve.mjs'
import { disagreements, summarize } from './summary.mjs'
import { visit } from './visit.mjs'

/** The contender without an engine, which measures the floor and answers nothing. */
const floor = 'empty'

/** Builds the page of every contender; what could not be built is told in `unbuilt`. */
async function buildPages(contenders, entryOf) {
  const folder = `${cache}pages`
  rmSync(folder, { recursive: true, force: true })
  const unbuilt = {}
  for (const name of contenders) {
    await buildPage(entryOf(name), `${folder}/${name}`).catch((error) => {
      unbuilt[name] = String(error.message ?? error).replace(/\x1b\[\d*m/g, '').split('\n').slice(0, 5).join(' ').slice(0, 300)
    })
  }
  return { folder, unbuilt, running: contenders.filter((name) => !unbuilt[name]) }
}

/**
 * Every contender pays every planned visit in every round. `answers` says how the answers of an operation become lists of
 * texts in which all must agree with `reference`.
 */
export async function measureVisits({ contenders, entryOf, plans, table, rounds, timeout, reference, answers }) {
  const { folder, unbuilt, running } = await buildPages(contenders, entryOf)
  const server = await servePages(folder)
  const measured = []
  try {
    for (let round = 0; round < rounds; round++) {
      const watched = []
      const results = Object.fromEntries(running.map((name) => [name, {}]))
      for (const plan of plans) {
        for (const contender of orderOf(round, running)) {
          process.stderr.write(`browser, round ${round + 1}: ${contender} ${plan.first}\n`)
          const { ready, memory, others, ...rest } = await visit(`${server.url}${contender}/`, plan, table, timeout)
          if (others) watched.push(others)
          Object.assign(results[contender], rest, plan === plans[0] ? { ready } : {}, { [`memory:${plan.first}`]: memory })
        }
      }
      measured.push({ results, otherProcessesCores: othersCores(...watched) })
    }
  } finally {
    server.close()
  }
  return {
    rounds, reference, unbuilt,
    otherProcessesCores: measured.map((round) => Number(round.otherProcessesCores.toFixed(2))),
    contenders: Object.fromEntries(running.map((name) => [name, summarize(measured.map((round) => round.results[name]))])),
    disagreements: disagreements(measured, running.filter((name) => name !== floor), reference, answers),
  }
}
