//! A module that calls the Messaging API for an account that it is attached to.

use std::borrow::Cow;

use http::StatusCode;

use super::account;
use crate::{
    api::{Answer, Endpoint, Request},
    state::{World, module_user, person::UserKey},
};

/// What LINE wants of a module that calls an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    /// Nothing.
    None,
    /// This permission.
    Named(&'static str),
    /// LINE's table of permissions does not have the operation. Our choice: no module may call it.
    Unknown,
}

/// The permission for an operation of the Messaging API. LINE's table does not have the account's own information, which
/// another page of LINE's says modules can get; our choice is that it takes no permission.
///
/// Source: <https://developers.line.biz/en/docs/partner-docs/module-technical-attach-channel/#scopes>
fn scope(path: &str) -> Scope {
    match path {
        "/v2/bot/user/{userId}/linkToken" | "/v2/bot/info" => Scope::None,
        "/v2/bot/message/reply"
        | "/v2/bot/message/push"
        | "/v2/bot/message/multicast"
        | "/v2/bot/message/broadcast"
        | "/v2/bot/message/narrowcast"
        | "/v2/bot/message/progress/narrowcast"
        | "/v2/bot/message/quota"
        | "/v2/bot/message/quota/consumption"
        | "/v2/bot/chat/loading/start" => Scope::Named("message:send"),
        _ if path.starts_with("/v2/bot/audienceGroup/") => Scope::Named("message:send"),
        "/v2/bot/user/all/richmenu/{richMenuId}"
        | "/v2/bot/insight/message/delivery"
        | "/v2/bot/insight/followers"
        | "/v2/bot/insight/demographic"
        | "/v2/bot/insight/message/event"
        | "/v2/bot/insight/message/event/aggregation" => Scope::Named("account:manage"),
        "/v2/bot/message/markAsRead" => Scope::Named("message:mark_as_read"),
        "/v2/bot/message/pnp/templated/push" | "/v2/bot/message/delivery/pnp/templated" => {
            Scope::Named("message:templated_pnp")
        }
        "/v2/bot/profile/{userId}"
        | "/v2/bot/group/{groupId}/summary"
        | "/v2/bot/group/{groupId}/member/{userId}"
        | "/v2/bot/room/{roomId}/member/{userId}"
        | "/v2/bot/group/{groupId}/members/count"
        | "/v2/bot/room/{roomId}/members/count" => Scope::Named("profile:read"),
        "/v2/bot/coupon" | "/v2/bot/coupon/{couponId}" | "/v2/bot/coupon/{couponId}/close" => {
            Scope::Named("coupon:manage")
        }
        _ => Scope::Unknown,
    }
}

/// The place of the channel for whose account a module calls. LINE documents the permissions and the words, not which of them
/// goes with which status.
pub(in crate::api) fn account(
    world: &World,
    module: usize,
    endpoint: &Endpoint,
    request: &Request,
) -> Result<usize, Answer> {
    let refused = || {
        let words = "Access to this API is not available for your account";
        Answer::error(StatusCode::FORBIDDEN, words)
    };
    let bot = account::bot(request);
    let channel = account::of(world, module, bot.as_deref()).ok_or_else(refused)?;
    let scopes = world.modules.get(module).and_then(|module| module.attached.get(&channel));
    let may = match scope(endpoint.path) {
        Scope::None => true,
        Scope::Named(name) => scopes.is_some_and(|scopes| scopes.iter().any(|of| of == name)),
        Scope::Unknown => false,
    };
    if may { Ok(channel) } else { Err(refused()) }
}

/// A module's request with the ids that the account's own channel has for people.
pub(crate) fn plain(request: &Request, bot: &str) -> Request {
    let replaced = |text: &str, ends: &[char]| words(text, ends, |word| own(word, bot));
    let is_json = request.body.trim_ascii_start().starts_with(b"{");
    let ends: &[char] = if is_json { &['"'] } else { &['\n', '\r'] };
    let body = str::from_utf8(&request.body).ok().and_then(|body| replaced(body, ends));
    Request {
        id: request.id,
        method: request.method.clone(),
        path: replaced(&request.path, &['/']).unwrap_or_else(|| request.path.clone()),
        query: request.query.clone(),
        headers: request.headers.clone(),
        body: body.map_or_else(|| request.body.clone(), Into::into),
    }
}

/// Gives a module's answer the ids that modules have for people.
pub(crate) fn disguise(answer: &mut Answer, bot: &str) {
    if answer.content_type.is_some() {
        return;
    }
    let theirs = |word: &str| {
        let is_person = word != bot && UserKey::parse(word).is_some();
        is_person.then(|| Cow::Owned(module_user::id(word, bot)))
    };
    let body = str::from_utf8(&answer.body).ok().and_then(|body| words(body, &['"'], theirs));
    if let Some(body) = body {
        answer.body = body.into();
    }
}

/// The id of the account's own channel for a module's.
fn own<'a>(word: &'a str, bot: &str) -> Option<Cow<'a, str>> {
    let (user, of) = module_user::parts(word)?;
    (of == bot && UserKey::parse(user).is_some()).then_some(Cow::Borrowed(user))
}

/// A text in which whole words between these letters are replaced; nothing where none is. Within JSON, `"` makes words of
/// whole strings, whatever they have in them, since no id has a letter that JSON escapes.
fn words<'a>(
    text: &'a str,
    ends: &[char],
    replace: impl Fn(&'a str) -> Option<Cow<'a, str>>,
) -> Option<String> {
    let mut made = String::new();
    let mut taken = 0;
    let mut start = 0;
    let ends = text.match_indices(ends).map(|(at, end)| (at, at + end.len()));
    for (end, next) in ends.chain([(text.len(), text.len())]) {
        if let Some(word) = text.get(start..end).and_then(&replace) {
            made.push_str(text.get(taken..start).unwrap_or_default());
            made.push_str(&word);
            taken = end;
        }
        start = next;
    }
    (taken > 0).then(|| made + text.get(taken..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{Auth, ENDPOINTS};

    #[test]
    fn whole_words_are_replaced() {
        let digits = "U00000000000000000000000000000001";
        let bot = "Uffffffffffffffffffffffffffffffff";
        let long = format!("L{digits}-{bot}");
        let replaced = |text: &str| {
            words(text, &['"'], |word| own(word, bot).map(|it| it.into_owned().into()))
        };
        let body = format!(r#"{{"to":["{long}","x"],"text":"to {long}"}}"#);
        let expected = format!(r#"{{"to":["{digits}","x"],"text":"to {long}"}}"#);
        assert_eq!(replaced(&body), Some(expected));
        assert_eq!(replaced(&format!(r#"{{"text":"\"{long}\""}}"#)), None);
        assert_eq!(replaced(r#"{"to":"LU1-U2"}"#), None);
        assert_eq!(replaced(&long), Some(digits.to_owned()));
    }

    #[test]
    fn every_path_of_the_table_is_one_of_an_operation() {
        let named = |name: &'static str| {
            let own = ENDPOINTS.iter().filter(|endpoint| endpoint.auth == Auth::Channel);
            own.filter(|endpoint| scope(endpoint.path) == Scope::Named(name)).count()
        };
        assert_eq!(
            [
                "message:send",
                "account:manage",
                "message:mark_as_read",
                "message:templated_pnp",
                "profile:read",
                "coupon:manage",
            ]
            .map(named),
            [21, 6, 1, 2, 6, 4]
        );
    }
}
