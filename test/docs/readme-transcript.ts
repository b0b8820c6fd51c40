import { spawn } from 'node:child_process'
import { copyFileSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { root } from '../architecture/project-files.js'
import { buildProgram } from '../cli/built-program.js'

/** Each block of commands with their output in a page. */
const blocks = /(?<=^```console\n)[\s\S]*?(?=^```$)/gm

const commandsIn = (block: string): ReadonlyArray<string> => block.split('\n').flatMap((line) => (line.startsWith('$ ') ? [line.slice(2)] : []))

type Environment = Readonly<Record<string, string>>

/** A process at a terminal of 80 columns. `until` ends it when its output holds that text. */
const atTerminal = (command: string, cwd: string, env: Environment, until?: string) => {
  const child = spawn('script', ['-q', '-e', '-c', `stty cols 80; ${command}`, '/dev/null'], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let shown = ''
  const tooLong = setTimeout(() => child.kill(), 60_000)
  const ended = new Promise<string>((resolve) =>
    child.once('close', () => {
      clearTimeout(tooLong)
      resolve(shown.replaceAll('\r', ''))
    }),
  )
  const said = new Promise<string>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      shown += text
      if (until !== undefined && shown.includes(until)) resolve(shown.replaceAll('\r', ''))
    })
    child.once('close', () => resolve(shown))
  })
  return { ended, said, stop: () => child.kill() }
}

/** Takes out what is another thing at every run. */
const steady = (text: string, home: string): string =>
  text
    .replaceAll(`${home}/vault`, '/…/vault')
    .replaceAll(home, '~')
    .replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:40123')
    .replace(/sk-or-v1-[0-9a-f.]+/g, 'sk-or-v1-…')
    .replace(/[0-9a-f]{32,64}/g, '…')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '2026-11-23T12:00:00Z')
    .replace(/CREATED +EXPIRES/, 'CREATED   EXPIRES')
    .replace(/(\d+ seconds? ago|just now) +(never|in \d+ \w+)$/gm, 'just now  $2')
    .replace(/\(\d+ seconds? ago\)/g, '(just now)')

/** The variables that pasting the lines of `sandbox` sets. */
const pasted = (announcement: string, home: string): Environment => ({
  LEAN_VAULT_HOME: join(home, 'vault'),
  ...Object.fromEntries([...announcement.matchAll(/export (OPENROUTER_BASE_URL|LEAN_VAULT_MANAGEMENT_KEY)=(\S+)/g)].map(([, name = '', value = '']) => [name, value])),
})

/**
 * The page with what its commands print when they are typed at a terminal of 80 columns, by the built program and its sandbox.
 * The first block starts the sandbox, the others go on in another terminal.
 */
export const played = async (page: string): Promise<string> => {
  const program = await buildProgram()
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'lean-vault-readme-')))
  copyFileSync(join(root, 'examples/agent/agent.mjs'), join(home, 'agent.mjs'))
  const own = { PATH: process.env['PATH'] ?? '', HOME: home, TERM: 'xterm', NO_COLOR: '1' }
  const typed = (command: string) => command.replace(/^lean-vault/, `'${process.execPath}' '${program.file}'`)
  const sandbox = atTerminal(typed('lean-vault sandbox'), home, own, 'Ctrl-C ends it.\r\n')
  const announcement = await sandbox.said
  const env = { ...own, ...pasted(announcement, home) }
  const outputs: Array<string> = []
  for (const [block] of page.matchAll(blocks)) {
    let text = ''
    for (const command of commandsIn(block)) {
      const shown = command === 'lean-vault sandbox' ? announcement : await atTerminal(typed(command), home, env).ended
      text += `$ ${command}\n${steady(shown, home)}`
    }
    outputs.push(text)
  }
  sandbox.stop()
  await sandbox.ended
  program.dispose()
  rmSync(home, { recursive: true, force: true })
  return page.replace(blocks, () => outputs.shift() ?? '')
}
