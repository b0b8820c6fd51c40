import type { Register } from './command.js'
import { commandWord } from './exec-words.js'

/** A command by its name, loaded when it is needed. */
interface TabledCommand {
  readonly name: string
  readonly load: () => Promise<Register>
  /** It looks at all commands, not at itself alone. */
  readonly needsAll?: true
}

interface Group {
  readonly heading: string
  readonly commands: ReadonlyArray<TabledCommand>
}

/** Every command, in the order of `--help`. */
export const commandTable: ReadonlyArray<Group> = [
  {
    heading: 'The vault:',
    commands: [
      { name: 'init', load: async () => (await import('./commands/init.js')).registerInit },
      { name: 'credentials', load: async () => (await import('./commands/credentials.js')).registerCredentials },
      { name: 'vault', load: async () => (await import('./commands/vault.js')).registerVault },
      { name: 'backup', load: async () => (await import('./commands/backup.js')).registerBackup },
      { name: 'restore', load: async () => (await import('./commands/restore.js')).registerRestore },
      { name: 'config', load: async () => (await import('./commands/config.js')).registerConfig },
    ],
  },
  {
    heading: 'Keys:',
    commands: [
      { name: 'add', load: async () => (await import('./commands/add.js')).registerAdd },
      { name: 'get', load: async () => (await import('./commands/get.js')).registerGet },
      { name: 'exec', load: async () => (await import('./commands/exec.js')).registerExec },
      { name: 'list', load: async () => (await import('./commands/list.js')).registerList },
      { name: 'show', load: async () => (await import('./commands/show.js')).registerShow },
      { name: 'tag', load: async () => (await import('./commands/tag.js')).registerTag },
      { name: 'open', load: async () => (await import('./commands/open.js')).registerOpen },
      { name: 'suspend', load: async () => (await import('./commands/suspend.js')).registerSuspend },
      { name: 'resume', load: async () => (await import('./commands/resume.js')).registerResume },
      { name: 'panic', load: async () => (await import('./commands/panic.js')).registerPanic },
      { name: 'remove', load: async () => (await import('./commands/remove.js')).registerRemove },
      { name: 'plan', load: async () => (await import('./commands/plan.js')).registerPlan },
      { name: 'apply', load: async () => (await import('./commands/apply.js')).registerApply },
      { name: 'export', load: async () => (await import('./commands/export.js')).registerExport },
      { name: 'rotate', load: async () => (await import('./commands/rotate.js')).registerRotate },
      { name: 'import', load: async () => (await import('./commands/import.js')).registerImport },
    ],
  },
  {
    heading: 'Spending:',
    commands: [
      { name: 'update-limits', load: async () => (await import('./commands/update-limits.js')).registerUpdateLimits },
      { name: 'get-usage', load: async () => (await import('./commands/get-usage.js')).registerGetUsage },
      { name: 'usage', load: async () => (await import('./commands/get-usage.js')).registerUsage },
    ],
  },
  {
    heading: 'What happened, and what is owed:',
    commands: [
      { name: 'reconcile', load: async () => (await import('./commands/reconcile.js')).registerReconcile },
      { name: 'watch', load: async () => (await import('./commands/watch.js')).registerWatch },
      { name: 'doctor', load: async () => (await import('./commands/doctor.js')).registerDoctor },
      { name: 'history', load: async () => (await import('./commands/history.js')).registerHistory },
      { name: 'audit', load: async () => (await import('./commands/audit.js')).registerAudit },
      { name: 'alerts', load: async () => (await import('./commands/alerts.js')).registerAlerts },
    ],
  },
  {
    heading: 'Other:',
    commands: [
      { name: 'sandbox', load: async () => (await import('./commands/sandbox.js')).registerSandbox },
      { name: 'completion', load: async () => (await import('./commands/completion.js')).registerCompletion, needsAll: true },
      { name: 'version', load: async () => (await import('./commands/version.js')).registerVersion },
      { name: '__names', load: async () => (await import('./commands/names.js')).registerNames },
      { name: '__unclip', load: async () => (await import('./commands/unclip.js')).registerUnclip },
    ],
  },
]

/** Commands under their heading, loaded. */
export interface LoadedGroup {
  readonly heading: string
  readonly registers: ReadonlyArray<Register>
}

const load = async ({ heading, commands }: Group): Promise<LoadedGroup> => ({
  heading,
  registers: await Promise.all(commands.map((command) => command.load())),
})

/** The one command that these arguments name; all of them where they name none, as for help, or for a hint after a slip. */
export const commandsFor = async (argv: ReadonlyArray<string>): Promise<ReadonlyArray<LoadedGroup>> => {
  const word = commandWord(argv)
  const chosen = commandTable.flatMap((group) => {
    const commands = group.commands.filter(({ name, needsAll }) => name === word && needsAll !== true)
    return commands.length === 0 ? [] : [{ ...group, commands }]
  })
  return await Promise.all((chosen.length === 0 ? commandTable : chosen).map(load))
}
