// Lists, structs and maps: their JSON as a tree of plain nodes, and as a token short enough for a cell.

export interface TreeNode {
  /** What the parent calls it: a field, a key, a position. */
  readonly name: string
  /** Of a leaf, with all digits; texts without quotes. */
  readonly text?: string
  readonly kind: 'leaf' | 'null' | 'list' | 'struct'
  readonly children: readonly TreeNode[]
}

/** A number as it is written, which JSON.parse alone would round. Browsers that do not tell the source (before 2024) round. */
class Digits {
  constructor(readonly text: string) {}
}

const reviver = (_: string, value: unknown, context?: { readonly source?: string }): unknown =>
  typeof value === 'number' ? new Digits(context?.source ?? String(value)) : value

/** Undefined: the text is no JSON. */
export function parseNested(text: string): TreeNode | undefined {
  try {
    return nodeOf('', JSON.parse(text, reviver as (key: string, value: unknown) => unknown) as unknown)
  } catch {
    return undefined
  }
}

function nodeOf(name: string, value: unknown): TreeNode {
  if (value === null) return { name, kind: 'null', text: 'null', children: [] }
  if (Array.isArray(value)) return { name, kind: 'list', children: value.map((item, i) => nodeOf(String(i), item)) }
  if (value instanceof Digits) return { name, kind: 'leaf', text: value.text, children: [] }
  if (typeof value !== 'object') return { name, kind: 'leaf', text: String(value), children: [] }
  return { name, kind: 'struct', children: Object.entries(value).map(([key, item]) => nodeOf(key, item)) }
}

const TOKEN_CHARACTERS = 60

/** "[3] red, green, blue"; "{2} name: Ada, born: 1815". */
export function nestedToken(text: string): string {
  const node = parseNested(text)
  if (!node) return text.slice(0, TOKEN_CHARACTERS)
  const [open, close] = node.kind === 'list' ? '[]' : '{}'
  return `${open}${node.children.length}${close} ${preview(node)}`.slice(0, TOKEN_CHARACTERS)
}

function preview({ kind, children }: TreeNode): string {
  const parts: string[] = []
  for (let length = 0, i = 0; i < children.length && length < TOKEN_CHARACTERS; i++) {
    const child = children[i]!
    const value = child.text ?? (child.kind === 'list' ? `[${child.children.length}]` : `{${child.children.length}}`)
    parts.push(kind === 'list' ? value : `${child.name}: ${value}`)
    length += parts[i]!.length
  }
  return parts.join(', ')
}
