//! What the host of a URL tells.

use std::net::IpAddr;

/// Whether it is this machine.
pub(crate) fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    let named = host.eq_ignore_ascii_case("localhost") || ends_with(host, ".localhost");
    named || address.parse().is_ok_and(|address: IpAddr| address.to_canonical().is_loopback())
}

/// Whether it is a name below this one, which begins with its dot.
pub(crate) fn ends_with(host: &str, domain: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    let start = host.len().saturating_sub(domain.len());
    host.get(start..).is_some_and(|end| end.eq_ignore_ascii_case(domain))
}
