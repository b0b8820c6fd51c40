import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'

import type { Process } from '../../application/ports/environment.js'
import type { OwnerId } from '../../domain/shared/identifiers.js'

/**
 * An owner's name: host, process id, start of the process and 32 random bits, so that a person can find the holder of
 * a claim and no two are ever alike, not even after a restart in a container that has the same host and process id.
 */
export const ownerOf = (host: string, pid: number, startedAt: number): OwnerId => {
  const readable = host.replace(/[^A-Za-z0-9._-]/g, '-').slice(0, 63)
  return `${readable}:${pid}:${startedAt}:${randomBytes(4).toString('hex')}` as OwnerId
}

/** This process. `stop` is aborted when the user asks to stop. */
export const systemProcess = (stop: AbortSignal): Process => ({
  owner: ownerOf(hostname(), process.pid, Math.round(performance.timeOrigin)),
  stopping: () => stop.aborted,
})
