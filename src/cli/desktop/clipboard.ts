import { createHmac, randomBytes } from 'node:crypto'

import { reveal, type Secret } from '../../application/secret.js'
import { type ClipboardTool, clipboardTools } from './clipboard-tools.js'
import { runProgram } from './run-program.js'
import { unclipCommand } from './unclip-command.js'

/** What came of copying. `clears`: a process in the background empties the clipboard in time, if it still holds the secret. */
export type Copied =
  | { readonly _tag: 'Copied'; readonly program: string; readonly clears: boolean }
  | { readonly _tag: 'NoClipboard' }
  | { readonly _tag: 'ClipboardFailed'; readonly program: string }

/** The desktop's clipboard. */
export interface Clipboard {
  /** Puts a secret there, for so many seconds. */
  readonly copy: (secret: Secret, seconds: number) => Promise<Copied>
  /** What the process in the background does, with what `copy` left for it to read; resolves when all is done. */
  readonly clearLater: (task: string) => Promise<void>
}

/** Where this program runs, and by which words it is started again. */
export interface Desktop {
  readonly platform: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly again: ReadonlyArray<string>
}

interface Task {
  readonly program: string
  readonly salt: string
  /** Salted, so that it tells nothing of a secret to whoever reads this process's memory later. */
  readonly digest: string
  readonly seconds: number
}

const digestOf = (text: string, salt: string): string => createHmac('sha256', salt).update(text, 'utf8').digest('hex')

/** The secret itself is not handed on: its digest is enough to know it by. */
const clearInBackground = async ({ again }: Desktop, task: Task): Promise<void> => {
  const { spawn } = await import('node:child_process')
  const child = spawn(process.execPath, [...again, unclipCommand], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
  await new Promise((resolve) => {
    child.once('error', resolve)
    child.stdin.on('error', resolve)
    child.stdin.end(JSON.stringify(task), () => resolve(undefined))
  })
  child.unref()
}

const isTask = (value: unknown): value is Task =>
  typeof value === 'object' && value !== null && ['program', 'salt', 'digest', 'seconds'].every((field) => field in value)

const parseTask = (text: string): Task | null => {
  try {
    const value: unknown = JSON.parse(text)
    return isTask(value) ? value : null
  } catch {
    return null
  }
}

/** Empties the clipboard if it still holds what was copied: what somebody else has put there since is theirs. */
const clearIfOurs = async ({ paste, clear }: ClipboardTool, { salt, digest }: Task): Promise<void> => {
  if (paste === null) return
  const held = await runProgram(paste, '', true)
  if (held._tag === 'Ended' && digestOf(held.output, salt) === digest) await runProgram(clear, '')
}

/** The clipboard of this desktop, by the programs that are there. */
export const makeClipboard = (desktop: Desktop): Clipboard => {
  const tools = clipboardTools(desktop.platform, desktop.env)
  return {
    copy: async (secret, seconds) => {
      for (const { copy, paste } of tools) {
        const [program] = copy
        const ended = await runProgram(copy, reveal(secret))
        if (ended._tag === 'NotFound') continue
        if (ended.code !== 0) return { _tag: 'ClipboardFailed', program }
        const salt = randomBytes(16).toString('hex')
        if (paste !== null) await clearInBackground(desktop, { program, salt, digest: digestOf(reveal(secret), salt), seconds })
        return { _tag: 'Copied', program, clears: paste !== null }
      }
      return { _tag: 'NoClipboard' }
    },
    clearLater: async (text) => {
      const task = parseTask(text)
      const tool = tools.find(({ copy }) => copy[0] === task?.program)
      if (task === null || tool === undefined) return
      await new Promise((resolve) => setTimeout(resolve, task.seconds * 1000))
      await clearIfOurs(tool, task)
    },
  }
}
