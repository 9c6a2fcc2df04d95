//! Opening the file, and refusing one that cannot be trusted.

#[cfg(unix)]
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::{
    collections::BTreeSet,
    fs::OpenOptions,
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, config::DbConfig};

use super::{failed, mark::Mark, paused};
use crate::{Clock, Error, ErrorKind, Time};

/// `HIKY`, which tells the file from any other program's.
const APPLICATION_ID: i64 = 0x4849_4b59;

/// The schema, version by version: each entry brings a store from the version before it to its own.
const MIGRATIONS: [&str; 5] = [
    include_str!("schema/1.sql"),
    include_str!("schema/2.sql"),
    include_str!("schema/3.sql"),
    include_str!("schema/4.sql"),
    include_str!("schema/5.sql"),
];

/// More than this crate and those that keep their own tables beside its have.
const STATEMENTS: usize = 256;

/// A file up to this size is checked whenever it is opened; a larger one when a worker takes it.
const QUICKLY_CHECKED: u64 = 32 * 1024 * 1024;

/// How far a wall clock may lie behind the latest time that the store has seen.
const CLOCK_BEHIND: Duration = Duration::from_secs(5 * 60);

/// Opens a store, made if there is none. Its path is that of the file itself, whatever links lead to it: what goes with
/// it hangs on that one name.
pub(super) fn open(path: &Path, clock: &Clock) -> Result<(PathBuf, Connection, Mark), Error> {
    refuse_network(path)?;
    let path = make(path)?;
    let mut connection = Connection::open(&path).map_err(|why| at(&path, failed(why)))?;
    let mark = prepare(&mut connection, &path, clock).map_err(|error| at(&path, error))?;
    Ok((path, connection, mark))
}

/// Makes the file if there is none, for its owner alone: messages, user ids and reply tokens are in it. One that is
/// there is not even opened, because closing it would end the locks that `SQLite` has on it in this program.
fn make(path: &Path) -> Result<PathBuf, Error> {
    let cannot = |why: io::Error| {
        at(path, Error::store(format!("the store cannot be written: {why}")).because(why))
    };
    let mut new = OpenOptions::new();
    new.write(true).create_new(true);
    #[cfg(unix)]
    new.mode(0o600);
    match new.open(path) {
        Ok(_) => {}
        Err(why) if why.kind() == io::ErrorKind::AlreadyExists => {}
        Err(why) => return Err(cannot(why)),
    }
    let path = path.canonicalize().map_err(cannot)?;
    #[cfg(unix)]
    if std::fs::metadata(&path).map_err(cannot)?.nlink() > 1 && path.is_file() {
        let why = "it has several names (hard links), and each would have a worker, a log and a mark of its own; remove all \
            but one, and make symbolic links instead";
        return Err(at(&path, Error::new(ErrorKind::Unsuitable(why.to_owned()))));
    }
    Ok(path)
}

fn prepare(connection: &mut Connection, path: &Path, clock: &Clock) -> Result<Mark, Error> {
    connection.busy_timeout(Duration::from_secs(10)).map_err(failed)?;
    keep_statements(connection)?;
    let application: i64 = pragma(connection, "application_id")?;
    let version: i64 = pragma(connection, "user_version")?;
    let tables: i64 = connection
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(failed)?;
    if application != APPLICATION_ID && (application != 0 || tables > 0) {
        return Err(Error::new(ErrorKind::Unsuitable(
            "it is another program's database; choose another file".to_owned(),
        )));
    }
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    if version > known {
        return Err(Error::new(ErrorKind::NewerSchema { found: version, known }));
    }
    settings(connection)?;
    if std::fs::metadata(path).is_ok_and(|file| file.len() <= QUICKLY_CHECKED) {
        check(connection, "quick_check")?;
    }
    let mut mark = Mark::open(path).map_err(|why| {
        Error::store(format!("the mark beside it cannot be written: {why}")).because(why)
    })?;
    migrate(connection, usize::try_from(version).unwrap_or(0))?;
    check_tables(connection)?;
    let number = |column: &str| -> Result<i64, Error> {
        let sql = format!("SELECT {column} FROM meta");
        connection.query_row(&sql, [], |row| row.get(0)).map_err(failed)
    };
    mark.check(|| number("commits"))?;
    let seen_at = number("seen_at")?;
    let (seen_at, now) = (Time::from_millis(seen_at), clock.now());
    if seen_at.since(now) > CLOCK_BEHIND && clock.manual_now().is_none() {
        tracing::warn!(%now, %seen_at, "the clock is behind what the store has seen; deliveries in doubt since then are held");
    }
    Ok(mark)
}

