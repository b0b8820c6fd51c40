import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { isLeft } from 'fp-ts/lib/Either.js'

import { openMemoryLog } from '../../src/adapters/memory-log/memory-log.js'
import { makeMemoryStore } from '../../src/adapters/memory-log/memory-store.js'
import type { VaultStore } from '../../src/application/ports/vault-store.js'
import type { VaultId } from '../../src/domain/shared/identifiers.js'
import type { LifeSubject } from '../../src/testing/index.js'

type Commit = Parameters<VaultStore['log']['commit']>[0]

const vaultId = 'c'.repeat(32) as VaultId

const written = ({ appends, seal }: Commit): string => JSON.stringify({ appends, seal: seal.map((each) => ({ ...each, bytes: [...each.bytes] })) })

const readBack = (line: string): Commit => {
  const { appends, seal } = JSON.parse(line) as Omit<Commit, 'seal'> & { readonly seal: ReadonlyArray<Omit<Commit['seal'][number], 'bytes'> & { readonly bytes: ReadonlyArray<number> }> }
  return { appends, seal: seal.map((each) => ({ ...each, bytes: Uint8Array.from(each.bytes) })) }
}

/** What somebody outside might write: a log of which each commit is a line of a file. `forgets`: what it fails to write. */
export const jsonLinesStore = (forgets: (asked: Commit) => Commit = (asked) => asked): LifeSubject['store'] => async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lean-vault-lines-'))
  const file = join(folder, 'events.jsonl')
  const open = async (): Promise<VaultStore> => {
    const store = openMemoryLog(makeMemoryStore({ vaultId, format: 1 }))
    for (const line of existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter((text) => text !== '') : []) await store.log.commit(readBack(line))()
    const commit: VaultStore['log']['commit'] = (asked) => async () => {
      const answer = await store.log.commit(asked)()
      if (isLeft(answer)) return answer
      appendFileSync(file, `${written(forgets(asked))}\n`)
      return answer
    }
    return { ...store, log: { ...store.log, commit } }
  }
  return {
    open,
    dispose: async () => {
      rmSync(folder, { recursive: true })
    },
  }
}
