use hikyaku_page::{Lang, html::FormTarget};
use http::{HeaderValue, Method, StatusCode, header};
use jiff::{SignedDuration, Timestamp};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::{
    page::{consent_page, error_page, posting_page},
    request::{Authorization, Refused, Way, check},
};
use crate::{
    api::{Action, Answer, Endpoint, Request, Scene, form::Form},
    clock::later,
    state::{
        friendship::Friendship,
        login::{Code, Grant, ISSUER, LoginChannel, Scope, Scopes, sign},
        person::UserKey,
    },
};

/// The page where a person agrees. LINE has it at `access.line.me`.
///
/// Source: <https://developers.line.biz/en/docs/line-login/integrate-line-login/#making-an-authorization-request>
pub(crate) const PAGE: Endpoint =
    Endpoint::new(Method::GET, "/oauth2/v2.1/authorize", read_page).open();

/// What the page's buttons do: the person agrees, or does not.
pub(crate) const CONSENT: Endpoint =
    Endpoint::new(Method::POST, "/oauth2/v2.1/authorize", read_consent).open();

/// How long a signed response is good. The standard that LINE names recommends at most ten minutes; our choice is that.
const RESPONSE_LIFE: SignedDuration = SignedDuration::from_mins(10);

/// What remembers who has logged in here, as LINE's cookie does.
const COOKIE: &str = "sim-line-session";

/// What a person did on the page.
enum Choice {
    Agree { user: String, adds: bool, shares_email: bool },
    Deny,
    Fail,
}

#[expect(clippy::unnecessary_wraps, reason = "one form for all operations")]
fn read_page(request: &Request) -> Result<Action, Answer> {
    let (query, session, lang) = (request.query.clone(), session(request), language(request));
    Ok(Box::new(move |scene| match check(scene.world, &query) {
        Err(refused) => tell(scene, refused),
        Ok(asked) if asked.is_silent => silently(scene, &asked, session),
        Ok(asked) => html(StatusCode::OK, consent_page(scene, &asked, session, lang)),
    }))
}

fn read_consent(request: &Request) -> Result<Action, Answer> {
    let query = request.query.clone();
    let form = Form::read(request)?;
    let choice = match (form.optional("answer").as_deref(), form.optional("user")) {
        (Some("deny"), _) => Choice::Deny,
        (Some("fail"), _) => Choice::Fail,
        (_, Some(user)) => Choice::Agree {
            user,
            adds: form.optional("add").is_some(),
            shares_email: form.optional("email").is_some(),
        },
        _ => {
            let words = "choose who logs in, or cancel";
            return Err(html(StatusCode::BAD_REQUEST, error_page(words)));
        }
    };
    Ok(Box::new(move |scene| match check(scene.world, &query) {
        Err(refused) => tell(scene, refused),
        Ok(asked) => decide(scene, &asked, &choice),
    }))
}

/// Logs in anyone who has logged in before, without asking anything.
fn silently(scene: &mut Scene<'_>, asked: &Authorization, session: Option<UserKey>) -> Answer {
    let Some(user) = session.filter(|user| scene.world.knows(*user)) else {
        return refuse(scene, asked, "LOGIN_REQUIRED", "The user is not logged in.");
    };
    let login = scene.world.logins.get(asked.login);
    if !login.is_some_and(|login| login.has_consent(user, &asked.scopes)) {
        return refuse(scene, asked, "INTERACTION_REQUIRED", "The user has not agreed yet.");
    }
    agree(scene, asked, user, asked.scopes.clone(), None)
}

fn decide(scene: &mut Scene<'_>, asked: &Authorization, choice: &Choice) -> Answer {
    let (user, adds, shares_email) = match choice {
        Choice::Deny => {
            let words = "The resource owner denied the request.";
            return refuse(scene, asked, "ACCESS_DENIED", words);
        }
        Choice::Fail => {
            return refuse(scene, asked, "SERVER_ERROR", "An unexpected error occurred.");
        }
        Choice::Agree { user, adds, shares_email } => (user, *adds, *shares_email),
    };
    let Some(user) = UserKey::parse(user).filter(|user| scene.world.people.get(*user).is_some())
    else {
        let words = format!("there is nobody with the user id {user}");
        return html(StatusCode::BAD_REQUEST, error_page(&words));
    };
    let mut scopes = asked.scopes.clone();
    if !shares_email {
        scopes.remove(&Scope::Email);
    }
    let changed = asked.asks_to_add.then(|| adds && befriend(scene, asked.login, user));
    agree(scene, asked, user, scopes, changed)
}

/// Lets a person add the account that is linked to a channel. False where they are friends already.
fn befriend(scene: &mut Scene<'_>, login: usize, user: UserKey) -> bool {
    let Some(linked) = scene.world.logins.get(login).map(|login| login.linked) else {
        return false;
    };
    let is_new = scene.world.channels[linked].friends.get(user) != Friendship::Friend;
    if is_new {
        scene.world.set_friendship(linked, user, Friendship::Friend);
    }
    is_new
}

