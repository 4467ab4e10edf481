/// <reference types="vite/client" />
// A host for tests: the engine without a screen, called from outside.
import { createEngine } from '../../../web/src/engine/index.ts'

declare global {
  interface Window { createEngine: typeof createEngine }
}

window.createEngine = createEngine
