//! A PostgreSQL of the tests' own: on a socket in a temporary folder, stopped when the tests end, however they end.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

/// The database that all tests of this program share, each in its own; `None` where there is no PostgreSQL.
static SHARED: OnceLock<Option<Cluster>> = OnceLock::new();

static DATABASES: AtomicU32 = AtomicU32::new(0);

/// A cluster that runs.
pub(crate) struct Cluster {
    socket: PathBuf,
    programs: PathBuf,
}

impl Cluster {
    /// The shared one. Without PostgreSQL, the test is skipped and says why, unless the environment says that it is
    /// required.
    pub(crate) fn shared() -> Option<&'static Self> {
        let cluster = SHARED.get_or_init(|| {
            let programs = programs()?;
            Some(Self::start(programs))
        });
        if cluster.is_none() {
            let why = "no initdb and pg_ctl were found on the PATH or in /usr/lib/postgresql";
            assert!(
                std::env::var("HIKYAKU_TEST_POSTGRES").as_deref() != Ok("required"),
                "PostgreSQL is required, and {why}"
            );
            crate::tell(&format!("skipped: {why}"));
        }
        cluster.as_ref()
    }

    /// One that the test may restart.
    pub(crate) fn own() -> Option<Self> {
        Self::shared().map(|shared| Self::start(shared.programs.clone()))
    }

    /// Stops it without letting it finish anything, as a crash does, and starts it again.
    pub(crate) fn restart_at_once(&self) {
        let data = self.socket.join("data");
        run(as_postgres(&self.programs.join("pg_ctl"))
            .args(["-w", "-s", "-m", "immediate", "-l"])
            .arg(self.socket.join("log"))
            .arg("-D")
            .arg(data)
            .arg("restart"));
    }

    fn start(programs: PathBuf) -> Self {
        // Short, because the name of a socket has to be.
        let folder = tempfile::Builder::new().prefix("hk").tempdir_in("/tmp").unwrap().keep();
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(&folder));
        }
        let data = folder.join("data");
        let initdb = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync", "-D"];
        run(as_postgres(&programs.join("initdb")).args(initdb).arg(&data));
        let options = format!(
            "-c listen_addresses='' -c unix_socket_directories={} -c max_connections=300",
            folder.display()
        );
        run(as_postgres(&programs.join("pg_ctl"))
            .args(["-w", "-s", "-l"])
            .arg(folder.join("log"))
            .arg("-D")
            .arg(&data)
            .args(["-o", &options, "start"]));
        stop_with_this_program(&programs, &folder, &data);
        Self { socket: folder, programs }
    }

    /// A new database, by its URL.
    pub(crate) fn database(&self) -> String {
        let name = format!("t{}", DATABASES.fetch_add(1, Ordering::SeqCst));
        run(Command::new(self.programs.join("createdb"))
            .args(["-U", "postgres", "-h"])
            .arg(&self.socket)
            .arg(&name));
        format!("postgres://postgres@/{name}?host={}", self.socket.display())
    }
}

/// A process that waits for the end of this one, which a kill cannot keep from closing its pipe.
fn stop_with_this_program(programs: &Path, folder: &Path, data: &Path) {
    let script =
        r#"trap '' INT TERM HUP; cat >/dev/null; "$1" -D "$2" -m immediate -s stop; rm -rf "$3""#;
    let waiting = as_postgres(Path::new("sh"))
        .args(["-c", script, "stop"])
        .arg(programs.join("pg_ctl"))
        .arg(data)
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // The pipe must stay open as long as this program runs.
    std::mem::forget(waiting);
}

fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let on_path = std::env::split_paths(&path).collect::<Vec<_>>();
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let debian = debian.map(|version| version.path().join("bin"));
    on_path.into_iter().chain(debian).find(|folder| {
        ["initdb", "pg_ctl", "createdb"].iter().all(|name| folder.join(name).is_file())
    })
}

/// PostgreSQL refuses to run as root.
fn as_postgres(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]).arg(program);
    command.current_dir("/");
    command
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout.trim_ascii() == b"0"
}

fn run(command: &mut Command) {
    // A server keeps what it inherits, so nothing of it may be waited for.
    let ended = command.stdin(Stdio::null()).stdout(Stdio::null()).status().unwrap();
    assert!(ended.success(), "{command:?}: {ended}");
}
