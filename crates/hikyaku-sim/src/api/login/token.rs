use serde_json::{Value, json};

use crate::{
    api::{
        Action, Answer, Scene,
        form::{Form, missed, oauth_error},
    },
    state::login::{Grant, InvalidCode, Scope, claims, sign, words},
};

/// How a person who chose their name on the page has logged in.
const METHOD: &str = "linesso";

/// Exchanges the code of a login. What LINE says of a wrong one is not documented; these words are ours.
///
/// Source: <https://developers.line.biz/en/reference/line-login/#issue-access-token>
pub(crate) fn read_exchange(form: &Form) -> Result<Action, Answer> {
    let (code, redirect_uri) = (form.field("code")?, form.field("redirect_uri")?);
    let verifier = form.optional("code_verifier");
    let (id, secret) = (form.field("client_id")?, form.field("client_secret")?);
    Ok(Box::new(move |scene| {
        let place = match login(scene, &id, &secret) {
            Ok(place) => place,
            Err(refused) => return refused,
        };
        let now = scene.now;
        let Some(channel) = scene.world.logins.get_mut(place) else { return missed() };
        let grant = match channel.exchange(&code, &redirect_uri, verifier.as_deref(), now) {
            Ok(grant) => grant,
            Err(why) => {
                return oauth_error(
                    "invalid_grant",
                    match why {
                        InvalidCode::Code => "invalid authorization code",
                        InvalidCode::RedirectUri => "redirect_uri does not match",
                        InvalidCode::Verifier => "code_verifier does not match",
                    },
                );
            }
        };
        let Grant { user, scopes, .. } = grant.clone();
        let refresh = channel.tokens.issue_refresh(user, scopes.clone(), now);
        let (text, token) = channel.tokens.issue(user, scopes, now);
        let mut json = issued(&text, token.expires_in(now), &refresh);
        json["scope"] = words(&grant.scopes).into();
        if grant.scopes.contains(&Scope::Openid) {
            let person = scene.world.people.get(user);
            json["id_token"] =
                sign(channel, None, &claims(channel, person, &grant, METHOD, now)).into();
        }
        Answer::ok(&json)
    }))
}

/// Issues another access token. The refresh token stays the same, and does not live longer for it.
///
/// Source: <https://developers.line.biz/en/reference/line-login/#refresh-access-token>
pub(crate) fn read_refresh(form: &Form) -> Result<Action, Answer> {
    let refresh = form.field("refresh_token")?;
    let (id, secret) = (form.field("client_id")?, form.field("client_secret")?);
    Ok(Box::new(move |scene| {
        let place = match login(scene, &id, &secret) {
            Ok(place) => place,
            Err(refused) => return refused,
        };
        let now = scene.now;
        let Some(channel) = scene.world.logins.get_mut(place) else { return missed() };
        let Some(token) = channel.tokens.refreshed(&refresh, now).cloned() else {
            return oauth_error("invalid_grant", "invalid refresh token");
        };
        let scope = words(&token.scopes);
        let (text, token) = channel.tokens.issue(token.user, token.scopes, now);
        let mut json = issued(&text, token.expires_in(now), &refresh);
        json["scope"] = scope.into();
        Answer::ok(&json)
    }))
}

fn issued(token: &str, expires_in: i64, refresh: &str) -> Value {
    json!({
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": expires_in,
        "refresh_token": refresh,
    })
}

/// The place of the channel whose id and secret these are. LINE does not document what it says of wrong ones; our choice
/// is what it says of a Messaging API channel's.
fn login(scene: &Scene<'_>, id: &str, secret: &str) -> Result<usize, Answer> {
    let place = scene.world.logins.iter().position(|login| *login.id == *id);
    let place = place.ok_or_else(|| oauth_error("invalid_client", "invalid client_id"))?;
    let right = scene.world.logins[place].secret.expose() == secret;
    if right { Ok(place) } else { Err(oauth_error("invalid_client", "invalid client_secret")) }
}
