/** The hidden command of the process that empties the clipboard. */
export const unclipCommand = '__unclip'
