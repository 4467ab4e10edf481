// The folder of generated tables behind Sonde's own server, for pages of another origin.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { cache, sondeBinary } from './machine.mjs'

/** Resolves to { url, close() }; `url` + a file's name is that file. */
export async function serveTables() {
  const options = ['--root', cache, '--listen', '127.0.0.1:0', '--cors', '*']
  const server = spawn(sondeBinary, ['serve', ...options], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(createInterface(server.stdout), 'line')
  return { url: /http:\S+/.exec(line)[0], close: () => server.kill() }
}
