import assert from 'node:assert/strict'
import { test } from 'node:test'
import { layers, wrongIncludes } from './includes.mjs'
import { files, read } from './sources.mjs'

const sources = files(/^(core|wasm|proxy)\/.*\.[ch]$/)

for (const layer of [...Object.keys(layers), 'include']) {
  test(`core/${layer} includes only what lies below it`, () => {
    const own = sources.filter((path) => path.startsWith(`core/${layer}/`))
    assert.deepEqual(own.flatMap((path) => wrongIncludes(path, read(path))), [])
  })
}

test('every folder of core is a known layer', () => {
  const folders = new Set(sources.filter((path) => path.startsWith('core/')).map((path) => path.split('/')[1]))
  assert.deepEqual([...folders].filter((name) => !(name in layers) && name !== 'include'), [])
})

for (const part of ['wasm', 'proxy']) {
  test(`${part}/ includes only the public header of the engine`, () => {
    const own = sources.filter((path) => path.startsWith(`${part}/`))
    assert.deepEqual(own.flatMap((path) => wrongIncludes(path, read(path))), [])
  })
}

test('an arrow that points the wrong way is found', () => {
  const wrong = [
    ['core/base/mem.h', '#include "column/vec.h"'],
    ['core/format/csv/scan.c', '#include "plan/expr.h"'],
    ['core/sql/bind.c', '#  include "exec/view/sort.h"'],
    ['core/exec/view/sort.c', '#include "sql/lex.h"'],
    ['core/exec/view/sort.c', '#include <pthread.h>'],
    ['core/exec/view/sort.c', '#include <zstd.h>'],
    ['core/exec/view/sort.c', '#include "../sql/lex.h"'],
    ['core/exec/query/keys/keys.c', '#include "exec/query/operator/op.h"'],
    ['core/exec/query/join/join.c', '#include "exec/query/window/window.h"'],
    ['core/exec/store/store.c', '#include "exec/task.h"'],
    ['core/exec/unheard/of.c', '#include "exec/task.h"'],
    ['core/include/sonde.h', '#include "base/mem.h"'],
    ['wasm/abi.c', '#include "base/mem.h"'],
    ['proxy/src/serve.c', '#include "../../core/exec/view/sort.h"'],
  ]
  for (const [path, text] of wrong) assert.equal(wrongIncludes(path, text).length, 1, `${path}: ${text}`)
})

test('an arrow that points the right way is left alone', () => {
  const right = [
    ['core/base/status.c', '#include "base/status.h"\n#include <sonde.h>\n#include <stdio.h>'],
    ['core/format/csv/scan.c', '#include "scan.h"\n#include "format/csv/dialect.h"\n#include "codec/zstd.h"'],
    ['core/codec/zstd.c', '#include <zstd.h>'],
    ['core/api/open.c', '#include "sql/bind.h"\n#include "exec/view/sort.h"'],
    ['core/exec/query/join/join.c', '#include "exec/query/keys/join_table.h"\n#include "exec/query/operator/op.h"'],
    ['core/exec/view/sort.c', '#include "exec/task.h"\n#include "exec/store/store.h"'],
    ['proxy/src/serve.c', '#include <sonde.h>\n#include <sys/socket.h>\n#include "http.h"'],
  ]
  for (const [path, text] of right) assert.deepEqual(wrongIncludes(path, text), [])
})
