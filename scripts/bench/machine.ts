import { execFileSync } from 'node:child_process'
import { cpus, release, totalmem, type } from 'node:os'

const versionOf = (node: string): string => execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()

/** What the figures were measured on, without its name or its folders. */
export const describeMachine = (nodes: ReadonlyArray<string>, fileSystem: string): ReadonlyArray<string> => [
  `CPU: ${cpus()[0]?.model.trim() ?? 'unknown'}, ${cpus().length} cores; memory: ${Math.round(totalmem() / 2 ** 30)} GiB`,
  `System: ${type()} ${release().replace(/-.*$/, '')}; file system of the vaults: ${fileSystem}`,
  `Node: ${[...new Set(nodes.map(versionOf))].join(', ')}`,
]

/** The kind of the file system that a folder is on. */
export const fileSystemOf = (folder: string): string => {
  try {
    return execFileSync('stat', ['-f', '-c', '%T', folder], { encoding: 'utf8' }).trim()
  } catch {
    return 'unknown'
  }
}
