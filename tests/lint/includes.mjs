// The layers of the engine, and which of them each may include. What is not listed here is an arrow that points
// the wrong way.
export const layers = {
  base: [],
  column: ['base'],
  source: ['base'],
  codec: ['base'],
  plan: ['base', 'column'],
  format: ['base', 'column', 'source', 'codec'],
  sql: ['base', 'column', 'plan'],
  exec: ['base', 'column', 'source', 'codec', 'plan', 'format'],
  api: ['base', 'column', 'source', 'codec', 'plan', 'format', 'sql', 'exec'],
}

// The same inside of exec, folder by folder. What a query's operators stand on knows nothing of them.
const values = ['exec/query/time', 'exec/query/batch', 'exec/query/keys', 'exec/query/expression']
const operators = [...values, 'exec/query/spool', 'exec/query/operator']
const gathering = [...operators, 'exec/query/aggregate']
const query = {
  'exec/query/time': [],
  'exec/query/batch': ['exec/query/time'],
  'exec/query/keys': ['exec/query/batch'],
  'exec/query/expression': ['exec/query/time', 'exec/query/batch'],
  'exec/query/aggregate': values,
  'exec/query/kernels': [...values, 'exec/query/aggregate'],
  'exec/query/spool': ['exec/query/batch', 'exec/query/keys'],
  'exec/query/operator': [...values, 'exec/query/spool'],
  'exec/query/scan': operators,
  'exec/query/sort': [...operators, 'exec/query/scan'],
  'exec/query/join': [...operators, 'exec/query/scan'],
  'exec/query/group': gathering,
  'exec/query/window': gathering,
  'exec/query/stage': gathering,
}
const anyOfQuery = [...Object.keys(query), 'exec/query']
const rooms = {
  ...query,
  'exec/query': anyOfQuery,
  'exec/store': anyOfQuery,
  'exec': [...anyOfQuery, 'exec/store'],
  'exec/import': [...anyOfQuery, 'exec/store', 'exec'],
  'exec/view': [...anyOfQuery, 'exec/store', 'exec'],
}

// No I/O, no threads, no clock: the headers of the operating system are not on these lists.
const everywhere = ['assert', 'float', 'inttypes', 'limits', 'math', 'stdalign', 'stdarg', 'stdbool', 'stddef', 'stdint',
  'stdio', 'stdlib', 'stdnoreturn', 'string', 'sonde'].map((name) => `${name}.h`)
const special = {
  base: ['emmintrin.h', 'immintrin.h', 'smmintrin.h', 'tmmintrin.h', 'nmmintrin.h', 'arm_neon.h', 'wasm_simd128.h'],
  codec: ['zstd.h', 'zstd_errors.h', 'zlib.h', 'lz4.h', 'brotli/decode.h'],
}

/** The complaints about one source file's includes; `path` counts from the top of the checkout. */
export function wrongIncludes(path, text) {
  const includes = [...text.matchAll(/^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]/gm)]
  const complaints = includes.map(([, mark, name]) => wrongInclude(path, mark === '<', name))
  return complaints.filter((complaint) => complaint !== undefined)
}

function wrongInclude(path, isSystem, name) {
  const [part, layer] = path.split('/')
  const say = (why) => `${path} includes ${isSystem ? `<${name}>` : `"${name}"`}: ${why}`
  if (part === 'wasm' || part === 'proxy') {
    const ofCore = Object.keys(layers).includes(name.split('/')[0]) || name.includes('core/')
    return !isSystem && ofCore ? say(`${part}/ may include only <sonde.h> of the engine`) : undefined
  }
  if (layer === 'include') return isSystem && everywhere.includes(name) ? undefined : say('the public header stands alone')
  if (name.includes('..')) return say('paths are written from core/')
  if (isSystem) {
    return [...everywhere, ...(special[layer] ?? [])].includes(name) ? undefined : say(`not among the headers of ${layer}`)
  }
  const target = name.includes('/') ? name.split('/')[0] : layer
  if (!(target in layers)) return name.startsWith('include/') ? say('write <sonde.h>') : undefined
  if (target !== layer) return layers[layer].includes(target) ? undefined : say(`${layer} may not include ${target}`)
  if (layer !== 'exec' || !name.includes('/')) return undefined
  const room = folderOf(path.slice('core/'.length)), other = folderOf(name)
  return room === other || rooms[room]?.includes(other) ? undefined : say(`${room} may not include ${other}`)
}

const folderOf = (path) => path.slice(0, path.lastIndexOf('/'))
