import type { ApiKey } from '../../src/adapters/simulated-openrouter/account.js'
import type { JournalEntry } from '../../src/adapters/simulated-openrouter/journal.js'
import type { World } from '../../src/adapters/simulated-openrouter/world.js'
import { parseMarker } from '../../src/domain/shared/marker.js'

/** Every key that ever was, by birth: `alpha`, and its successors `alpha/2` and so on. */
const labelsOf = ({ account }: World): ReadonlyMap<string, string> => {
  const counts = new Map<string, number>()
  const labels = new Map<string, string>()
  const all: ReadonlyArray<ApiKey> = [...account.deleted.values(), ...account.keys.values()]
  for (const key of [...all].sort((a, b) => a.createdAt - b.createdAt)) {
    const name = parseMarker(key.name)?.name ?? key.name
    const nth = (counts.get(name) ?? 0) + 1
    counts.set(name, nth)
    labels.set(key.hash, nth === 1 ? name : `${name}/${String(nth)}`)
  }
  return labels
}

const lineOf = (world: World, labels: ReadonlyMap<string, string>, entry: JournalEntry): string => {
  const { caller, method, path, query } = entry
  const named = path.replace(/[0-9a-f]{64}/, (hash) => labels.get(hash) ?? '?')
  const workspace = world.account.workspaces.find((each) => each.id === query['workspace_id'])
  const page = path === '/keys' && method === 'GET' ? ` ${workspace?.slug ?? '-'}@${query['offset'] ?? '0'}` : ''
  const as = caller === 'management' ? '' : ` as ${typeof caller === 'string' ? caller : (labels.get(caller.key) ?? '?')}`
  return `${method} ${named}${page}${as}`
}

/** Requests as text that is easy to compare: hashes as names, the workspace and offset of a page, whose credential it was. */
export const linesOf = (world: World, entries: ReadonlyArray<JournalEntry>): ReadonlyArray<string> => {
  const labels = labelsOf(world)
  return entries.map((entry) => lineOf(world, labels, entry))
}
