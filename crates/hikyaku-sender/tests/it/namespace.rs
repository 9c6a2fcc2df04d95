//! A network namespace for a worker, joined to this machine by wires that can be cut.
//!
//! Nothing of it outlives the tests, however they end: a namespace ends with the processes in it, its wires with the
//! namespace, and the one process that holds it open with the pipe to this program.

use std::{
    io::Read,
    net::Ipv4Addr,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

use crate::proxy::Cut;

/// Wires of this program so far.
static WIRES: AtomicU32 = AtomicU32::new(0);

/// What the hardware at the ends of a wire is called.
const SERVER: &str = "02:00:00:00:00:01";
const WORKER: &str = "02:00:00:00:00:02";

/// To whom what is cut off is addressed: it goes out, nobody takes it, and neither end hears of it. A route that drops it
/// would tell a socket of the same machine so at once.
const NOBODY: &str = "02:00:00:00:00:03";

/// A network without anything but its wires.
pub(crate) struct Namespace {
    /// Waits for the end of its input.
    holder: Child,
}

/// A cable between this machine and a namespace.
pub(crate) struct Wire {
    /// The name of this end, and the number of the /30 network on it. The kernel lets each exist once.
    name: String,
    number: u32,
    /// The process in the namespace at the other end.
    holder: u32,
}

impl Namespace {
    /// # Errors
    /// Why this machine lets nobody make one.
    pub(crate) fn new() -> Result<Self, String> {
        let mut holder = Command::new("unshare")
            .args(["--net", "sh", "-c", "echo in it && exec cat"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|why| format!("unshare: {why}"))?;
        let mut told = [0; 6];
        let made = holder.stdout.as_mut().map(|out| out.read_exact(&mut told));
        let namespace = Self { holder };
        match made {
            Some(Ok(())) => Ok(namespace),
            _ => Err(namespace.refused()),
        }
    }

    fn refused(mut self) -> String {
        let mut why = String::new();
        let _ = self.holder.stderr.take().map(|mut err| err.read_to_string(&mut why));
        why.trim().to_owned()
    }

    /// # Errors
    /// Why this machine lets nobody lay one.
    pub(crate) fn wire(&self) -> Result<Wire, String> {
        /// The networks of 198.18.0.0/15, which is set aside for tests (RFC 2544).
        const NETWORKS: u32 = 1 << 15;

        let holder = self.holder.id();
        let to = holder.to_string();
        loop {
            let number = std::process::id().wrapping_mul(61);
            let number = number.wrapping_add(WIRES.fetch_add(1, Ordering::SeqCst)) % NETWORKS;
            let name = format!("hikyaku{number}");
            let here = ["link", "add", "name", &name, "address", SERVER, "type", "veth"];
            let there = ["peer", "name", &name, "address", WORKER, "netns", &to];
            match told(ip().args(here).args(there)) {
                Err(why) if why.contains("File exists") => {}
                Err(why) => return Err(why),
                Ok(()) => {
                    let wire = Wire { name, number, holder };
                    wire.plug_in()?;
                    return Ok(wire);
                }
            }
        }
    }

    /// Lets a program run in it.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = enter(self.holder.id());
        command.arg(program);
        command
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}

impl Wire {
    /// The address of this machine on it.
    pub(crate) fn server(&self) -> Ipv4Addr {
        self.address(1)
    }

    /// The address of the namespace on it.
    pub(crate) fn worker(&self) -> Ipv4Addr {
        self.address(2)
    }

    /// Lets nothing through in this direction, and lets nobody know.
    pub(crate) fn cut(&self, cut: Cut) {
        if cut != Cut::Back {
            self.worker_sends_to(NOBODY).unwrap();
        }
        if cut != Cut::There {
            self.server_sends_to(NOBODY).unwrap();
        }
    }

    /// Lets everything through, also what connections of before still repeat.
    pub(crate) fn heal(&self) {
        self.worker_sends_to(SERVER).unwrap();
        self.server_sends_to(WORKER).unwrap();
    }

    fn plug_in(&self) -> Result<(), String> {
        for (end, mut ip) in [(1, ip()), (2, self.ip_there())] {
            let address = format!("{}/30", self.address(end));
            told(ip.args(["address", "add", &address, "dev", &self.name]))?;
        }
        for mut ip in [ip(), self.ip_there()] {
            told(ip.args(["link", "set", "dev", &self.name, "up"]))?;
        }
        self.worker_sends_to(SERVER)?;
        self.server_sends_to(WORKER)
    }

    fn worker_sends_to(&self, hardware: &str) -> Result<(), String> {
        self.send_to(self.ip_there(), 1, hardware)
    }

    fn server_sends_to(&self, hardware: &str) -> Result<(), String> {
        self.send_to(ip(), 2, hardware)
    }

    fn send_to(&self, mut ip: Command, end: u32, hardware: &str) -> Result<(), String> {
        let to = self.address(end).to_string();
        let neighbour = ["neighbour", "replace", &to, "lladdr", hardware, "dev", &self.name];
        told(ip.args(neighbour).args(["nud", "permanent"]))
    }

    fn ip_there(&self) -> Command {
        let mut command = enter(self.holder);
        command.arg("ip");
        command
    }

    fn address(&self, end: u32) -> Ipv4Addr {
        Ipv4Addr::from_bits(Ipv4Addr::new(198, 18, 0, 0).to_bits() + self.number * 4 + end)
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        let _ = told(ip().args(["link", "delete", "dev", &self.name]));
    }
}

/// Speaks of this machine's network.
fn ip() -> Command {
    Command::new("ip")
}

/// Runs what follows in the network of a process.
fn enter(process: u32) -> Command {
    let mut command = Command::new("nsenter");
    command.arg(format!("--net=/proc/{process}/ns/net"));
    command
}

/// Runs it; what it complains of.
fn told(command: &mut Command) -> Result<(), String> {
    let program = command.get_program().display().to_string();
    let ended = command.stdin(Stdio::null()).output().map_err(|why| format!("{program}: {why}"))?;
    if ended.status.success() {
        return Ok(());
    }
    Err(format!("{program}: {}", String::from_utf8_lossy(&ended.stderr).trim()))
}
