/** One thing that an adapter must do. `run` rejects, with an `AssertionError` of `node:assert`, where it does not. */
export interface Case {
  readonly name: string
  readonly run: () => Promise<void>
}

/** A list of cases for any test runner: give each to its `it` or `test`, or run them one after another. */
export type Suite = ReadonlyArray<Case>

type Work = () => Promise<void> | void

/** One case for each row. In the name, `%s` and the like stand for the row, or for its parts one after another. */
type Each = <Row>(rows: ReadonlyArray<Row>) => (name: string, work: (row: Row) => Promise<void> | void) => void

/** What a suite is written with. */
export interface Steps {
  readonly it: ((name: string, work: Work) => void) & { readonly each: Each }
  readonly beforeEach: (work: Work) => void
  readonly afterEach: (work: Work) => void
}

const shown = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part))

const named = (name: string, row: unknown): string => {
  const rest: Array<unknown> = Array.isArray(row) ? [...(row as ReadonlyArray<unknown>)] : [row]
  return name.replace(/%[sijo]/g, () => shown(rest.shift()))
}

/** Collects the cases that `build` describes. What is to be done before and after stands around each of them. */
export const suiteOf = (build: (steps: Steps) => void): Suite => {
  const cases: Array<{ readonly name: string; readonly work: Work }> = []
  const before: Array<Work> = []
  const after: Array<Work> = []
  const it = (name: string, work: Work): void => void cases.push({ name, work })
  const each: Each = (rows) => (name, work) => {
    for (const row of rows) it(named(name, row), () => work(row))
  }
  build({ it: Object.assign(it, { each }), beforeEach: (work) => void before.push(work), afterEach: (work) => void after.push(work) })
  return cases.map(({ name, work }) => ({
    name,
    run: async () => {
      for (const step of before) await step()
      try {
        await work()
      } finally {
        for (const step of after) await step()
      }
    },
  }))
}
