// What a page loads: <script type="module" src="…/sonde-explorer.js"></script>, and the style sheet beside it. A site may
// serve this file under a second name (Django's manifest of static files does), so no other file imports from it.
import './element.css'

void import('./define.ts')
