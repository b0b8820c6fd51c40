import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { damagedGoVault, stateOfFolder, type Way } from '../support/damaged-go-vault.js'
import type { Bench } from './bench.js'

/** What a trial with a damaged vault of the Go tool gave. */
export interface GoTrial {
  readonly what: string
  readonly exit: number | null
  readonly milliseconds: number
  readonly problems: ReadonlyArray<string>
}

/** Longer than this is a hang, ms. */
const patience = 60_000

/** What the program reads of an old vault: the key, and the bytes that the base64 text stands for. */
const readable = (folder: string): string => {
  const [key, text] = ['.secret_vault.key', 'secrets.vault'].map((name) => (existsSync(join(folder, name)) ? readFileSync(join(folder, name)) : Buffer.of()))
  const sum = createHash('sha256').update(key ?? '').update('|')
  const trimmed = (text ?? Buffer.of()).toString('latin1').trim()
  return sum.update(/^[A-Za-z0-9+/]+={0,2}$/.test(trimmed) && trimmed.length % 4 === 0 ? Buffer.from(trimmed, 'base64') : '').digest('hex')
}

const unharmed = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'lean-vault-go-'))
  damagedGoVault(folder, { what: 'nothing', damage: () => undefined }, 0)
  const found = readable(folder)
  rmSync(folder, { recursive: true })
  return found
}
const whole = unharmed()

const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1) ?? ''

const isRefusal = (stderr: string): boolean => {
  try {
    const told: unknown = JSON.parse(lastLine(stderr))
    return JSON.stringify(told).includes('"InvalidInput"')
  } catch {
    return false
  }
}

/** Damages an old vault in one way and has the built program import it into a new one. */
export const tryDamagedGoVault = async (bench: Bench, way: Way, seed: number): Promise<GoTrial> => {
  const folder = mkdtempSync(join(tmpdir(), 'lean-vault-go-'))
  damagedGoVault(folder, way, seed)
  const harmless = readable(folder) === whole
  const before = stateOfFolder(folder)
  const begun = performance.now()
  const running = bench.start(['import', '--lean-vault-go', folder, '--json'])
  const timer = setTimeout(() => running.process.kill('SIGKILL'), patience)
  const { code, stdout, stderr } = await running.ended
  clearTimeout(timer)
  const milliseconds = performance.now() - begun
  const problems = [
    ...(harmless || code === 2 ? [] : [`exited ${String(code)}`]),
    ...(harmless || (stdout === '' && isRefusal(stderr)) ? [] : ['was refused without a clear error']),
    ...(harmless || stderr.includes(folder) ? [] : ['does not say which file is meant']),
    ...(/sk-or-v1-[0-9a-f]{16}/.test(stdout + stderr) || stderr.length > 2000 ? ['shows what is in the files'] : []),
    ...(stateOfFolder(folder) === before ? [] : ['changed the old vault']),
  ]
  rmSync(folder, { recursive: true, force: true })
  return { what: way.what, exit: code, milliseconds, problems: problems.map((problem) => `${way.what}, seed ${String(seed)}: ${problem}`) }
}
