use std::net::IpAddr;

use http::{HeaderMap, StatusCode, header, request::Parts};

use super::Problem;
use crate::shared::Shared;

/// Refuses what a page in somebody's browser could have sent: a `Host` that is a name which somebody else may have
/// pointed here (DNS rebinding), and an `Origin` that is another than this server's.
pub(super) fn check(shared: &Shared, head: &Parts) -> Result<(), Problem> {
    let host = text(&head.headers, header::HOST).unwrap_or("");
    if !is_ours(shared, host) {
        let message = format!(
            "the control API does not answer to the host `{host}`; call it by address or as `localhost`, or allow the name"
        );
        return Err(Problem::new(StatusCode::FORBIDDEN, "forbidden_host", message));
    }
    if !head.headers.contains_key(header::ORIGIN) {
        return Ok(());
    }
    let scheme = if shared.tls.is_some() { "https://" } else { "http://" };
    let origin = text(&head.headers, header::ORIGIN).and_then(|origin| origin.strip_prefix(scheme));
    if origin.is_some_and(|origin| origin.eq_ignore_ascii_case(host)) {
        return Ok(());
    }
    let message = "the control API takes no calls from pages of other origins";
    Err(Problem::new(StatusCode::FORBIDDEN, "forbidden_origin", message))
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// Whether a host, with or without a port, can only be this machine as its user knows it.
fn is_ours(shared: &Shared, host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let address = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    address.is_ok()
        || name.eq_ignore_ascii_case("localhost")
        || shared.allowed_hosts.iter().any(|allowed| allowed.eq_ignore_ascii_case(name))
}
