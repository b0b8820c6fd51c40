/** Marks a SQLite file as a vault's: `LVLT` in ASCII. https://sqlite.org/pragma.html#pragma_application_id */
export const applicationId = 0x4c56_4c54

/** The newest layout that this program reads and writes. */
export const newestFormat = 1

/**
 * `STRICT` makes a column's type a promise. `sealed` and `keyring` are kept in row order, for `shred` rewrites `sealed`.
 * The partial index holds one entry a stream, so that listing streams does not walk over every event.
 */
export const schema = `
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
CREATE INDEX streams ON events (stream) WHERE version = 1;
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
PRAGMA application_id = ${applicationId};
PRAGMA user_version = ${newestFormat};
`
