import type { Desktop } from './clipboard.js'
import type { Words } from './run-program.js'

const isSet = (value: string | undefined): boolean => value !== undefined && value !== ''

const opener = ({ platform, env }: Desktop): Words | null => {
  if (platform === 'darwin') return ['open']
  if (platform === 'win32' || isSet(env['WSL_DISTRO_NAME'])) return ['explorer.exe']
  return isSet(env['WAYLAND_DISPLAY']) || isSet(env['DISPLAY']) ? ['xdg-open'] : null
}

/** Shows an address in the browser of the desktop; false where there is none. */
export const openPage = async (desktop: Desktop, url: string): Promise<boolean> => {
  const words = opener(desktop)
  if (words === null) return false
  const { spawn } = await import('node:child_process')
  return await new Promise((resolve) => {
    const [command, ...args] = words
    const child = spawn(command, [...args, url], { detached: true, stdio: 'ignore' })
    child.once('error', () => resolve(false))
    child.once('spawn', () => {
      child.unref()
      resolve(true)
    })
  })
}
