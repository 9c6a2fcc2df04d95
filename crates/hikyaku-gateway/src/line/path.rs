//! What a path of LINE's API stands for.

use hikyaku::operation::{self, Host, Route};
use hikyaku_model::SendKind;
use http::Method;

use crate::CallClass;

/// The root of the gateway's own paths beside LINE's.
const OWN: &str = "/_hikyaku/v1/";

/// The roots of LINE's paths. Those of LINE Notify have others.
const ROOTS: [&str; 11] = [
    "/v2/",
    "/v3/",
    "/bot/",
    "/oauth2/",
    "/module/",
    "/liff/",
    "/shop/",
    "/friendship/",
    "/user/",
    "/message/v3/",
    "/iap/",
];

/// Audiences of those who saw what a request had sent, or followed a link in it.
const BY_REQUEST: [&str; 2] = ["/v2/bot/audienceGroup/click", "/v2/bot/audienceGroup/imp"];

/// What is done with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// It goes through the outbox.
    Send(SendKind),
    /// It asks how far a narrowcast is.
    Progress,
    /// It asks about a request by its id, in the query.
    ById,
    /// It makes an audience of a request by its id, in the body.
    WithIds,
    /// It asks how many messages the month has.
    Quota,
    /// It asks how many of them are used.
    Consumption,
    /// It asks how a delivery of this id stands.
    Delivery,
    /// It withdraws a delivery of this id.
    Withdrawal,
    /// It asks for a delivery by one of its names.
    Deliveries,
    /// It withdraws a delivery by one of its names.
    NamedWithdrawal,
    /// It uploads a picture.
    Picture,
    /// It is passed on.
    Pass(Host, CallClass),
    /// It is about channel access tokens, and has none.
    Tokens,
    /// Its bearer is no key of the gateway's, but a user's or a MINI App's.
    Elsewhere,
    /// The path is known, with another method.
    WrongMethod,
    /// There is no such path.
    Nothing,
}

/// Whether a path is LINE's to answer.
pub(crate) fn is_lines(path: &str) -> bool {
    ROOTS.iter().any(|root| path.starts_with(root)) || path.starts_with(OWN)
}

/// Finds a path, byte by byte: what LINE might read as a send must not get past the outbox by its spelling.
pub(super) fn find(method: &Method, path: &str) -> Place {
    if !is_canonical(path) {
        return Place::Nothing;
    }
    if let Some(kind) = send_at(path) {
        return if method == Method::POST { Place::Send(kind) } else { Place::WrongMethod };
    }
    // As a send but for the case of letters.
    if send_at(&path.to_ascii_lowercase()).is_some() {
        return Place::Nothing;
    }
    if let Some(path) = path.strip_prefix(OWN) {
        return own(method, path);
    }
    if is_about_tokens(path) {
        return Place::Tokens;
    }
    if is_elsewhere(path) {
        return Place::Elsewhere;
    }
    let mut known = false;
    let mut best: Option<&Route> = None;
    for route in operation::OPERATIONS.iter().filter(|route| fits(route.path, path)) {
        known = true;
        // `/v2/bot/richmenu/list` is no rich menu called "list".
        let names = |route: &Route| route.path.matches('{').count();
        if route.method == method && best.is_none_or(|best| names(route) < names(best)) {
            best = Some(route);
        }
    }
    match best {
        Some(route) if route.path == "/v2/bot/insight/message/event" => Place::ById,
        Some(route) if BY_REQUEST.contains(&route.path) => Place::WithIds,
        Some(route) => match route.operation_id {
            "getNarrowcastProgress" => Place::Progress,
            "getMessageQuota" => Place::Quota,
            "getMessageQuotaConsumption" => Place::Consumption,
            _ => Place::Pass(route.host, class(route)),
        },
        None if known => Place::WrongMethod,
        None if path.starts_with("/v2/bot/") => Place::Pass(Host::Api, CallClass::Other),
        None => Place::Nothing,
    }
}

