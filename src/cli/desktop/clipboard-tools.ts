import type { Words } from './run-program.js'

/** The programs by which one desktop's clipboard is written, read and emptied. */
export interface ClipboardTool {
  readonly copy: Words
  /** Null: what the clipboard holds cannot be asked, so it is never emptied unasked either. */
  readonly paste: Words | null
  readonly clear: Words
}

const mac: ClipboardTool = { copy: ['pbcopy'], paste: ['pbpaste'], clear: ['pbcopy'] }
const windows: ClipboardTool = { copy: ['clip.exe'], paste: null, clear: ['clip.exe'] }
const wayland: ClipboardTool = { copy: ['wl-copy'], paste: ['wl-paste', '--no-newline'], clear: ['wl-copy', '--clear'] }
const xclip: ClipboardTool = {
  copy: ['xclip', '-selection', 'clipboard', '-in'],
  paste: ['xclip', '-selection', 'clipboard', '-out'],
  clear: ['xclip', '-selection', 'clipboard', '-in'],
}
const xsel: ClipboardTool = {
  copy: ['xsel', '--clipboard', '--input'],
  paste: ['xsel', '--clipboard', '--output'],
  clear: ['xsel', '--clipboard', '--clear'],
}

const isSet = (value: string | undefined): boolean => value !== undefined && value !== ''

/** What can be tried here, the likeliest first; nothing where there is no desktop. */
export const clipboardTools = (
  platform: string,
  env: Readonly<Record<string, string | undefined>>,
): ReadonlyArray<ClipboardTool> => {
  if (platform === 'darwin') return [mac]
  if (platform === 'win32' || isSet(env['WSL_DISTRO_NAME'])) return [windows]
  return [...(isSet(env['WAYLAND_DISPLAY']) ? [wayland] : []), ...(isSet(env['DISPLAY']) ? [xclip, xsel] : [])]
}
