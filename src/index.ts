export {
  auditVault,
  backupVault,
  changeAlertSetting,
  changeSetting,
  changeVaultKey,
  describeVaultKey,
  effectiveSettings,
  examine,
  findVault,
  formatExport,
  initVault,
  readDeclaredKeys,
  readDotenv,
  readGoVault,
  readVaultDocument,
  restoreVault,
  serveMetrics,
} from './adapters/composition/doors.js'
export type { AuditOptions } from './adapters/composition/audit-vault.js'
export type { BackupOptions, BackupReport } from './adapters/composition/backup-vault.js'
export type { DoctorReport, Finding } from './adapters/composition/doctor-report.js'
export type { EffectiveSetting } from './adapters/composition/effective-settings.js'
export type { InitReport } from './adapters/composition/init-vault.js'
export { openVault } from './adapters/composition/open-vault.js'
export type { AlertScope } from './adapters/config/index.js'
export type { Connector } from './adapters/composition/connector.js'
export type { AlertOptions, AskPassphrase, InitOptions, NewKeySource, OwnKeychain, Overrides, VaultOptions } from './adapters/composition/options.js'
export type { ExportFormat } from './adapters/documents/format-export.js'
export type { RestoreOptions, RestoreReport } from './adapters/composition/restore-options.js'
export { isVaultFailure, promised, type PromisedAlerts, type PromisedVault, promises, type VaultFailure } from './adapters/composition/promises.js'
export type { MetricsError, MetricsServer } from './adapters/metrics/serve-metrics.js'
export { startSandbox } from './adapters/composition/start-sandbox.js'
export type { Parts } from './adapters/composition/tokens.js'
export type { RequestTrace } from './adapters/composition/trace.js'
export type { VaultKeyChange, VaultKeyReport } from './adapters/composition/vault-key-change.js'
export type { Sandbox, SandboxError, SandboxOptions } from './adapters/sandbox/start-sandbox.js'
export type {
  Alerts,
  ChannelView,
  MuteOptions,
  NewChannel,
  SentReport,
} from './application/alerts/alerts.js'
export type { DamageTold } from './application/alerts/tell-damage.js'
export type { AlertQuery, AlertView, DeliveryView, MuteView } from './application/alerts/alert-views.js'
export type { QuietView, RuleException, RuleView, SendingView } from './application/alerts/rule-views.js'
export type {
  ApplyOptions,
  ApplyReport,
  DeclaredKeyOptions,
  DeclaredKeys,
  KeyChange,
  KeyPlan,
  KeyStep,
  KeyStepKind,
  PlanOptions,
} from './application/declared-keys.js'
export type { KeyLeft, VaultError, VaultErrorTag } from './application/errors.js'
export type { AlertChannel, AlertMessage, DeliveryProblem, OutgoingAlert } from './application/ports/alert-channel.js'
export type { Clock, Process, Random } from './application/ports/environment.js'
export type { EventCodec, UnreadableEvent } from './application/ports/event-codec.js'
export type {
  Commit,
  EventLog,
  EventRecord,
  LogUnavailable,
  NewRecord,
  SealedSecret,
  SecretRef,
  StreamAppend,
  StreamId,
  VersionConflict,
} from './application/ports/event-log.js'
export type { Credits, Guardrail, GuardrailAssignment, NewGuardrail } from './application/ports/guardrail.js'
export type { LimitOptions } from './application/limit-options.js'
export type { OpenedVault } from './application/opened-vault.js'
export type { ForeignKey, ForeignVault, StatedLimits, StatedSchedule } from './application/ports/foreign-vault.js'
export type { HttpRequest, HttpResponse, HttpTransport, TransportError } from './application/ports/http.js'
export type { KeyRingStore, RingChange, WrappedKey, WrappedRing } from './application/ports/key-ring-store.js'
export type { DamagedStream, LogAudit, LogDamage } from './application/ports/log-audit.js'
export type { HeadKeeper, LogAuthenticator, LogHead, RememberedHead } from './application/ports/log-proof.js'
export type {
  ByokUsage,
  CreatedKey,
  Identity,
  KeyDetails,
  KeyListing,
  KeyStatus,
  NewKey,
  OpenRouterClient,
  RemoteUsage,
  SecretAnswer,
  Workspace,
} from './application/ports/open-router-client.js'
export type { RemoteError } from './application/ports/remote-error.js'
export type { NoVaultKey, SealBroken, Sealer } from './application/ports/sealer.js'
export type { LogInfo, VaultStore } from './application/ports/vault-store.js'
export type {
  ChangeOutcome,
  ChangeReport,
  CredentialReport,
  Enforcer,
  HistoryEntry,
  KeyInFull,
  KeyView,
  LimitsView,
  PanicReport,
  RecordedUsage,
  ReconciledKey,
  ReconcileReport,
  RemovalPlan,
  TagReport,
  UsageReport,
  UsageView,
  WindowForecast,
} from './application/reports.js'
export type { ExportedKey, ImportedKey, ImportReport, VaultExport } from './application/transfer-reports.js'
export type { HandedOut } from './application/handed-out.js'
export type { DueKey, RotateDueReport } from './application/rotations/rotation-reports.js'
export type { RotationPlan } from './application/rotation-plan.js'
export { reveal, secret, type Secret } from './application/secret.js'
export type { Timing } from './application/settings.js'
export type {
  AddOptions,
  ExportOptions,
  HistoryOptions,
  ListOptions,
  PanicScope,
  ReconcileOptions,
  RemoveOptions,
  RotateDueOptions,
  RotateOptions,
  UsageOptions,
  Vault,
  WatchOptions,
} from './application/vault.js'
export type { UsageDay } from './application/use-cases/usage-history.js'
export type { ScheduledRotations, WatchReport } from './application/watch/watch-report.js'
export type { WatcherView } from './application/watcher-heartbeat.js'
export type { VaultKeySource } from './domain/vault/event.js'
export type { AlertText, Condition } from './domain/alerts/condition.js'
export type { OwnRule } from './domain/alerts/conditions.js'
export type {
  AccountFacts,
  AlertFacts,
  AlertWindow,
  AuditFailure,
  Incident,
  KeyFacts,
  TotalReading,
  UnheldFact,
  WindowFacts,
} from './domain/alerts/facts.js'
export type { AlertCase, Subject } from './domain/alerts/identity.js'
export { type AlertPolicy, defaultPolicy, type QuietHours, type RuleAction, type RuleSettings } from './domain/alerts/policy.js'
export type { RuleName, Severity } from './domain/alerts/rule.js'
export type { PendingWork, PublicState } from './domain/key/view.js'
export type { InvalidValue } from './domain/shared/brand.js'
export { type KeyHash, keyHash, type KeyName, keyName, type VaultId } from './domain/shared/identifiers.js'
export { type Instant, instant, type Millis, millis } from './domain/shared/instant.js'
export { fromDecimalDollars, type Picodollars, toDecimalDollars } from './domain/shared/picodollars.js'