/// What there is at a path of the gateway's own.
fn own(method: &Method, path: &str) -> Place {
    let is_delivery = path.strip_prefix("deliveries/").is_some_and(|id| !id.contains('/'));
    match (method, path) {
        (&Method::GET, "deliveries") => Place::Deliveries,
        (&Method::DELETE, "deliveries") => Place::NamedWithdrawal,
        (&Method::POST, "pictures") => Place::Picture,
        (_, "deliveries" | "pictures") => Place::WrongMethod,
        (&Method::GET, _) if is_delivery => Place::Delivery,
        (&Method::DELETE, _) if is_delivery => Place::Withdrawal,
        _ if is_delivery => Place::WrongMethod,
        _ => Place::Nothing,
    }
}

fn send_at(path: &str) -> Option<SendKind> {
    Some(match path {
        "/v2/bot/message/push" => SendKind::Push,
        "/v2/bot/message/multicast" => SendKind::Multicast,
        "/v2/bot/message/broadcast" => SendKind::Broadcast,
        "/v2/bot/message/narrowcast" => SendKind::Narrowcast,
        "/v2/bot/message/reply" => SendKind::Reply,
        "/bot/pnp/push" => SendKind::PhoneNumber,
        _ => return None,
    })
}

/// Whether it has one spelling: no empty part, no dots, nothing encoded that need not be, no `;` and no `\`.
fn is_canonical(path: &str) -> bool {
    let plain = |byte: u8| {
        byte.is_ascii_alphanumeric()
            || matches!(byte, b'-' | b'_' | b'.' | b'~' | b'@' | b':' | b'+' | b'=')
    };
    path.strip_prefix('/').is_some_and(|parts| {
        parts.split('/').all(|part| {
            let dots = !part.is_empty() && part.bytes().all(|byte| byte == b'.');
            !part.is_empty() && !dots && is_part(part, plain)
        })
    })
}

/// Whether each byte of a part of a path is plain, or encoded because it is not.
fn is_part(part: &str, plain: impl Fn(u8) -> bool) -> bool {
    let mut bytes = part.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
            let (Some(high), Some(low)) = (digit(bytes.next()), digit(bytes.next())) else {
                return false;
            };
            let encoded = u8::try_from(high * 16 + low).unwrap_or_default();
            if plain(encoded) || matches!(encoded, b'/' | b'\\' | b';' | 0..=31 | 127) {
                return false;
            }
        } else if !plain(byte) {
            return false;
        }
    }
    true
}

fn is_about_tokens(path: &str) -> bool {
    let newer = ["v2.1/token", "v2.1/tokens/kid", "v2.1/verify", "v2.1/revoke", "v3/token"];
    path.starts_with("/v2/oauth/")
        || path.strip_prefix("/oauth2/").is_some_and(|path| newer.contains(&path))
}

fn is_elsewhere(path: &str) -> bool {
    let by_user = ["/v2/profile", "/friendship/v1/status"];
    by_user.contains(&path)
        || path.starts_with("/oauth2/")
        || path.starts_with("/user/")
        || path.starts_with("/message/v3/")
        || path.starts_with("/iap/")
}

/// Whether a path is one of a template.
fn fits(template: &str, path: &str) -> bool {
    let (mut parts, mut found) = (template.split('/'), path.split('/'));
    loop {
        match (parts.next(), found.next()) {
            (None, None) => return true,
            (Some(part), Some(found)) if part == found || part.starts_with('{') => {}
            _ => return false,
        }
    }
}

fn class(route: &Route) -> CallClass {
    let path = route.path;
    let in_ = |root: &str| path.starts_with(root);
    if in_("/v2/bot/message/") && path.contains("/content") {
        CallClass::Content
    } else if in_("/module/") || path.contains("/control/") || path == "/v2/bot/channel/detach" {
        CallClass::Module
    } else if in_("/liff/") {
        CallClass::Liff
    } else if in_("/shop/") {
        CallClass::Mission
    } else if path == "/v2/bot/message/pnp/templated/push" {
        // A send that the outbox does not have.
        CallClass::Other
    } else if route.method == Method::GET || in_("/v2/bot/message/validate/") {
        CallClass::Read
    } else if path.contains("/richmenu") {
        CallClass::Richmenu
    } else if in_("/v2/bot/audienceGroup") {
        CallClass::Audience
    } else if in_("/v2/bot/coupon") {
        CallClass::Coupon
    } else if in_("/v2/bot/channel/webhook/") {
        CallClass::Webhook
    } else if is_chat(path) {
        CallClass::Chat
    } else {
        CallClass::Other
    }
}

