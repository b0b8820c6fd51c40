/** How a small program ended, and what it printed. `NotFound`: there is none of that name on PATH. */
export type ProgramEnd = { readonly _tag: 'Ended'; readonly code: number; readonly output: string } | { readonly _tag: 'NotFound' }

/** A command and its arguments. */
export type Words = readonly [command: string, ...args: ReadonlyArray<string>]

const patience = 5000
const notRun = 126

/**
 * Runs a program that takes `input` on its standard input. Its output is read only where `reads` says so: a program that goes
 * on in the background, as xclip does, would otherwise hold the stream open for ever.
 */
export const runProgram = async ([command, ...args]: Words, input: string, reads = false): Promise<ProgramEnd> => {
  const { spawn } = await import('node:child_process')
  return await new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['pipe', reads ? 'pipe' : 'ignore', 'ignore'], timeout: patience })
    let output = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => void (output += text))
    // A program that ends before it has read all is judged by its exit code.
    child.stdin?.on('error', () => undefined)
    child.once('error', (error) => {
      resolve('code' in error && error.code === 'ENOENT' ? { _tag: 'NotFound' } : { _tag: 'Ended', code: notRun, output })
    })
    child.once(reads ? 'close' : 'exit', (code: number | null) => resolve({ _tag: 'Ended', code: code ?? notRun, output }))
    child.stdin?.end(input)
  })
}
