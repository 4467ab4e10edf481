// Habits that no compiler checks.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { files, read } from './sources.mjs'

const code = files(/\.(c|h|ts|tsx|mjs|py|css|cmake|sh)$|CMakeLists\.txt$|^script\//)
const linesWith = (pattern, paths) =>
  paths.flatMap((path) =>
    read(path).split('\n').flatMap((line, i) => (pattern.test(line) ? [`${path}:${i + 1}: ${line.trim()}`] : [])))

test('nothing is left for later', () => {
  const marks = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X'].join('|')})\\b`)
  assert.deepEqual(linesWith(marks, code), [])
})

test('no tabs, no blanks at the ends of lines', () => {
  assert.deepEqual(linesWith(/\t|[ \t]$/, code.filter((path) => !/\/(data|hosts)\//.test(path))), [])
})

test('every C file says first what it is', () => {
  const silent = files(/^(core|wasm|proxy|tests)\/.*\.[ch]$/).filter((path) => !/^(\/\*|\/\/)/.test(read(path)))
  assert.deepEqual(silent, [])
})

test('TypeScript has no any and no default exports', () => {
  const sources = files(/^web\/src\/.*\.tsx?$/)
  assert.deepEqual(linesWith(/\bas any\b|: any\b|<any>|^export default\b/, sources), [])
})
