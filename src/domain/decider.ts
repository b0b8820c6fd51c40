import type { Either } from 'fp-ts/lib/Either.js'
import type { ReadonlyNonEmptyArray } from 'fp-ts/lib/ReadonlyNonEmptyArray.js'

/**
 * An aggregate as pure functions. `decide` gives facts or a refusal; `evolve` is total and never refuses,
 * for the past is not negotiable. A command that has nothing to do is refused with a refusal of its own,
 * never answered with an empty list.
 */
export interface Decider<Command, State, Event, Refusal> {
  readonly initial: State
  readonly decide: (command: Command, state: State) => Either<Refusal, ReadonlyNonEmptyArray<Event>>
  readonly evolve: (state: State, event: Event) => State
}

/** The state after `events`, from `state` on. */
export const fold = <State, Event>(
  decider: { readonly evolve: (state: State, event: Event) => State },
  state: State,
  events: ReadonlyArray<Event>,
): State => events.reduce((before, event) => decider.evolve(before, event), state)
