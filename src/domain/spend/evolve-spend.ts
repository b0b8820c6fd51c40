import type { SpendEvent } from './event.js'
import { observed, type SpendState } from './spend-state.js'

/** The state after an event; `null` before the first month is opened. */
export const evolveSpend = (state: SpendState | null, event: SpendEvent): SpendState | null => {
  if (event.type === 'SpendMonthOpened') return event.carried
  if (state === null) return null
  switch (event.type) {
    case 'UsageObserved': {
      const { total, day, week, month, at } = event
      return observed(state, { total, day, week, month, at })
    }
    case 'ReadingSuspected':
      return { ...state, suspicion: event.reason }
    case 'CostReported':
      return { ...state, unconfirmed: [...state.unconfirmed, { at: event.at, cost: event.cost }] }
    case 'SpendMonthClosed':
      return state
  }
}
