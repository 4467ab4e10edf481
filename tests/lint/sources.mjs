// What the lint tests look at: the files that git tracks or would track, as paths from the top of the checkout.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const top = fileURLToPath(new URL('../..', import.meta.url))

export function files(pattern) {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: top,
    maxBuffer: 1 << 28,
  })
  return listed.toString().split('\0').filter((path) => pattern.test(path) && existsSync(top + path))
}

export const read = (path) => readFileSync(top + path, 'utf8')
