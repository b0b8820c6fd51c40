import type { StrayOrigin } from './event.js'

/** A key lost at its creation was born unable to spend and has just been seen: it is deleted at once, and its 404 means something. */
export const isWorthless = (origin: StrayOrigin): boolean => origin === 'lost-create' || origin === 'late-create'
