// <sonde-explorer>: the explorer in any page, without a script of the page's own.
//   table="/api/tables/sales/"      a table of a site that offers it (offer.ts)
//   src="…" [refresh="…"] [name]    a file; `refresh` answers {"url": …} once the address has expired
//   theme="auto | light | dark"
// As properties: `source`, whatever the engine opens, and `engineOptions`, before the element is connected.
import { createRoot, type Root } from 'react-dom/client'
import type { EngineOptions } from '../engine/api.ts'
import type { Source } from '../model/index.ts'
import { DataExplorer, type Theme } from '../react/index.ts'
import { SiteTable } from './SiteTable.tsx'

const isTheme = (text: string | null): text is Theme => text === 'auto' || text === 'light' || text === 'dark'

export class SondeExplorer extends HTMLElement {
  static readonly observedAttributes = ['table', 'src', 'refresh', 'name', 'theme']
  engineOptions?: EngineOptions
  #root: Root | undefined
  #source: Source | undefined

  get source(): Source | undefined { return this.#source }
  set source(source: Source | undefined) {
    this.#source = source
    this.#render()
  }

  connectedCallback(): void {
    this.#root = createRoot(this)
    this.#render()
  }

  disconnectedCallback(): void {
    this.#root?.unmount()
    this.#root = undefined
  }

  attributeChangedCallback(): void {
    this.#sourceOfAttributes = undefined
    this.#render()
  }

  #render(): void {
    const theme = this.getAttribute('theme')
    const table = this.getAttribute('table')
    const common = { theme: isTheme(theme) ? theme : 'auto' as const, ...(this.engineOptions && { engineOptions: this.engineOptions }) }
    if (table !== null) return this.#root?.render(<SiteTable key={table} url={table} {...common} />)
    const source = this.#source ?? (this.#sourceOfAttributes ??= this.#attributes())
    const { theme: defaultTheme, ...rest } = common
    this.#root?.render(<DataExplorer key={defaultTheme} defaultTheme={defaultTheme} {...rest} {...(source !== undefined && { source })} />)
  }

  /** Kept while the attributes are: a new object would open the file anew. */
  #sourceOfAttributes: Source | undefined

  #attributes(): Source | undefined {
    const [url, refresh, name] = ['src', 'refresh', 'name'].map((attribute) => this.getAttribute(attribute))
    if (!url) return undefined
    return { url, ...(refresh && { refresh }), ...(name && { name }) }
  }
}
