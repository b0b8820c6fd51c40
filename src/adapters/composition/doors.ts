import type { TaskEither } from 'fp-ts/lib/TaskEither.js'

import type { DeclaredKeys } from '../../application/declared-keys.js'
import type { VaultError } from '../../application/errors.js'
import { lazily } from '../../application/lazily.js'
import type { ForeignVault } from '../../application/ports/foreign-vault.js'
import type { VaultExport } from '../../application/transfer-reports.js'
import type { LogAudit } from '../../application/ports/log-audit.js'
import type { AlertScope } from '../config/index.js'
import type { ExportFormat } from '../documents/format-export.js'
import type { OpenedVault } from '../../application/opened-vault.js'
import type { MetricsError, MetricsServer } from '../metrics/serve-metrics.js'
import type { AuditOptions } from './audit-vault.js'
import type { BackupOptions, BackupReport } from './backup-vault.js'
import type { DoctorReport } from './doctor-report.js'
import type { EffectiveSetting } from './effective-settings.js'
import type { InitReport } from './init-vault.js'
import type { InitOptions, VaultOptions } from './options.js'
import type { RestoreOptions, RestoreReport } from './restore-options.js'
import type { VaultKeyChange, VaultKeyReport } from './vault-key-change.js'

// Each function of the library loads its code when it is run: who reads a key pays for no backup.

/**
 * Makes a vault for the account of a management key. Nothing is written before OpenRouter has answered that it is one;
 * an interrupted try is carried on by the next.
 */
export const initVault = (options: InitOptions): TaskEither<VaultError, InitReport> =>
  lazily(() => import('./init-vault.js'), (code) => code.initVault(options))

/** Where a vault is or would be, and whether one is there. */
export const findVault = (options: VaultOptions): TaskEither<VaultError, { readonly place: string; readonly exists: boolean }> =>
  lazily(() => import('./init-vault.js'), (code) => code.findVault(options))

/** Checks a whole vault against its proofs, the head that is remembered outside, and a head that was noted down. */
export const auditVault = (options: AuditOptions): TaskEither<VaultError, LogAudit> =>
  lazily(() => import('./audit-vault.js'), (code) => code.auditVault(options))

/**
 * Writes a sealed copy of a vault that opens on an empty machine: one moment of its log, its vault key and its settings. It
 * may be made while others write. Whoever opens it has everything.
 */
export const backupVault = (options: BackupOptions): TaskEither<VaultError, BackupReport> =>
  lazily(() => import('./backup-vault.js'), (code) => code.backupVault(options))

/**
 * Makes a vault of a backup where there is none. It is opened and read whole before anything is at its place, which it takes
 * in one step; it then says in its log that it was restored.
 */
export const restoreVault = (options: RestoreOptions): TaskEither<VaultError, RestoreReport> =>
  lazily(() => import('./restore-vault.js'), (code) => code.restoreVault(options))

/**
 * Changes the key of a vault, or who can open it. Killed at any moment, the old key or the new one opens the vault: a new
 * key is in its place before the one commit that wraps the ring by it, and the old one stays there until after.
 */
export const changeVaultKey = (options: VaultOptions, change: VaultKeyChange): TaskEither<VaultError, VaultKeyReport> =>
  lazily(() => import('./change-vault-key.js'), (code) => code.changeVaultKey(options, change))

/** Where the key of a vault comes from, and who else can open it. Nothing is opened for it. */
export const describeVaultKey = (options: VaultOptions): TaskEither<VaultError, VaultKeyReport> =>
  lazily(() => import('./change-vault-key.js'), (code) => code.describeVaultKey(options))

/**
 * Looks at the installation, the vault's files and key, what is owed, and what OpenRouter holds. It changes nothing, asks
 * nobody, and works without a vault, without its key and without the network: it then says what it could not look at.
 */
export const examine = (options: VaultOptions = {}): TaskEither<VaultError, DoctorReport> =>
  lazily(() => import('./doctor.js'), (code) => code.examine(options))

/** Every setting in force and where it comes from. The vault, if there is one, is asked for what it pins. */
export const effectiveSettings = (options: VaultOptions): TaskEither<VaultError, ReadonlyArray<EffectiveSetting>> =>
  lazily(() => import('./effective-settings.js'), (code) => code.effectiveSettings(options))

/**
 * Writes a rule or a measure of the alerts into `config.yaml`, for everything, a key or a tag: a rule takes `on`, `off`, a severity,
 * `contain` or `tell`; `default` takes the setting away.
 */
export const changeAlertSetting = (options: VaultOptions, setting: string, text: string, scope: AlertScope = {}): TaskEither<VaultError, void> =>
  lazily(() => import('./effective-settings.js'), (code) => code.changeAlertSetting(options, setting, text, scope))

/** Writes one setting into `config.yaml`, and gives what is in force then: a stronger source may hide it. */
export const changeSetting = (options: VaultOptions, name: string, text: string): TaskEither<VaultError, EffectiveSetting> =>
  lazily(() => import('./effective-settings.js'), (code) => code.changeSetting(options, name, text))

/**
 * Opens a vault of the Go tool, https://github.com/SpaceBarLabs/lean_vault, and changes nothing in it. `InvalidInput` names the
 * file that is missing, damaged or of another vault. Takes about 40 ms a key: that tool derives a key for every value.
 */
export const readGoVault = (folder: string): TaskEither<VaultError, ForeignVault> =>
  lazily(() => import('../go-vault/read-go-vault.js'), (code) => code.readGoVault(folder))

/** Reads a vault document, YAML or JSON, as `formatExport` writes it. `InvalidInput` names the file and the line. */
export const readVaultDocument = (path: string): TaskEither<VaultError, ForeignVault> =>
  lazily(() => import('../documents/read-vault-document.js'), (code) => code.readVaultDocument(path))

/** Reads declared keys, a `keys.yaml`. `InvalidInput` names the file, the line, the column and the field of the first mistake. */
export const readDeclaredKeys = (path: string): TaskEither<VaultError, DeclaredKeys> =>
  lazily(() => import('../documents/read-declared-keys.js'), (code) => code.readDeclaredKeys(path))

/** Reads the OpenRouter keys among the variables of a dotenv file. */
export const readDotenv = (path: string): TaskEither<VaultError, ForeignVault> =>
  lazily(() => import('../documents/read-dotenv.js'), (code) => code.readDotenv(path))

/** An export as text. It has the secrets in it if the export has: write it to its one destination and show it nowhere. */
export const formatExport = (exported: VaultExport, format: ExportFormat): TaskEither<VaultError, string> =>
  lazily(() => import('../documents/format-export.js'), (code) => code.formatExport(exported, format))

/**
 * Serves what the vault knows for Prometheus, at `/metrics` on 127.0.0.1, and `/healthz` beside it; port 0 takes any free one. Tell it of
 * each pass of a watcher by `saw`. Source of the format: https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export const serveMetrics = (vault: Pick<OpenedVault, 'list' | 'usage'>, port: number): TaskEither<MetricsError, MetricsServer> =>
  lazily(() => import('../metrics/serve-metrics.js'), (code) => code.serveMetrics(vault, port))
