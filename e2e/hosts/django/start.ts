// Puts up what the README of the app describes, in a folder of its own: the site, the server, nginx before both. The
// lines that it tells people to write are taken from it, so they are tried in every run.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = fileURLToPath(new URL('.', import.meta.url))
const top = join(here, '../../..')
const sonde = join(top, 'build/release/proxy/sonde')
const readme = readFileSync(join(top, 'proxy/django/README.md'), 'utf8')

export interface Site {
  readonly url: string
  /** The server beside it, without nginx. */
  readonly server: string
  /** The root of the tables. */
  readonly tables: string
  stop(): Promise<void>
}

/** What the README says to write into a file of this language. */
function readmeSays(language: string): string {
  const found = [...readme.matchAll(new RegExp('```' + language + '\n([^]*?)```', 'g'))]
  if (found.length === 0) throw new Error(`the README has no ${language}`)
  return found.map(([, said]) => said).join('')
}

/** `fill` makes the files of the tables; `expiry` in seconds. */
export async function startSite({ expiry, fill }: { readonly expiry: number; readonly fill: (tables: string) => void }): Promise<Site> {
  const work = mkdtempSync(join(tmpdir(), 'sonde-site-'))
  for (const name of ['tables', 'etc', 'run', 'nginx']) mkdirSync(join(work, name))
  fill(join(work, 'tables'))
  const [front, site, server] = await Promise.all([freePort(), freePort(), freePort()])
  const socket = join(work, 'run/sonde.sock')
  /** What sonde.socket opens where systemd starts the server. */
  const listen = `listen = ["127.0.0.1:${server}", "unix:${socket}"]\n`
  const inPlace = (text: string): string => text
    .replaceAll('127.0.0.1:8002', `127.0.0.1:${server}`).replaceAll('/run/sonde/sonde.sock', socket)
    .replaceAll('/srv/tables', join(work, 'tables')).replaceAll('/etc/sonde', join(work, 'etc'))

  const url = `http://127.0.0.1:${front}`
  const environment = { ...process.env, SITE_WORK: work, SITE_EXPIRY: String(expiry), SITE_ORIGIN: url, PYTHONDONTWRITEBYTECODE: '1' }
  const python = process.env.DJANGO_PYTHON ?? '/usr/bin/python3'
  const manage = (args: readonly string[], input = ''): void => {
    execFileSync(python, [join(here, 'manage.py'), ...args], { env: environment, input, stdio: ['pipe', 'ignore', 'inherit'] })
  }
  manage(['migrate'])
  manage(['collectstatic', '--noinput'])
  manage(['shell'], readFileSync(join(here, 'seed.py'), 'utf8'))
  for (const line of readmeSays('sh').split('\n')) if (line.startsWith('python3 manage.py ')) manage(line.split(' ').slice(2))

  writeFileSync(join(work, 'etc/sonde.toml'), listen + inPlace(readmeSays('toml')))
  writeFileSync(join(work, 'nginx.conf'), nginxConf(work, front, site, inPlace(readmeSays('nginx'))))
  const children: ChildProcess[] = []
  const start = (command: string, args: readonly string[], stderr: 'inherit' | 'ignore'): void => {
    children.push(spawn(command, args, { env: environment, stdio: ['ignore', 'ignore', stderr] }))
  }
  async function stop(): Promise<void> {
    await Promise.all(children.map(end))
    rmSync(work, { recursive: true, force: true })
  }
  try {
    start(sonde, ['serve', '--config', join(work, 'etc/sonde.toml')], 'inherit')
    start(python, [join(here, 'manage.py'), 'runserver', '--noreload', `127.0.0.1:${site}`], 'ignore')
    await Promise.all([answers(`http://127.0.0.1:${site}/accounts/login/`), answers(`http://127.0.0.1:${server}/healthz`)])
    start(process.env.NGINX_PATH ?? '/usr/sbin/nginx', ['-e', 'stderr', '-p', work, '-c', join(work, 'nginx.conf')], 'inherit')
    await answers(`${url}/accounts/login/`)
  } catch (error) {
    await stop()
    throw error
  }
  return { url, server: `http://127.0.0.1:${server}`, tables: join(work, 'tables'), stop }
}

const nginxConf = (work: string, port: number, site: number, locations: string): string => `
daemon off;
user ${userInfo().username};
worker_processes 1;
pid ${work}/nginx/pid;
events {}
http {
  include /etc/nginx/mime.types;
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${work}/nginx/${name};`).join(' ')}
  server {
    listen 127.0.0.1:${port};
    location /static/ { alias ${work}/static/; }
    location / { proxy_pass http://127.0.0.1:${site}; proxy_set_header Host $http_host; }
${locations}
  }
}
`

function freePort(): Promise<number> {
  const server = createServer()
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo
    server.close(() => resolve(port))
  }))
}

async function answers(url: string): Promise<void> {
  for (const begin = Date.now(); ;) {
    const response = await fetch(url).catch(() => undefined)
    if (response?.ok) return
    if (Date.now() - begin > 20_000) throw new Error(`${url} does not answer: ${response?.status ?? 'no connection'}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.kill()
  })
}
