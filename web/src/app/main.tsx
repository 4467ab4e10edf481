// The page: the explorer component, a URL from ?url= or a table of this page's server from ?table=, the theme remembered.
import { StrictMode, useState } from 'react'
import { createRoot } from 'react-dom/client'
import type { Engine } from '../engine/api.ts'
import { DataExplorer, startEngine, type Source, type Theme } from '../react/index.ts'
import './app.css'

const themeKey = 'sonde.theme'
const isTheme = (text: string | null): text is Theme => text === 'auto' || text === 'light' || text === 'dark'

function rememberedTheme(): Theme {
  try {
    const theme = localStorage.getItem(themeKey)
    return isTheme(theme) ? theme : 'auto'
  } catch {
    return 'auto' // storage may be forbidden
  }
}

function rememberTheme(theme: Theme): void {
  try {
    localStorage.setItem(themeKey, theme)
  } catch {
    // storage may be forbidden; then the theme lasts as long as the page
  }
}

const asked = new URLSearchParams(location.search)
const url = asked.get('url')
const table = asked.get('table')
const atUrl = url && URL.canParse(url, location.href) ? new URL(url, location.href) : url ?? undefined
const source: Source | undefined = table ? { table, sql: { url: new URL('/v1/sql', location.href) } } : atUrl

/** The one for tables that stay on the server is loaded when there is one. */
const engineFor = async (): Promise<Engine | undefined> =>
  table ? (await import('../server/index.ts')).createServerEngine(startEngine) : undefined

function App({ engine }: { readonly engine: Engine | undefined }) {
  const [theme, setTheme] = useState(rememberedTheme)
  const changeTheme = (next: Theme) => {
    setTheme(next)
    rememberTheme(next)
  }
  return <DataExplorer {...(engine && { engine })} {...(source && { source })} theme={theme} onThemeChange={changeTheme} />
}

const root = document.getElementById('root')
if (root) void engineFor().then((engine) => createRoot(root).render(<StrictMode><App engine={engine} /></StrictMode>))
