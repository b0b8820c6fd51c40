import { isAbsolute, join } from 'node:path'

import type { VaultId } from '../../domain/shared/identifiers.js'

/**
 * Where a vault's key lies: `$LEAN_VAULT_MASTER_KEY_FILE`, else in the user's configuration folder, apart from the
 * data and named after the vault, so that one user may have several. A relative `$XDG_CONFIG_HOME` counts as unset:
 * https://specifications.freedesktop.org/basedir-spec/latest/
 */
export const keyFilePath = (
  env: Readonly<Record<string, string | undefined>>,
  homedir: string,
  vaultId: VaultId,
): string => {
  const chosen = env['LEAN_VAULT_MASTER_KEY_FILE']
  if (chosen !== undefined && chosen !== '') return chosen
  const xdg = env['XDG_CONFIG_HOME']
  const configuration = xdg !== undefined && isAbsolute(xdg) ? xdg : join(homedir, '.config')
  return join(configuration, 'lean-vault', `${vaultId}.key`)
}
