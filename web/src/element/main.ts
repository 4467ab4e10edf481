// What a page loads: <script type="module" src="…/sonde-explorer.js"></script>, and the style sheet beside it.
import { SondeExplorer } from './sonde-explorer.tsx'
import './element.css'

export { SondeExplorer }
if (!customElements.get('sonde-explorer')) customElements.define('sonde-explorer', SondeExplorer)
