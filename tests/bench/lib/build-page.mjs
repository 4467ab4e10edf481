// Bundles what a contender's page loads the way its users would: minified, by Vite, workers and wasm as files of their own.
import { build } from 'vite'
import { top } from './machine.mjs'

export const contenderEntry = (name) => `${top}tests/bench/pages/contenders/${name}.js`
export const parquetEntry = (name) => `${top}tests/bench/pages/parquet/${name}.js`

/** `entry` becomes `folder`/contender.js, with what it needs beside it. */
export async function buildPage(entry, folder) {
  await build({
    root: top,
    configFile: false,
    publicDir: false,
    logLevel: 'error',
    base: './',
    worker: { format: 'es' },
    build: {
      outDir: folder,
      emptyOutDir: true,
      target: 'es2022',
      assetsInlineLimit: 0,
      modulePreload: false,
      chunkSizeWarningLimit: 1e6,
      rolldownOptions: {
        input: entry,
        preserveEntrySignatures: 'strict',
        output: { entryFileNames: 'contender.js' },
      },
    },
  })
}
