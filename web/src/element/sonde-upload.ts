// <sonde-upload url="/api/uploads/" token="…">: choose files, see how far they are, follow the link to the table.
import { formatBytes } from '../model/index.ts'
import { upload } from './upload.ts'

export class SondeUpload extends HTMLElement {
  #leaving = new AbortController()

  connectedCallback(): void {
    this.#leaving = new AbortController()
    const input = element('input', { type: 'file', multiple: '', accept: '.csv,.tsv,.txt,.gz,.zst,.parquet,.parq,.pq' })
    const list = element('ul', {})
    input.addEventListener('change', () => {
      for (const file of input.files ?? []) void this.#send(file, list)
      input.value = ''
    })
    this.replaceChildren(element('label', {}, 'Upload tables ', input), list)
  }

  disconnectedCallback(): void {
    this.#leaving.abort()
  }

  async #send(file: File, list: HTMLElement): Promise<void> {
    const bar = element('progress', { max: String(file.size), value: '0', 'aria-label': `Uploading ${file.name}` })
    const state = element('span', { role: 'status' })
    const stop = element('button', { type: 'button' }, 'Stop')
    const line = element('li', {}, `${file.name} `, bar, ' ', state, ' ', stop)
    const stopped = new AbortController()
    stop.addEventListener('click', () => stopped.abort(new Error('stopped; choose it again to go on')))
    list.append(line)
    try {
      const { page } = await upload(file, {
        url: this.getAttribute('url') ?? '', token: this.getAttribute('token') ?? '', storage: localStorage,
        signal: AbortSignal.any([stopped.signal, this.#leaving.signal]),
        onBytes: (bytes) => {
          bar.value = bytes
          state.textContent = `${formatBytes(bytes)} of ${formatBytes(file.size)}`
        },
      })
      line.replaceChildren(element('a', { href: page }, file.name))
    } catch (error) {
      line.replaceChildren(`${file.name}: `, element('span', { role: 'alert' }, error instanceof Error ? error.message : String(error)))
    }
  }
}

function element<Name extends keyof HTMLElementTagNameMap>(name: Name, attributes: Readonly<Record<string, string>>, ...children: (Node | string)[]): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  made.append(...children)
  return made
}
