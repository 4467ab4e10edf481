import react from '@vitejs/plugin-react'
import type { HtmlTagDescriptor, Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

/** What the page's first script imports right away, and what that imports, comes beside it and not one round trip later. */
const preload = (...names: readonly string[]): Plugin => ({
  name: 'preload',
  transformIndexHtml: {
    order: 'post',
    handler(_, { bundle = {} }) {
      const scripts = new Set<string>()
      const styles = new Set<string>()
      const add = (file: string): void => {
        const chunk = bundle[file]
        if (chunk?.type !== 'chunk' || chunk.isEntry || scripts.has(file)) return
        scripts.add(file)
        chunk.viteMetadata?.importedCss.forEach((style) => styles.add(style))
        chunk.imports.forEach(add)
      }
      for (const chunk of Object.values(bundle)) if (chunk.type === 'chunk' && names.includes(chunk.name)) add(chunk.fileName)
      return [...linksTo('modulepreload', scripts), ...linksTo('stylesheet', styles)]
    },
  },
})

const linksTo = (rel: string, files: Iterable<string>): HtmlTagDescriptor[] =>
  [...files].map((file) => ({ tag: 'link', attrs: { rel, crossorigin: true, href: `./${file}` }, injectTo: 'head' }))

// Relative URLs: the built page works under any path, beside any site.
export default defineConfig({
  base: './',
  plugins: [react(), preload('page')],
  build: {
    outDir: 'dist',
    target: 'es2022',
    assetsInlineLimit: 0, // a strict Content-Security-Policy allows no data: URLs
    sourcemap: true,
  },
  worker: { format: 'es' },
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    testTimeout: 60_000, // a busy machine is no failure
    hookTimeout: 60_000,
    environment: 'node',
  },
})