/// Sends a person who has agreed back with a code.
fn agree(
    scene: &mut Scene<'_>,
    asked: &Authorization,
    user: UserKey,
    scopes: Scopes,
    friendship_changed: Option<bool>,
) -> Answer {
    let now = scene.now;
    let Some(login) = scene.world.logins.get_mut(asked.login) else {
        return html(StatusCode::BAD_REQUEST, error_page("the channel is gone"));
    };
    login.consent(user, &scopes);
    let code = Code {
        grant: Grant {
            user,
            scopes,
            nonce: asked.nonce.clone(),
            auth_time: asked.tells_time.then_some(now),
        },
        redirect_uri: asked.redirect_uri.clone(),
        challenge: asked.challenge.clone(),
        is_used: false,
    };
    let code = login.issue_code(code, now);
    let mut fields = vec![("code", code.as_str()), ("state", asked.state.as_str())];
    if let Some(changed) = friendship_changed {
        fields.push(("friendship_status_changed", if changed { "true" } else { "false" }));
    }
    let mut answer = back(login, &asked.redirect_uri, asked.way, &fields, now);
    let life = SignedDuration::from_hours(24 * 365).as_secs();
    let cookie = format!("{COOKIE}={}; Path=/; Max-Age={life}; HttpOnly; SameSite=Lax", user.id());
    if let Ok(cookie) = HeaderValue::try_from(cookie) {
        answer.set_header(header::SET_COOKIE, cookie);
    }
    answer
}

fn refuse(
    scene: &Scene<'_>,
    asked: &Authorization,
    error: &'static str,
    description: &'static str,
) -> Answer {
    let (uri, state) = (asked.redirect_uri.clone(), Some(asked.state.clone()));
    let (login, way) = (asked.login, asked.way);
    tell(scene, Refused::Redirect { login, uri, way, error, description, state })
}

fn tell(scene: &Scene<'_>, refused: Refused) -> Answer {
    match refused {
        Refused::Page(status, words) => {
            let mut answer = html(status, error_page(&words));
            answer.hint = Some(words.into());
            answer
        }
        Refused::Redirect { login, uri, way, error, description, state } => {
            let mut fields = vec![("error", error), ("error_description", description)];
            if let Some(state) = &state {
                fields.push(("state", state));
            }
            match scene.world.logins.get(login) {
                Some(login) => back(login, &uri, way, &fields, scene.now),
                None => html(StatusCode::BAD_REQUEST, error_page("the channel is gone")),
            }
        }
    }
}

/// Sends a browser back to the channel with these fields, in the way that it asked for.
fn back(
    login: &LoginChannel,
    uri: &str,
    way: Way,
    fields: &[(&str, &str)],
    now: Timestamp,
) -> Answer {
    let signed = way.signs.then(|| signed_response(login, fields, now));
    let response = signed.as_deref().map(|jwt| [("response", jwt)]);
    let fields = response.as_ref().map_or(fields, |response| response);
    match FormTarget::url(uri) {
        Some(target) if way.posts => html(StatusCode::OK, posting_page(&target, fields)),
        _ => redirect(uri, fields),
    }
}

/// The fields as one JWT with the claims of the standard that LINE names. Its header is the one that LINE's example shows;
/// LINE does not say which key signs it. Our choice is the channel secret, as for ID tokens with that header, and the issuer
/// is theirs.
///
/// Source: <https://openid.net/specs/openid-financial-api-jarm.html#section-4.1>
fn signed_response(login: &LoginChannel, fields: &[(&str, &str)], now: Timestamp) -> String {
    let mut claims = json!({
        "iss": ISSUER, "aud": &*login.id, "exp": later(now, RESPONSE_LIFE).as_second(),
    });
    for (name, value) in fields {
        claims[*name] = match *name {
            "friendship_status_changed" => Value::Bool(*value == "true"),
            _ => Value::from(*value),
        };
    }
    sign(login, None, &claims)
}

/// Sends a browser on, with fields in the query of the address, before its fragment.
fn redirect(uri: &str, fields: &[(&str, &str)]) -> Answer {
    let (address, fragment) = uri.split_once('#').map_or((uri, None), |(a, f)| (a, Some(f)));
    let mut target = address.to_owned();
    for (name, value) in fields {
        target.push(if target.contains('?') { '&' } else { '?' });
        target.push_str(name);
        target.push('=');
        target.extend(utf8_percent_encode(value, NON_ALPHANUMERIC));
    }
    if let Some(fragment) = fragment {
        target.push('#');
        target.push_str(fragment);
    }
    let mut answer = Answer::nothing(StatusCode::FOUND);
    match HeaderValue::try_from(target) {
        Ok(target) => answer.set_header(header::LOCATION, target),
        Err(_) => return html(StatusCode::BAD_REQUEST, error_page("redirect_uri is no address")),
    }
    answer
}

pub(super) fn html(status: StatusCode, page: String) -> Answer {
    let mut answer = Answer::bytes(page.into(), "text/html; charset=utf-8");
    answer.status = status;
    answer
}

/// The language that the channel asks for, or else the browser's.
///
/// Source: <https://developers.line.biz/en/docs/line-login/integrate-line-login/#making-an-authorization-request>
fn language(request: &Request) -> Lang {
    let asked = request.parameter("ui_locales");
    let accepted = request.headers.get(header::ACCEPT_LANGUAGE).and_then(|it| it.to_str().ok());
    asked
        .and_then(|tags| Lang::preferred(&tags))
        .or_else(|| Lang::preferred(accepted?))
        .unwrap_or_default()
}

/// Who has logged in here before.
fn session(request: &Request) -> Option<UserKey> {
    let cookies = request.headers.get(header::COOKIE)?.to_str().ok()?;
    let mut cookies = cookies.split(';').filter_map(|cookie| cookie.trim().split_once('='));
    let (_, user) = cookies.find(|(name, _)| *name == COOKIE)?;
    UserKey::parse(user)
}
