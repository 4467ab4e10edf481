// The tables of the h2o.ai database benchmark: x with its groups, and x, small, medium, big for its joins.
import { createRandom, padded, writeCsv } from './make.mjs'

const fewGroups = 100

/** `x` of the group-by questions: G1 with K = 100. */
export function writeGroupBy(folder, rows) {
  const random = createRandom(20)
  const manyGroups = Math.ceil(rows / fewGroups)
  writeCsv(`${folder}/x.csv`, 'id1,id2,id3,id4,id5,id6,v1,v2,v3', rows, () => [
    `id${padded(random.between(1, fewGroups), 3)}`, `id${padded(random.between(1, fewGroups), 3)}`, `id${padded(random.between(1, manyGroups), 10)}`,
    random.between(1, fewGroups), random.between(1, fewGroups), random.between(1, manyGroups),
    random.between(1, 5), random.between(1, 15), (random.below(1e8) / 1e6).toFixed(6),
  ].join())
}

const key = (id) => `id${id}`

/** `x` and the three tables it is joined with, of rows / 1e6 (here at least 10), rows / 1e3 and as many rows. */
export function writeJoin(folder, rows) {
  const random = createRandom(21)
  const few = Math.max(10, Math.round(rows / 1e6))
  const more = Math.max(100, Math.round(rows / 1e3))
  const ids = () => [random.between(1, few * 1.1), random.between(1, more * 1.1), random.between(1, rows * 1.1)]
  const value = () => (random.below(1e8) / 1e6).toFixed(6)
  writeCsv(`${folder}/x.csv`, 'id1,id2,id3,id4,id5,id6,v1', rows, () => {
    const id = ids()
    return [...id, ...id.map(key), value()].join()
  })
  writeCsv(`${folder}/small.csv`, 'id1,id4,v2', few, (i) => [i + 1, key(i + 1), value()].join())
  writeCsv(`${folder}/medium.csv`, 'id1,id2,id4,id5,v2', more, (i) => {
    const [id1] = ids()
    return [id1, i + 1, key(id1), key(i + 1), value()].join()
  })
  writeCsv(`${folder}/big.csv`, 'id1,id2,id3,id4,id5,id6,v2', rows, (i) => {
    const [id1, id2] = ids()
    return [id1, id2, i + 1, key(id1), key(id2), key(i + 1), value()].join()
  })
}
