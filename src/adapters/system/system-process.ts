import { randomBytes } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

import type { Process } from '../../application/ports/environment.js'
import type { OwnerId } from '../../domain/shared/identifiers.js'

const attempt = (read: () => string): string => {
  try {
    return read().trim()
  } catch {
    return ''
  }
}

/**
 * What makes a process id mean one process: this boot of this machine and its process namespace. Empty where the system does
 * not tell (only Linux does); then nobody's death can be seen from here, and claims simply run out.
 * https://man7.org/linux/man-pages/man5/proc_sys_kernel.5.html, https://man7.org/linux/man-pages/man7/pid_namespaces.7.html
 */
const processSpace = (): string => {
  const boot = attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')).slice(0, 8)
  const namespace = /\d+/.exec(attempt(() => readlinkSync('/proc/self/ns/pid')))?.[0] ?? ''
  return boot === '' || namespace === '' ? '' : `${boot}.${namespace}`
}

/**
 * An owner's name: host, process space, process id, start of the process and 32 random bits, so that a person can find the
 * holder of a claim and no two are ever alike, not even after a restart in a container that has the same host and process id.
 */
export const ownerOf = (host: string, space: string, pid: number, startedAt: number): OwnerId => {
  const readable = host.replace(/[^A-Za-z0-9._-]/g, '-').slice(0, 63)
  return `${readable}:${space}:${pid}:${startedAt}:${randomBytes(4).toString('hex')}` as OwnerId
}

const isDead = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH'
  }
}

/** Whether the owner ran in this very process space and its process id is free now. A reused id only means waiting. */
const isGoneFrom =
  (space: string) =>
  (owner: OwnerId): boolean => {
    const [, theirs, pid] = owner.split(':')
    return space !== '' && theirs === space && /^[1-9]\d*$/.test(pid ?? '') && isDead(Number(pid))
  }

/** This process. `stop` is aborted when the user asks to stop. */
export const systemProcess = (stop: AbortSignal): Process => {
  const space = processSpace()
  return {
    owner: ownerOf(hostname(), space, process.pid, Math.round(performance.timeOrigin)),
    isGone: isGoneFrom(space),
    stopping: () => stop.aborted,
  }
}
