import { spawnSync } from 'node:child_process'
import { chmodSync, closeSync, cpSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A file system of its own under a vault's folder, which can be filled up and made read-only. */
export interface SmallDisk {
  readonly fill: () => void
  readonly free: () => void
  readonly setReadOnly: (readOnly: boolean) => void
  readonly remove: () => void
}

const mount = (...args: ReadonlyArray<string>): boolean => spawnSync('mount', args, { stdio: 'ignore' }).status === 0

const mustMount = (...args: ReadonlyArray<string>): void => {
  if (!mount(...args)) throw new Error(`mount ${args.join(' ')} failed`)
}

/** Whether this user may mount anything. */
export const mayMount = (): boolean => {
  const folder = mkdtempSync(join(tmpdir(), 'lean-vault-mount-'))
  const isMounted = mount('-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder)
  if (isMounted) spawnSync('umount', ['-l', folder])
  rmSync(folder, { recursive: true })
  return isMounted
}

/** Puts a tmpfs of this many KiB under a folder, with what is in it. Null where this user may not mount. */
export const smallDiskUnder = (folder: string, kibibytes: number): SmallDisk | null => {
  const kept = mkdtempSync(join(tmpdir(), 'lean-vault-kept-'))
  cpSync(folder, kept, { recursive: true })
  const isMounted = mount('-t', 'tmpfs', '-o', `size=${kibibytes}k,mode=0700`, 'tmpfs', folder)
  if (isMounted) cpSync(kept, folder, { recursive: true })
  rmSync(kept, { recursive: true })
  if (!isMounted) return null
  chmodSync(folder, 0o700)
  const filler = join(folder, 'filler')
  return {
    fill: () => {
      const file = openSync(filler, 'a', 0o600)
      try {
        for (;;) writeSync(file, Buffer.alloc(4096))
      } catch {
        closeSync(file)
      }
    },
    free: () => rmSync(filler, { force: true }),
    setReadOnly: (readOnly) => mustMount('-o', `remount,${readOnly ? 'ro' : 'rw'}`, folder),
    remove: () => {
      if (spawnSync('umount', ['-l', folder]).status !== 0) throw new Error(`umount ${folder} failed`)
    },
  }
}
