/** Marks a SQLite file as a vault's: `LVLT` in ASCII. https://sqlite.org/pragma.html#pragma_application_id */
export const applicationId = 0x4c56_4c54

/** The newest layout that this program reads and writes. 1: no proofs. 2: every record and every stream's end is proven. */
export const newestFormat = 2

/** `STRICT` makes a column's type a promise. `sealed` and `keyring` are kept in row order, for `shred` rewrites `sealed`. */
const tables = `
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE events (
  sequence INTEGER PRIMARY KEY,
  stream TEXT NOT NULL,
  version INTEGER NOT NULL,
  type TEXT NOT NULL,
  schema INTEGER NOT NULL,
  at INTEGER NOT NULL,
  data TEXT NOT NULL,
  UNIQUE (stream, version)
) STRICT;
CREATE TRIGGER events_are_not_changed BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
CREATE TRIGGER events_are_not_deleted BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;
CREATE TABLE sealed (
  stream TEXT NOT NULL,
  owner TEXT NOT NULL,
  generation INTEGER NOT NULL,
  key_id TEXT NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (stream, owner, generation)
) STRICT;
CREATE TABLE keyring (position INTEGER PRIMARY KEY, key_id TEXT NOT NULL UNIQUE, bytes BLOB NOT NULL) STRICT;
`

/**
 * What format 2 adds. The proofs stand beside the events, so that no byte of an event is written again by the migration.
 * The trigger keeps a program that knows format 1 only, and had the file open before, from appending without a proof.
 */
export const proofTables = `
CREATE TABLE proofs (
  sequence INTEGER PRIMARY KEY,
  previous TEXT NOT NULL,
  hash TEXT NOT NULL,
  key_id TEXT NOT NULL,
  mac TEXT NOT NULL
) STRICT;
CREATE TABLE heads (
  stream TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  hash TEXT NOT NULL,
  sealed TEXT NOT NULL,
  key_id TEXT NOT NULL,
  mac TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TRIGGER events_are_proven BEFORE INSERT ON events
WHEN NOT EXISTS (SELECT 1 FROM proofs WHERE sequence = NEW.sequence)
BEGIN SELECT RAISE(ABORT, 'events are appended with their proof'); END;
PRAGMA user_version = ${newestFormat};
`

/** An empty vault of the newest format. */
export const schema = `${tables}${proofTables}PRAGMA application_id = ${applicationId};`
