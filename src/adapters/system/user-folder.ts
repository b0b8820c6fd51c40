import { homedir } from 'node:os'

/**
 * The user's own folder. A user whom the system does not know, as in many a container, has none; the root of the file system stands
 * in for it, as it does in a container that is run by Docker.
 */
export const userFolder = (): string => {
  try {
    return homedir()
  } catch {
    return '/'
  }
}
