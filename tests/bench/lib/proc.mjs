// What /proc says about memory and processor time.
import { readdirSync, readFileSync } from 'node:fs'

const ticksPerSecond = 100 // USER_HZ, fixed for user space on every architecture Linux runs browsers on

function statOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ') // the command's name may hold blanks
    const [user, system, waitedUser, waitedSystem] = fields.slice(11, 15).map(Number)
    return { parent: Number(fields[1]), seconds: (user + system + waitedUser + waitedSystem) / ticksPerSecond }
  } catch {
    return undefined // it has ended
  }
}

/** Peak resident memory of a process so far, in bytes. */
export function peakMemory(pid) {
  try {
    const line = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
    return line ? Number(line[1]) * 1024 : null
  } catch {
    return null
  }
}

/** Seconds of processor time of one process so far. */
export const processorSeconds = (pid) => statOf(pid)?.seconds ?? 0

/** Seconds of processor time that this process and everything it started have used. */
function ownSeconds() {
  const stats = new Map()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const stat = statOf(name)
    if (stat) stats.set(Number(name), stat)
  }
  const isOwn = (pid) => {
    for (let at = pid; at > 1; at = stats.get(at)?.parent ?? 0) if (at === process.pid) return true
    return false
  }
  let seconds = 0
  for (const [pid, stat] of stats) if (isOwn(pid)) seconds += stat.seconds
  return seconds
}

function busySeconds() {
  const [user, nice, system, , , irq, softirq] = readFileSync('/proc/stat', 'utf8').split('\n')[0].trim().split(/\s+/).slice(1).map(Number)
  return (user + nice + system + irq + softirq) / ticksPerSecond
}

/**
 * Begins to watch; the answer says how much processor time others have used since then. Ask before ending a process
 * that has children of its own: what orphans used is lost.
 */
export function watchOthers() {
  const begin = { wall: performance.now(), busy: busySeconds(), own: ownSeconds() }
  return () => ({
    wall: (performance.now() - begin.wall) / 1000,
    others: Math.max(0, busySeconds() - begin.busy - (ownSeconds() - begin.own)),
  })
}

/** How many cores others kept busy on average. */
export function othersCores(...watched) {
  const sum = (key) => watched.reduce((total, one) => total + one[key], 0)
  return sum('others') / sum('wall')
}
