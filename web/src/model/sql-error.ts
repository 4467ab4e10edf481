// Where an error of SQL is: the engine counts bytes of UTF-8, editors count the units of a JavaScript string.

export interface Place {
  readonly from: number
  readonly to: number
}

/** The word that begins at the byte; one character where none does; the last one at the end of the text. */
export function errorPlace(sql: string, at: number): Place {
  const from = new TextDecoder().decode(new TextEncoder().encode(sql).subarray(0, at)).length
  const word = /^(?:[\p{L}\p{N}_$]+|"(?:[^"]|"")*"|'(?:[^']|'')*'|\P{Zs})/u.exec(sql.slice(from))
  if (word && word[0] !== '\n') return { from, to: from + word[0].length }
  const end = sql.trimEnd().length
  return { from: Math.max(0, Math.min(from, end) - 1), to: Math.max(1, Math.min(from, end)) }
}

/** "line 2, column 5", as people count. */
export function describePlace(sql: string, { from }: Place): string {
  const lines = sql.slice(0, from).split('\n')
  return `line ${lines.length}, column ${[...lines.at(-1)!].length + 1}`
}
