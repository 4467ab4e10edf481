// What is dropped: files, or folders, of which the tables are taken.
import { expect, test } from 'vitest'
import { chosenFiles, droppedFiles } from '../../src/react/chosen.ts'

type Tree = { readonly [name: string]: Tree | '' }

const fileOf = (name: string): File => new File([''], name)

/** Entries as browsers hand them out: folders two at a time. */
function entryOf(name: string, below: Tree | ''): FileSystemEntry {
  if (below === '') return { isFile: true, isDirectory: false, name, file: (give: (file: File) => void) => give(fileOf(name)) } as unknown as FileSystemEntry
  const children = Object.entries(below).map(([each, tree]) => entryOf(each, tree))
  const createReader = () => {
    let at = 0
    return { readEntries: (give: (entries: FileSystemEntry[]) => void) => give(children.slice(at, (at += 2))) }
  }
  return { isFile: false, isDirectory: true, name, createReader } as unknown as FileSystemEntry
}

const drop = (tree: Tree) => droppedFiles({
  items: Object.entries(tree).map(([name, below]) => ({ webkitGetAsEntry: () => entryOf(name, below) })),
  files: Object.keys(tree).map(fileOf),
} as unknown as DataTransfer)

test('one file is itself, several are a list, none is nothing', () => {
  const [a, b] = [fileOf('a.csv'), fileOf('b.csv')]
  expect(chosenFiles([a])).toEqual({ source: a })
  expect(chosenFiles([a, b])).toEqual({ source: [a, b] })
  expect(chosenFiles([])).toBeUndefined()
})

test('files are taken whatever they are called', async () => {
  expect((await drop({ notes: '' }))?.source).toMatchObject({ name: 'notes' })
  expect((await drop({ 'a.csv': '', notes: '' }))?.source).toMatchObject([{ name: 'a.csv' }, { name: 'notes' }])
})

test('of a folder the tables are taken, by their paths', async () => {
  const chosen = await drop({
    trips: {
      'month=2': { 'b.parquet': '', 'a.parquet': '' }, 'month=1': { 'c.parquet': '' },
      'all.CSV.gz': '', 'readme.md': '', '_SUCCESS': '', '.hidden.csv': '', '_delta_log': { '0.json': '' },
    },
  })
  expect(chosen).toMatchObject({ name: 'trips', names: ['all.CSV.gz', 'month=1/c.parquet', 'month=2/a.parquet', 'month=2/b.parquet'] })
  expect(chosen?.source).toMatchObject([{ name: 'all.CSV.gz' }, { name: 'c.parquet' }, { name: 'a.parquet' }, { name: 'b.parquet' }])
})

test('a folder without a table is an empty list, which is an error to open', async () => {
  expect(await drop({ pictures: { 'a.png': '' } })).toEqual({ source: [], names: [], name: 'pictures' })
})
