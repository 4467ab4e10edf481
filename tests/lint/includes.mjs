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
  return target === layer || layers[layer].includes(target) ? undefined : say(`${layer} may not include ${target}`)
}
