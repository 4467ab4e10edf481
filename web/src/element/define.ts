import { SondeExplorer } from './sonde-explorer.tsx'
import { SondeUpload } from './sonde-upload.ts'

const elements = { 'sonde-explorer': SondeExplorer, 'sonde-upload': SondeUpload }
for (const [name, element] of Object.entries(elements)) {
  if (!customElements.get(name)) customElements.define(name, element)
}
