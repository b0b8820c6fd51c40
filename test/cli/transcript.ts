import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

import { expect } from 'vitest'

import type { Bench, Circumstances } from './bench.js'

/** Splits a line as a shell would, as far as these tests need: words, and texts in double quotes. */
const wordsOf = (line: string): ReadonlyArray<string> =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '')

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, inner]) => [name, sorted(inner)]))
}

/** JSON is written with its fields in order: what comes first in a document is nobody's business. */
const inOrder = (line: string): string => (/^[[{]/.test(line) ? JSON.stringify(sorted(JSON.parse(line))) : line)

/** Takes out what is secret, long, or different on every machine. */
const normalised = (text: string, { folder }: Bench): string =>
  text
    .split('\n')
    .map(inOrder)
    .join('\n')
    .replaceAll(folder, '<folder>')
    .replace(/sk-or-v1-[0-9a-f]{64}/g, '<secret>')
    .replace(/\b[0-9a-f]{64}\b/g, '<hash>')
    .replace(/\b[0-9a-f]{32}\b/g, '<id>')

const circumstanceLines = ({ columns, stdin, env, answers, faults, stop, ended, clipboard, browser }: Circumstances): ReadonlyArray<string> => [
  ...(columns === undefined ? [] : [`# at a terminal of ${columns} columns`]),
  ...(stdin === undefined ? [] : ['# with something on standard input']),
  ...Object.keys(env ?? {}).map((name) => `# with ${name} set`),
  ...(answers ?? []).map((answer) => `# answering: ${answer === null ? 'Ctrl-C' : typeof answer === 'boolean' ? (answer ? 'yes' : 'no') : 'a secret'}`),
  ...(faults === undefined ? [] : [`# while OpenRouter has: ${faults}`]),
  ...(stop === undefined ? [] : [`# ${stop.by} after ${stop.after} requests`]),
  ...(clipboard === undefined ? [] : [`# with a clipboard: ${clipboard._tag}`]),
  ...(browser === false ? ['# without a browser'] : []),
  ...(ended === undefined ? [] : [`# the command ends: ${ended._tag}`]),
]

const part = (name: string, text: string): string => (text === '' ? '' : `--- ${name}\n${text}${text.endsWith('\n') ? '' : '<no newline>\n'}`)

/** A run of commands, written down as a person would see it. */
export interface Transcript {
  /** One command line, with or without the program's name in front. */
  readonly type: (line: string, circumstances?: Circumstances) => Promise<number>
  readonly text: () => string
}

export const makeTranscript = (bench: Bench): Transcript => {
  let text = ''
  return {
    type: async (line, circumstances = {}) => {
      const ran = await bench.run(wordsOf(line), circumstances)
      const head = [...circumstanceLines(circumstances), `$ lean-vault ${line}`].map((each) => `${each}\n`).join('')
      text += normalised(`${head}${part('stdout', ran.stdout)}${part('stderr', ran.stderr)}--- exit ${ran.exit}\n\n`, bench)
      bench.advance(1000)
      return ran.exit
    },
    text: () => text,
  }
}

const updating = process.env['UPDATE_TRANSCRIPTS'] === '1'

/** Compares with the file of that name in `golden/`. `UPDATE_TRANSCRIPTS=1` writes it instead; read the difference then. */
export const expectGolden = (name: string, text: string): void => {
  const path = fileURLToPath(new URL(`golden/${name}.txt`, import.meta.url))
  if (updating) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    return
  }
  expect(existsSync(path), `${name}.txt is missing: run with UPDATE_TRANSCRIPTS=1 and read it`).toBe(true)
  expect(text).toBe(readFileSync(path, 'utf8'))
}
