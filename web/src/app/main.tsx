// The page: the explorer component, a URL from ?url=, the theme remembered.
import { StrictMode, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { DataExplorer, type Theme } from '../react/index.ts'
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

const given = new URLSearchParams(location.search).get('url')
const source = given && URL.canParse(given, location.href) ? new URL(given, location.href) : given ?? undefined

function App() {
  const [theme, setTheme] = useState(rememberedTheme)
  const changeTheme = (next: Theme) => {
    setTheme(next)
    rememberTheme(next)
  }
  return <DataExplorer {...(source && { source })} theme={theme} onThemeChange={changeTheme} />
}

const root = document.getElementById('root')
if (root) createRoot(root).render(<StrictMode><App /></StrictMode>)
