// The page: the explorer component, the theme remembered.
import { StrictMode, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { DataExplorer, type Explorer, type Theme } from '../react/index.ts'
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

function App({ model }: { readonly model: Explorer }) {
  const [theme, setTheme] = useState(rememberedTheme)
  const changeTheme = (next: Theme) => {
    setTheme(next)
    rememberTheme(next)
  }
  return <DataExplorer model={model} theme={theme} onThemeChange={changeTheme} />
}

export const show = (root: Element, model: Explorer): void =>
  createRoot(root).render(<StrictMode><App model={model} /></StrictMode>)
