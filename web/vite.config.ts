import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

// Relative URLs: the built page works under any path, beside any site.
export default defineConfig({
  base: './',
  plugins: [react()],
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
