import type { Driver } from './driver.js'

/** `auto` is Node's own SQLite where there is one, else `libsql`; the others ask for one and no other. */
export type DriverChoice = 'auto' | 'node:sqlite' | 'libsql'

/** The driver of choice, or null when this machine has none. Loads nothing that it does not return. */
export const loadDriver = async (choice: DriverChoice): Promise<Driver | null> => {
  const own = choice === 'libsql' ? null : (await import('./node-sqlite-driver.js')).nodeSqliteDriver()
  if (own !== null || choice === 'node:sqlite') return own
  return (await import('./libsql-driver.js')).libsqlDriver()
}
