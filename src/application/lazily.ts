import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

/** Goes on with what a module has, once the module is loaded: code that a run does not need costs it no time. */
export const lazily = <Module, E, A>(
  load: () => Promise<Module>,
  use: (loaded: Module) => TE.TaskEither<E, A>,
): TE.TaskEither<E, A> => pipe(TE.fromTask<Module, E>(load), TE.flatMap(use))

type Functions<Whole> = { readonly [Name in keyof Whole]: (...given: never) => TE.TaskEither<unknown, unknown> }

/** The names of a record's functions. One that is missing does not compile. */
export type FunctionNames<Whole> = { readonly [Name in keyof Whole]: true }

type AnyFunction = (...given: ReadonlyArray<unknown>) => TE.TaskEither<unknown, unknown>

/** The functions of a record that is loaded, once, when the first of them is run. */
export const lazyFunctions = <Whole extends Functions<Whole>>(names: FunctionNames<Whole>, load: () => Promise<Whole>): Whole => {
  let loading: Promise<Whole> | null = null
  const loaded = (): Promise<Whole> => (loading ??= load())
  const later =
    (name: string): AnyFunction =>
    (...given) =>
      lazily(loaded, (whole) => (whole[name as keyof Whole] as unknown as AnyFunction)(...given))
  // `names` has every name of `Whole`, and each function hands its arguments and its answer on as they are.
  return Object.fromEntries(Object.keys(names).map((name) => [name, later(name)])) as unknown as Whole
}
