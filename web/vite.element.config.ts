// The custom element as plain files: an entry and a style sheet with names that a page can write down, chunks beside them.
//   npm run build:element -- --outDir DIR
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  base: './',
  plugins: [react()],
  build: {
    outDir: 'dist-element',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: 'src/element/main.ts',
      output: {
        entryFileNames: 'sonde-explorer.js',
        codeSplitting: { groups: [{ name: 'preload', test: /preload-helper/ }] }, // else the others import it from the entry
        chunkFileNames: 'assets/[name]-[hash].js',
        assetFileNames: ({ names }) => (names.some((name) => name.endsWith('.css')) ? 'sonde-explorer.css' : 'assets/[name]-[hash][extname]'),
      },
    },
  },
  worker: { format: 'es' },
})
