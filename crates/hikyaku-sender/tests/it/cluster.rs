//! A PostgreSQL of the tests' own: on a socket in a temporary folder, stopped when the tests end, however they end.

use std::{
    net::{Ipv4Addr, TcpListener},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

/// The database that all tests of this program share, each in its own; `None` where there is no PostgreSQL.
static SHARED: OnceLock<Option<Cluster>> = OnceLock::new();

static DATABASES: AtomicU32 = AtomicU32::new(0);

/// What every server is started with.
const SETTINGS: &str = "-c listen_addresses='' -c max_connections=300 -c max_wal_size=64MB -c dynamic_shared_memory_type=mmap";

/// The port of a server that has a socket only.
const SOCKET_ONLY: u16 = 5432;

/// How long a server takes at most to do what it was told to, on a busy machine, too.
pub(crate) const LONGEST: Duration = Duration::from_secs(60);

/// A server, and the folder that all of it lies in.
pub(crate) struct Cluster {
    folder: PathBuf,
    port: u16,
    programs: PathBuf,
}

impl Cluster {
    /// The shared one. Without PostgreSQL the test fails, unless the environment says that it is to be skipped: what was
    /// not tried must not look as if it had passed.
    pub(crate) fn shared() -> Option<&'static Self> {
        let cluster = SHARED.get_or_init(|| Some(Self::start(programs()?, "")));
        if cluster.is_none() {
            let why = "no initdb and pg_ctl were found on the PATH or in /usr/lib/postgresql";
            assert!(
                std::env::var("HIKYAKU_TEST_POSTGRES").as_deref() == Ok("skip"),
                "{why}; install PostgreSQL, or set HIKYAKU_TEST_POSTGRES=skip"
            );
            crate::tell(&format!("skipped: {why}"));
        }
        cluster.as_ref()
    }

    /// One that the test may restart.
    pub(crate) fn own() -> Option<Self> {
        Self::with("")
    }

    /// One with settings of its own.
    pub(crate) fn with(settings: &str) -> Option<Self> {
        programs().map(|programs| Self::start(programs, settings)).or_else(|| {
            Self::shared();
            None
        })
    }

    /// One that is reached at this address, too. These are its rules about who may come in (`pg_hba.conf`).
    pub(crate) fn listening(address: Ipv4Addr, rules: &str) -> Option<Self> {
        let Some(programs) = programs() else {
            Self::shared();
            return None;
        };
        // One that is free at this moment may be taken in the next; then another one is.
        for _ in 0..5 {
            let free = TcpListener::bind((address, 0)).unwrap().local_addr().unwrap();
            let cluster = Self::lay_out(programs.clone(), free.port());
            cluster.put("pg_hba.conf", rules);
            if cluster.try_launch(&format!("-c listen_addresses={address}")) {
                return Some(cluster);
            }
        }
        panic!("PostgreSQL finds no port on {address}");
    }

    fn start(programs: PathBuf, settings: &str) -> Self {
        let cluster = Self::lay_out(programs, SOCKET_ONLY);
        cluster.launch(settings);
        cluster
    }

    fn lay_out(programs: PathBuf, port: u16) -> Self {
        let template = template(&programs);
        let cluster = Self { folder: folder(&place()), port, programs };
        // With their owner, and without the sync that `initdb` makes: what it lies on may go with the machine.
        run(Command::new("cp").arg("-a").arg(template).arg(cluster.data()));
        cluster.stop_with_this_program();
        cluster
    }

    /// A new, empty database, by its URL.
    pub(crate) fn database(&self) -> String {
        let name = format!("t{}", DATABASES.fetch_add(1, Ordering::SeqCst));
        self.sql("postgres", &format!("CREATE DATABASE {name}"));
        format!("postgres://postgres@/{name}?host={}", self.folder.display())
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Where its socket is: the host in a URL.
    pub(crate) fn host(&self) -> &Path {
        &self.folder
    }

    /// Writes a file of the server's, which is the server's alone.
    pub(crate) fn put(&self, name: &str, text: &str) {
        let path = self.data().join(name);
        std::fs::write(&path, text).unwrap();
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(&path));
        }
        run(Command::new("chmod").arg("600").arg(&path));
    }

    /// Lets `psql` do it.
    pub(crate) fn sql(&self, database: &str, sql: &str) -> String {
        let out = Command::new(self.programs.join("psql"))
            .args(["-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-h"])
            .arg(&self.folder)
            .args(["-p", &self.port.to_string(), "-d", database, "-c", sql])
            .output()
            .unwrap();
        assert!(out.status.success(), "{sql}: {}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8(out.stdout).unwrap().trim().to_owned()
    }

    /// Waits until it answers this query so.
    pub(crate) fn wait_until(&self, sql: &str, answers: &str) {
        let began = Instant::now();
        loop {
            let answer = self.sql("postgres", sql);
            if answer == answers {
                return;
            }
            let told = format!("{sql}: {answer} and not {answers} after {LONGEST:?}");
            assert!(began.elapsed() < LONGEST, "{told}");
        }
    }

    /// Waits until its log says this.
    pub(crate) async fn until_it_logs(&self, what: &str) {
        let began = Instant::now();
        while !std::fs::read_to_string(self.folder.join("log")).unwrap().contains(what) {
            assert!(began.elapsed() < LONGEST, "it does not log {what}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Stops it without letting it finish anything, as a crash does, and starts it again.
    pub(crate) fn restart_at_once(&self) {
        run(self.ctl().args(["-m", "immediate", "restart"]));
    }

    /// Kills its first process; the others end when they notice.
    pub(crate) fn kill(&self) {
        run(Command::new("kill").arg("-9").arg(self.pid().to_string()));
    }

    /// The id of its first process.
    pub(crate) fn pid(&self) -> u32 {
        let pid = std::fs::read_to_string(self.data().join("postmaster.pid")).unwrap();
        pid.lines().next().unwrap().parse().unwrap()
    }

    /// Starts it again after a kill, with other settings.
    pub(crate) fn launch(&self, settings: &str) {
        assert!(self.try_launch(settings), "PostgreSQL does not start with {settings}");
    }

    fn try_launch(&self, settings: &str) -> bool {
        let options = format!(
            "{SETTINGS} -c port={} -c unix_socket_directories={} {settings}",
            self.port,
            self.folder.display()
        );
        let mut start = self.ctl();
        start.args(["-o", &options, "start"]).stdin(Stdio::null()).stdout(Stdio::null());
        start.status().unwrap().success()
    }

    /// A server that repeats all that this one commits. This one waits for it with every commit.
    pub(crate) fn synchronous_standby(&self) -> Self {
        let standby =
            Self { folder: folder(&place()), port: self.port, programs: self.programs.clone() };
        run(as_postgres(&self.programs.join("pg_basebackup"))
            .args(["-U", "postgres", "-c", "fast", "-R", "--no-sync", "-h"])
            .arg(&self.folder)
            .arg("-D")
            .arg(standby.data()));
        standby.stop_with_this_program();
        standby.launch("");
        self.sql("postgres", "ALTER SYSTEM SET synchronous_standby_names = '*'");
        self.sql("postgres", "SELECT pg_reload_conf()");
        let state = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'";
        self.wait_until(state, "1");
        standby
    }

    /// Makes a standby the primary.
    pub(crate) fn promote(&self) {
        // A primary that waits for a standby of its own would take nothing.
        run(self.ctl().arg("promote"));
        self.sql("postgres", "ALTER SYSTEM SET synchronous_standby_names = ''");
        self.sql("postgres", "SELECT pg_reload_conf()");
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn ctl(&self) -> Command {
        let mut command = as_postgres(&self.programs.join("pg_ctl"));
        command.args(["-w", "-s", "-l"]).arg(self.folder.join("log")).arg("-D").arg(self.data());
        command
    }

    /// Starts a process that waits for the end of this one, which a kill cannot keep from closing its pipe.
    fn stop_with_this_program(&self) {
        // One that was killed has left its shared memory.
        let script = r#"
            trap '' INT TERM HUP
            cat >/dev/null
            "$1" -D "$2/data" -m immediate -s stop
            memory=$(sed -n '7s/.* //p' "$2/data/postmaster.pid") && ipcrm -m "$memory"
            rm -rf "$2"
        "#;
        let waiting = as_postgres(Path::new("sh"))
            .args(["-c", script, "stop"])
            .arg(self.programs.join("pg_ctl"))
            .arg(&self.folder)
            // Whoever kills the tests kills their group.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // The pipe must stay open as long as this program runs.
        std::mem::forget(waiting);
    }
}

/// A database on one server after the other, of which one takes changes.
pub(crate) fn url_of(hosts: &[&Path], database: &str) -> String {
    let hosts = hosts.iter().map(|host| host.display().to_string()).collect::<Vec<_>>();
    let hosts = hosts.join("&host=");
    format!("postgres://postgres@/{database}?target_session_attrs=read-write&host={hosts}")
}

/// The files of an empty server, made once: `initdb` takes longer than most tests.
fn template(programs: &Path) -> PathBuf {
    let initdb = programs.join("initdb");
    let version = Command::new(&initdb).arg("--version").output().unwrap().stdout;
    let version = String::from_utf8(version).unwrap();
    let version = version.split_whitespace().nth(2).unwrap();
    let made = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("postgres-{version}"));
    let lock = std::fs::File::create(made.with_extension("lock")).unwrap();
    lock.lock().unwrap();
    if !made.exists() {
        let folder = folder(&place());
        run(as_postgres(&initdb)
            .args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--wal-segsize=1", "--no-sync"])
            .arg("-D")
            .arg(folder.join("data")));
        let half = made.with_extension("half");
        run(Command::new("rm").arg("-rf").arg(&half));
        run(Command::new("cp").arg("-a").arg(folder.join("data")).arg(&half));
        std::fs::rename(half, &made).unwrap();
        std::fs::remove_dir_all(folder).unwrap();
    }
    made
}

/// In memory where there is much of it, because a server is a thousand files; else, or in a benchmark, on disk.
pub(crate) fn place() -> PathBuf {
    const ENOUGH_MIB: u64 = 4096;
    if !cfg!(debug_assertions) {
        return "/tmp".into();
    }
    let memory = Command::new("df").args(["-BM", "--output=avail", "/dev/shm"]).output();
    let free = memory.ok().and_then(|out| {
        let text = String::from_utf8(out.stdout).ok()?;
        text.lines().last()?.trim().trim_end_matches('M').parse::<u64>().ok()
    });
    let place = if free.is_some_and(|free| free >= ENOUGH_MIB) { "/dev/shm" } else { "/tmp" };
    place.into()
}

/// A new one, with a short name, because the name of a socket has to be short.
pub(crate) fn folder(place: &Path) -> PathBuf {
    let folder = tempfile::Builder::new().prefix("hk").tempdir_in(place).unwrap().keep();
    if is_root() {
        run(Command::new("chown").arg("postgres").arg(&folder));
    }
    folder
}

fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let on_path = std::env::split_paths(&path).collect::<Vec<_>>();
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let debian = debian.map(|version| version.path().join("bin"));
    on_path.into_iter().chain(debian).find(|folder| {
        ["initdb", "pg_ctl", "psql", "pg_basebackup"].iter().all(|name| folder.join(name).is_file())
    })
}

/// PostgreSQL refuses to run as root.
pub(crate) fn as_postgres(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]).arg(program);
    command.current_dir("/");
    command
}

pub(crate) fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout.trim_ascii() == b"0"
}

pub(crate) fn run(command: &mut Command) {
    // A server keeps what it inherits, so nothing of it may be waited for.
    let ended = command.stdin(Stdio::null()).stdout(Stdio::null()).status().unwrap();
    assert!(ended.success(), "{command:?}: {ended}");
}