/// Turns on what makes a commit durable, and checks that it is on.
fn settings(connection: &Connection) -> Result<(), Error> {
    let mode: String =
        connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0)).map_err(failed)?;
    if mode != "wal" {
        return Err(Error::new(ErrorKind::Unsuitable(format!(
            "SQLite cannot keep a write-ahead log here (it says {mode}); put the file on a local disk"
        ))));
    }
    connection
        .execute_batch(
            "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -16000;",
        )
        .map_err(failed)?;
    let synchronous: i64 = pragma(connection, "synchronous")?;
    if synchronous < 2 {
        return Err(Error::new(ErrorKind::Unsuitable(
            "SQLite does not flush every commit here, so nothing can be promised".to_owned(),
        )));
    }
    Ok(())
}

fn migrate(connection: &mut Connection, from: usize) -> Result<(), Error> {
    if from == MIGRATIONS.len() {
        return Ok(());
    }
    let tx = connection
        .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
        .map_err(failed)?;
    // Another program may have been faster.
    let from: i64 = pragma(&tx, "user_version")?;
    let from = usize::try_from(from).unwrap_or(0);
    for migration in MIGRATIONS.iter().skip(from) {
        tx.execute_batch(migration).map_err(failed)?;
    }
    if from < 2 {
        paused::make_ready(&tx)?;
    }
    tx.execute_batch(&format!(
        "PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {};",
        MIGRATIONS.len()
    ))
    .map_err(failed)?;
    tx.commit().map_err(failed)
}

/// Makes sure that the tables and indexes are the ones that the migrations make: a changed letter in their text makes
/// rows unreachable, and `SQLite` does not know what it said before.
fn check_tables(connection: &Connection) -> Result<(), Error> {
    let mut new = Connection::open_in_memory().map_err(failed)?;
    migrate(&mut new, 0)?;
    let sql = "SELECT type || ' ' || name || coalesce(sql, '') FROM sqlite_schema";
    let tables = |connection: &Connection| {
        let mut statement = connection.prepare(sql)?;
        let tables = statement.query_map([], |row| row.get::<_, String>(0))?;
        tables.collect::<Result<BTreeSet<_>, _>>()
    };
    let (expected, found) = (tables(&new), tables(connection));
    if expected.map_err(failed)?.is_subset(&found.map_err(failed)?) {
        Ok(())
    } else {
        Err(Error::damaged("its tables are not as they were made"))
    }
}

pub(super) fn open_reader(path: &Path) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection =
        Connection::open_with_flags(path, flags).map_err(|why| at(path, failed(why)))?;
    connection.busy_timeout(Duration::from_secs(10)).map_err(failed)?;
    keep_statements(&connection).map_err(|why| at(path, why))?;
    Ok(connection)
}

/// Lets statements be parsed once and planned once, not for each value again.
fn keep_statements(connection: &Connection) -> Result<(), Error> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map(drop).map_err(failed)
}

/// Lets `SQLite` look the whole file through.
pub(super) fn check(connection: &Connection, how: &str) -> Result<(), Error> {
    let found: String =
        connection.query_row(&format!("PRAGMA {how}(1)"), [], |row| row.get(0)).map_err(failed)?;
    if found == "ok" { Ok(()) } else { Err(Error::damaged(found)) }
}

fn pragma(connection: &Connection, name: &str) -> Result<i64, Error> {
    connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get(0)).map_err(failed)
}

/// Says which file it was.
fn at(path: &Path, error: Error) -> Error {
    let path = path.display();
    let kind = match error.kind().clone() {
        ErrorKind::Damaged(why) => ErrorKind::Damaged(format!("{path}: {why}")),
        ErrorKind::Unsuitable(why) => ErrorKind::Unsuitable(format!("{path}: {why}")),
        ErrorKind::Store(why) => ErrorKind::Store(format!("{path}: {why}")),
        kind => kind,
    };
    error.with_kind(kind)
}

/// `SQLite`'s locks do not hold across machines, and network file systems lose what they said was written.
fn refuse_network(path: &Path) -> Result<(), Error> {
    const NETWORK: [&str; 8] =
        ["nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "ceph", "glusterfs"];
    let folder = match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let Ok(folder) = folder.canonicalize() else { return Ok(()) };
    let Ok(mounts) = std::fs::read_to_string("/proc/self/mounts") else { return Ok(()) };
    let kind = mounts
        .lines()
        .filter_map(|line| {
            let mut words = line.split(' ').skip(1);
            Some((words.next()?, words.next()?))
        })
        .filter(|(mounted, _)| folder.starts_with(mounted))
        .max_by_key(|(mounted, _)| mounted.len())
        .map(|(_, kind)| kind);
    match kind {
        Some(kind) if NETWORK.contains(&kind) => Err(Error::new(ErrorKind::Unsuitable(format!(
            "{} lies on a network file system ({kind}), where SQLite is not safe; use a local disk, or PostgreSQL",
            path.display()
        )))),
        Some("tmpfs" | "ramfs") => {
            tracing::warn!(path = %path.display(), "the store lies in memory and will not outlive a restart of the machine");
            Ok(())
        }
        _ => Ok(()),
    }
}
