import { spawn } from 'node:child_process'

/** How a tool of the system ended. What it said goes no further than this adapter. */
export type Ran =
  | { readonly _tag: 'Ended'; readonly code: number; readonly stdout: string }
  /** It is not installed, was killed, or did not end in time. */
  | { readonly _tag: 'NotRun'; readonly reason: string }

/** Long enough for a person to unlock a keychain that asks. Milliseconds. */
const patience = 60_000

/** A tool of the system needs none of our own variables, and some of them are secrets. */
const strippedEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('LEAN_VAULT_')))

/** Runs a tool with a secret on its standard input: never in its arguments, which every user of the machine can read. */
export const runTool = (command: string, args: ReadonlyArray<string>, input: string): Promise<Ran> =>
  new Promise((resolve) => {
    const child = spawn(command, [...args], {
      env: strippedEnvironment(),
      stdio: ['pipe', 'pipe', 'ignore'],
      timeout: patience,
      killSignal: 'SIGKILL',
    })
    const chunks: Array<Buffer> = []
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    // A tool that ends without reading closes its end; what became of it is told by how it ended.
    child.stdin.on('error', () => undefined)
    child.on('error', (error) => resolve({ _tag: 'NotRun', reason: 'code' in error ? String(error.code) : 'unknown' }))
    child.on('close', (code, signal) => {
      const stdout = Buffer.concat(chunks).toString('utf8')
      for (const chunk of chunks) chunk.fill(0)
      resolve(code === null ? { _tag: 'NotRun', reason: signal ?? 'unknown' } : { _tag: 'Ended', code, stdout })
    })
    child.stdin.end(input)
  })
