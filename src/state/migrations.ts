/**
 * The steps from an empty file to the newest schema, in order; the database's `user_version` is how many it has taken.
 * A step that was released is never edited, and a new one only adds: an older process may be using the
 * database at the same moment.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value ANY NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- Marks whatever we make in an engine that several state folders share.
  INSERT INTO meta VALUES ('home_id', lower(hex(randomblob(8))));
  INSERT INTO meta VALUES ('routes_generation', 0);

  CREATE TABLE runs (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    state TEXT NOT NULL
      CHECK (state IN ('created', 'starting', 'running', 'stopping', 'stopped', 'failed')),
    runtime TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    container_id TEXT,
    image TEXT NOT NULL,
    workspace TEXT NOT NULL,
    attached INTEGER NOT NULL CHECK (attached IN (0, 1)),
    keep INTEGER NOT NULL CHECK (keep IN (0, 1)),
    created_at_ms INTEGER NOT NULL,
    started_at_ms INTEGER,
    ended_at_ms INTEGER,
    exit_code INTEGER,
    error TEXT,
    owner_pid INTEGER NOT NULL,
    owner_start TEXT NOT NULL,
    owner_boot TEXT NOT NULL,
    plan TEXT NOT NULL,
    cleaned_at_ms INTEGER
  ) STRICT, WITHOUT ROWID;

  CREATE UNIQUE INDEX runs_live_name ON runs (name)
    WHERE state IN ('created', 'starting', 'running', 'stopping');
  CREATE INDEX runs_created ON runs (created_at_ms);
  CREATE INDEX runs_uncleaned ON runs (created_at_ms) WHERE cleaned_at_ms IS NULL;

  CREATE TABLE routes (
    agent TEXT NOT NULL,
    service TEXT NOT NULL,
    upstream_kind TEXT NOT NULL CHECK (upstream_kind IN ('address', 'relay')),
    upstream_host TEXT CHECK ((upstream_host IS NOT NULL) = (upstream_kind = 'address')),
    upstream_port INTEGER NOT NULL CHECK (upstream_port BETWEEN 1 AND 65535),
    upstream_path TEXT CHECK ((upstream_path IS NOT NULL) = (upstream_kind = 'relay')),
    -- NULL: a static route.
    run_id TEXT REFERENCES runs (id) ON DELETE CASCADE,
    container_port INTEGER,
    position INTEGER NOT NULL,
    PRIMARY KEY (agent, service)
  ) STRICT, WITHOUT ROWID;

  CREATE INDEX routes_run ON routes (run_id);

  -- Counted here and not by whoever writes, so that no writer can forget it.
  CREATE TRIGGER routes_inserted AFTER INSERT ON routes BEGIN
    UPDATE meta SET value = value + 1 WHERE key = 'routes_generation';
  END;
  CREATE TRIGGER routes_updated AFTER UPDATE ON routes BEGIN
    UPDATE meta SET value = value + 1 WHERE key = 'routes_generation';
  END;
  CREATE TRIGGER routes_deleted AFTER DELETE ON routes BEGIN
    UPDATE meta SET value = value + 1 WHERE key = 'routes_generation';
  END;

  CREATE TABLE resources (
    -- No cascade: what a run made must be known to be gone before its row may go.
    run_id TEXT NOT NULL REFERENCES runs (id),
    kind TEXT NOT NULL CHECK (kind IN ('container', 'network', 'volume', 'directory')),
    name TEXT NOT NULL,
    runtime_id TEXT,
    intended_at_ms INTEGER NOT NULL,
    made_at_ms INTEGER,
    removed_at_ms INTEGER,
    PRIMARY KEY (run_id, kind, name)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE daemon (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    pid INTEGER NOT NULL,
    process_start TEXT NOT NULL,
    boot_id TEXT NOT NULL,
    nonce TEXT NOT NULL,
    socket_path TEXT NOT NULL,
    proxy_port INTEGER,
    proxy_port_source TEXT,
    pinned INTEGER NOT NULL CHECK (pinned IN (0, 1)),
    version TEXT NOT NULL,
    started_at_ms INTEGER NOT NULL
  ) STRICT;
  `,
  `
  -- The audit log of a run: how many entries it has and the hash of the last, how much of its file is settled,
  -- and the entries that are not in the file yet.
  ALTER TABLE runs ADD COLUMN audit_count INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE runs ADD COLUMN audit_head TEXT;
  ALTER TABLE runs ADD COLUMN audit_bytes INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE runs ADD COLUMN audit_pending TEXT NOT NULL DEFAULT '';
  `,
  `
  -- What the user once allowed a project's agent.yaml to ask for: exactly these keys, and no others.
  CREATE TABLE consents (
    workspace TEXT PRIMARY KEY,
    hash TEXT NOT NULL,
    keys TEXT NOT NULL,
    given_at_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
]