fn is_chat(path: &str) -> bool {
    path.ends_with("/leave")
        || path.ends_with("/linkToken")
        || path.starts_with("/v2/bot/chat/")
        || path == "/v2/bot/message/markAsRead"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sends_have_one_spelling() {
        let post = |path: &str| find(&Method::POST, path);
        assert_eq!(post("/v2/bot/message/push"), Place::Send(SendKind::Push));
        for other in [
            "/v2/bot/message/push/",
            "/v2/bot/message/%70ush",
            "/v2/bot/message//push",
            "//v2/bot/message/push",
            "/v2/bot/x/../message/push",
            "/v2/bot/%2e%2e/bot/message/push",
            "/v2/./bot/message/push",
            "/v2/bot/message/push;a=b",
            "/v2/bot/message/push%3Ba",
            "/v2/bot/message%2fpush",
            "/v2/bot/message\\push",
            "/v2/bot/message/%5cpush",
            "/v2/bot/message/PUSH",
            "/V2/bot/message/push",
            "/v2/bot/message/push%00",
            "/v2/bot/message/push%",
            "v2/bot/message/push",
            "",
        ] {
            assert_eq!(post(other), Place::Nothing, "{other}");
        }
        assert_eq!(find(&Method::GET, "/v2/bot/message/push"), Place::WrongMethod);
    }

    #[test]
    fn every_operation_has_a_place() {
        for route in operation::OPERATIONS {
            let path = route.path.replace("{userId}", "U4af4980629000000000000000000000a");
            let path = path.replace(['{', '}'], "");
            let place = find(route.method, &path);
            match place {
                Place::Pass(host, class) => {
                    assert_eq!(host, route.host, "{path}");
                    let templated = route.operation_id == "pushTemplatedMessagesByPhone";
                    assert!(class != CallClass::Other || templated, "{} {path}", route.method);
                }
                Place::Nothing | Place::WrongMethod => panic!("{} {path}: {place:?}", route.method),
                Place::Send(_)
                | Place::Progress
                | Place::ById
                | Place::WithIds
                | Place::Quota
                | Place::Consumption
                | Place::Tokens
                | Place::Elsewhere => {}
                own => panic!("{path}: {own:?}"),
            }
            assert!(is_lines(&path), "{path}");
        }
    }

    #[test]
    fn what_is_not_known_is_of_no_class_that_is_given_by_default() {
        let new = find(&Method::POST, "/v2/bot/message/shout");
        assert_eq!(new, Place::Pass(Host::Api, CallClass::Other));
        assert_eq!(find(&Method::GET, "/v9/new"), Place::Nothing);
        assert_eq!(find(&Method::DELETE, "/v2/bot/info"), Place::WrongMethod);
        let menu = find(&Method::GET, "/v2/bot/richmenu/list");
        assert_eq!(menu, Place::Pass(Host::Api, CallClass::Read));
        for (method, path, place) in [
            (Method::GET, "deliveries", Place::Deliveries),
            (Method::DELETE, "deliveries", Place::NamedWithdrawal),
            (Method::GET, "deliveries/a", Place::Delivery),
            (Method::DELETE, "deliveries/a", Place::Withdrawal),
            (Method::POST, "deliveries/a", Place::WrongMethod),
            (Method::GET, "deliveries/", Place::Nothing),
            (Method::GET, "deliveries/a/b", Place::Nothing),
            (Method::POST, "pictures", Place::Picture),
            (Method::GET, "pictures", Place::WrongMethod),
            (Method::POST, "pictures/a", Place::Nothing),
        ] {
            let path = format!("/_hikyaku/v1/{path}");
            assert_eq!(find(&method, &path), place, "{method} {path}");
        }
        assert_eq!(find(&Method::GET, "/v2/bot/message/quota"), Place::Quota);
        assert_eq!(find(&Method::GET, "/v2/bot/message/quota/consumption"), Place::Consumption);
    }
}
