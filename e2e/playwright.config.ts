// Every spec runs in real Chromium against the built page, served by the native binary.
//   CHROMIUM      the browser; Debian's otherwise
//   SONDE_LISTEN  address of the server that is started for the run
import { defineConfig, devices } from '@playwright/test'

const listen = process.env.SONDE_LISTEN ?? '127.0.0.1:8012'
const server = '../build/release/proxy/sonde serve --root ../web/dist --listen ' + listen

export default defineConfig({
  testDir: 'specs',
  outputDir: '.results/artifacts',
  workers: 1,
  forbidOnly: process.env.CI !== undefined,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: [['list'], ['json', { outputFile: '.results/report.json' }]],
  use: {
    ...devices['Desktop Chrome'],
    baseURL: `http://${listen}/`,
    viewport: { width: 1280, height: 800 },
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  webServer: { command: `exec ${server}`, url: `http://${listen}/`, reuseExistingServer: false, timeout: 20_000 },
})
