use http::StatusCode;

use crate::{
    query,
    state::{
        World,
        login::{Scope, Scopes},
    },
};

/// An authorization request whose channel and redirect URI are good.
#[derive(Debug)]
pub(super) struct Authorization {
    /// The place of the channel.
    pub(super) login: usize,
    pub(super) scopes: Scopes,
    /// Whether the person is asked to add the linked account.
    pub(super) asks_to_add: bool,
    pub(super) redirect_uri: String,
    pub(super) way: Way,
    pub(super) state: String,
    pub(super) nonce: Option<String>,
    pub(super) challenge: Option<String>,
    /// Whether nothing may be asked.
    pub(super) is_silent: bool,
    /// Whether the ID token says when the person logged in.
    pub(super) tells_time: bool,
}

/// How the channel is told what comes of a request: its `response_mode`.
///
/// Source: <https://developers.line.biz/en/docs/line-login/integrate-line-login/#making-an-authorization-request>
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Way {
    /// Whether the browser posts it, instead of being redirected.
    pub(super) posts: bool,
    /// Whether it is one signed JWT.
    pub(super) signs: bool,
}

impl Way {
    fn of(mode: &str) -> Option<Self> {
        let (posts, signs) = match mode {
            "query" => (false, false),
            "form_post" => (true, false),
            "query.jwt" | "jwt" => (false, true),
            "form_post.jwt" => (true, true),
            _ => return None,
        };
        Some(Self { posts, signs })
    }
}

/// Why a request leads to no page.
#[derive(Debug)]
pub(super) enum Refused {
    /// It is told to the person, because nobody else can be.
    Page(StatusCode, String),
    /// It is told to the channel.
    Redirect {
        /// The place of the channel.
        login: usize,
        uri: String,
        way: Way,
        error: &'static str,
        description: &'static str,
        state: Option<String>,
    },
}

/// Reads an authorization request.
pub(super) fn check(world: &World, query: &str) -> Result<Authorization, Refused> {
    let given = |name: &str| query::parameter(query, name).filter(|value| !value.is_empty());
    let page = |words: String| Refused::Page(StatusCode::BAD_REQUEST, words);
    let id = given("client_id").ok_or_else(|| page("client_id is missing".into()))?;
    let logins = &world.logins;
    let place = logins.iter().position(|login| *login.id == *id);
    let (login, channel) = place
        .and_then(|place| Some((place, logins.get(place)?)))
        .ok_or_else(|| page(format!("there is no LINE Login channel {id}")))?;
    let uri = given("redirect_uri").ok_or_else(|| page("redirect_uri is missing".into()))?;
    if !channel.may_redirect_to(&uri) {
        return Err(page(format!(
            "the redirect_uri {uri} is not registered for {id}: register it with \
             Sim::login().add_redirect_uri, or PATCH /_sim/v1/logins/{id} {{\"redirectUris\": [..]}}"
        )));
    }
    let state = given("state");
    let mode = given("response_mode").map(|mode| Way::of(&mode));
    let way = mode.flatten().unwrap_or_default();
    let refuse = |error, description| Refused::Redirect {
        login,
        uri: uri.clone(),
        way,
        error,
        description,
        state: state.clone(),
    };
    if given("response_type").as_deref() != Some("code") {
        return Err(refuse("UNSUPPORTED_RESPONSE_TYPE", "The response_type must be code."));
    }
    let invalid = |words| refuse("INVALID_REQUEST", words);
    if matches!(mode, Some(None)) {
        return Err(invalid("The response_mode is invalid."));
    }
    let words = given("scope").unwrap_or_default();
    let scopes: Option<Scopes> = words.split(' ').map(Scope::of).collect();
    let scopes = scopes.filter(|scopes| {
        let openid = scopes.contains(&Scope::Openid);
        let fit = openid || (scopes.contains(&Scope::Profile) && !scopes.contains(&Scope::Email));
        fit && !scopes.contains(&Scope::ChatMessageWrite)
    });
    let scopes = scopes.ok_or_else(|| refuse("INVALID_SCOPE", "The scope is invalid."))?;
    let (challenge, method) = (given("code_challenge"), given("code_challenge_method"));
    match (&challenge, method.as_deref()) {
        (None, None) => {}
        (Some(challenge), Some("S256")) if challenge.len() == 43 => {}
        _ => return Err(invalid("The code_challenge must be one by S256.")),
    }
    let prompt = given("prompt");
    if !matches!(prompt.as_deref(), None | Some("consent" | "none" | "login")) {
        return Err(invalid("The prompt is invalid."));
    }
    let bot_prompt = given("bot_prompt");
    if !matches!(bot_prompt.as_deref(), None | Some("normal" | "aggressive")) {
        return Err(invalid("The bot_prompt is invalid."));
    }
    let max_age = given("max_age");
    if max_age.as_ref().is_some_and(|seconds| seconds.parse::<u64>().is_err()) {
        return Err(invalid("The max_age must be a number of seconds."));
    }
    let state = state.ok_or_else(|| Refused::Redirect {
        login,
        uri: uri.clone(),
        way,
        error: "INVALID_REQUEST",
        description: "The state is missing.",
        state: None,
    })?;
    Ok(Authorization {
        login,
        scopes,
        asks_to_add: bot_prompt.is_some(),
        way,
        state,
        nonce: given("nonce"),
        challenge,
        is_silent: prompt.as_deref() == Some("none"),
        tells_time: max_age.is_some(),
        redirect_uri: uri,
    })
}
