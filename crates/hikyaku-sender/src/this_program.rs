//! The name of this process where several share a store.

/// Host and process.
pub(crate) fn name() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let host = host.or_else(|| std::env::var("HOSTNAME").ok());
    let host = host.as_deref().map_or("", str::trim);
    let process = std::process::id();
    if host.is_empty() { format!("process {process}") } else { format!("{host}/{process}") }
}
