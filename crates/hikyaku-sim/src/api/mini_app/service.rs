use hikyaku_model::{Checker, Object};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::CALLERS;
use crate::{
    api::{Action, Answer, Body, Endpoint, Request, Scene, body},
    state::login::{InvalidUserToken, NotificationToken},
};

/// Issues a token that service messages are sent to a person by.
///
/// Source: <https://developers.line.biz/en/reference/line-mini-app/#issue-notification-token>
pub(crate) const TOKEN: Endpoint =
    Endpoint::new(Method::POST, "/message/v3/notifier/token", read_token).auth(CALLERS);

/// Sends a service message, and renews the token.
///
/// Source: <https://developers.line.biz/en/reference/line-mini-app/#send-service-message>
pub(crate) const SEND: Endpoint =
    Endpoint::new(Method::POST, "/message/v3/notifier/send", read_send).auth(CALLERS);

/// The languages of service messages.
const LANGUAGES: [&str; 6] = ["ja", "en", "zh-TW", "th", "id", "ko"];

fn read_token(request: &Request) -> Result<Action, Answer> {
    let token: Option<String> = Body::read(request)?.optional("liffAccessToken")?;
    let token = token.filter(|token| !token.trim().is_empty()).ok_or_else(|| {
        Answer::error(StatusCode::BAD_REQUEST, "[liffAccessToken] must not be blank")
    })?;
    Ok(Box::new(move |scene| {
        let now = scene.now;
        let login = scene.login();
        let user = match login.tokens.get(&token, now) {
            Ok(of) => of.user,
            Err(why) => {
                let words = match why {
                    InvalidUserToken::Expired => "The access token expired",
                    InvalidUserToken::Revoked => "The access token revoked",
                    InvalidUserToken::Unknown => "invalid token",
                };
                return Answer::error(StatusCode::UNAUTHORIZED, words);
            }
        };
        match login.service.issue(&token, user, now) {
            Some(issued) => Answer::ok(&describe(scene, &issued)),
            // LINE documents the status; the words are ours.
            None => Answer::error(
                StatusCode::BAD_REQUEST,
                "A service notification token was issued for this access token already",
            ),
        }
    }))
}

fn read_send(request: &Request) -> Result<Action, Answer> {
    if request.parameter("target").as_deref() != Some("service") {
        return Err(Answer::parameter_invalid("target"));
    }
    let json = Body::read(request)?;
    let mut errors = Checker::strict();
    let template = json.text("templateName", &mut errors)?;
    let token = json.text("notificationToken", &mut errors)?;
    let params: Option<Object> = json.optional("params")?;
    body::finish(errors)?;
    // LINE documents these rules; the words are ours.
    let refuse = |property, words| Answer::detail(StatusCode::BAD_REQUEST, property, words);
    let params = params.ok_or_else(|| refuse("params", "May not be empty"))?;
    if template.chars().count() > 30 {
        return Err(refuse("templateName", "Length must be between 0 and 30"));
    }
    let language = template.rsplit_once('_').map(|(_, language)| language);
    if !language.is_some_and(|language| LANGUAGES.contains(&language)) {
        return Err(refuse("templateName", "must end in _ and a language"));
    }
    Ok(Box::new(move |scene| {
        let now = scene.now;
        let service = &mut scene.login().service;
        if service.get(&token, now).is_none() {
            return Answer::error(StatusCode::UNAUTHORIZED, "Invalid notifier token");
        }
        if !service.templates.contains(&template) {
            let words = format!("The template {template} cannot be found");
            return Answer::error(StatusCode::FORBIDDEN, &words);
        }
        match service.send(&token, template, params.into(), now) {
            Some(renewed) => Answer::ok(&describe(scene, &renewed)),
            // It cannot be renewed.
            None => Answer::ok(&json!({ "expiresIn": 0, "remainingCount": 0 })),
        }
    }))
}

fn describe(scene: &Scene<'_>, (text, token): &(String, NotificationToken)) -> Value {
    json!({
        "notificationToken": text,
        "expiresIn": token.expires_in(scene.now),
        "remainingCount": token.remaining,
        "sessionId": token.session_id,
    })
}
