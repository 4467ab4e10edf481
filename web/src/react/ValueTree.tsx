// A list, struct or map as a tree that opens and closes; the browser's own <details>, so keyboard and screen readers know it.
import { formatCount, type TreeNode } from '../model/index.ts'

/** More children than this are not laid out at once. */
const shownChildren = 1000

export function ValueTree({ node }: { readonly node: TreeNode }) {
  return <div className="sonde-tree" tabIndex={0} role="group" aria-label="Values of the cell"><Children node={node} /></div>
}

function Children({ node }: { readonly node: TreeNode }) {
  const rest = node.children.length - shownChildren
  return (
    <ul>
      {node.children.slice(0, shownChildren).map((child, i) => <li key={i}><Branch node={child} /></li>)}
      {node.children.length === 0 && <li className="sonde-quiet">empty</li>}
      {rest > 0 && <li className="sonde-quiet">and {formatCount(rest)} more; Copy takes all</li>}
    </ul>
  )
}

function Branch({ node }: { readonly node: TreeNode }) {
  if (node.text !== undefined) return <><b>{node.name}</b> <span className={node.kind === 'null' ? 'sonde-null' : undefined}>{node.text}</span></>
  return (
    <details open={node.children.length <= 20}>
      <summary><b>{node.name}</b> <span className="sonde-quiet">{node.kind === 'list' ? `[${node.children.length}]` : `{${node.children.length}}`}</span></summary>
      <Children node={node} />
    </details>
  )
}
