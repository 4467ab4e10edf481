// What someone chose or dropped: one file, several, or folders of them.
import type { OpenAs, Source } from '../model/index.ts'

export interface Chosen extends OpenAs {
  readonly source: Source
}

export const fileTypes = '.csv,.tsv,.txt,.tab,.psv,.gz,.zst,.parquet,.parq,.pq,text/csv,text/tab-separated-values,text/plain'
const tableName = /^[^._].*\.(csv|tsv|txt|tab|psv|parquet|parq|pq)(\.(gz|zst))?$/i

export function chosenFiles(files: readonly File[]): Chosen | undefined {
  const [only, ...others] = files
  return only && { source: others.length > 0 ? files : only }
}

/** Of a folder the tables in it, however deep, by their paths. Has to be called while the event is handled. */
export async function droppedFiles({ items, files }: Pick<DataTransfer, 'items' | 'files'>): Promise<Chosen | undefined> {
  const plain = [...files]
  const entries = [...items].flatMap((item) => item.webkitGetAsEntry() ?? [])
  if (!entries.some(({ isDirectory }) => isDirectory)) return chosenFiles(plain)
  const found = await Promise.all(entries.map((entry) => filesBelow(entry, ''))).catch(() => undefined)
  if (!found) return chosenFiles(plain) // opening them says what is wrong
  const tables = found.flat().filter(({ file }) => tableName.test(file.name)).sort((a, b) => (a.path < b.path ? -1 : 1))
  const [folder, ...others] = entries
  return {
    source: tables.map(({ file }) => file),
    names: tables.map(({ path }) => path),
    ...(folder && others.length === 0 && { name: folder.name }),
  }
}

interface Found {
  readonly file: File
  /** From the folder that was dropped. */
  readonly path: string
}

async function filesBelow(entry: FileSystemEntry, folder: string): Promise<Found[]> {
  if (isFile(entry)) return [{ file: await fileOf(entry), path: folder + entry.name }]
  if (!isFolder(entry)) return []
  const entries = await listOf(entry.createReader())
  const below = await Promise.all(entries.map((each) => filesBelow(each, each.isDirectory ? `${folder}${each.name}/` : folder)))
  return below.flat()
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile
const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory

const fileOf = (entry: FileSystemFileEntry): Promise<File> => new Promise((resolve, reject) => entry.file(resolve, reject))

/** A reader gives a part of the entries at a time, at the end none. */
async function listOf(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  const all: FileSystemEntry[] = []
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
    if (part.length === 0) return all
    all.push(...part)
  }
}
