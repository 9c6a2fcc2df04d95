use hikyaku_model::limits::Dialect;
use http::{Method, StatusCode};
use serde_json::json;

use super::{CALLERS, Changes, invalid};
use crate::{
    api::{Action, Answer, Endpoint, Request, body},
    state::login::{LiffApp, LiffFeatures, LiffView, MOST_LIFF_APPS, Scope},
};

/// Adds an app.
///
/// Source: <https://developers.line.biz/en/reference/liff-server/#add-liff-app>
pub(crate) const ADD: Endpoint =
    Endpoint::new(Method::POST, "/liff/v1/apps", read_add).auth(CALLERS);

/// All apps.
///
/// Source: <https://developers.line.biz/en/reference/liff-server/#get-all-liff-apps>
pub(crate) const LIST: Endpoint =
    Endpoint::new(Method::GET, "/liff/v1/apps", read_list).auth(CALLERS);

fn read_add(request: &Request) -> Result<Action, Answer> {
    let changes: Changes = body::parse(request, &[], Dialect::Messages)?;
    changes.check()?;
    let view = changes.view.as_ref();
    if view.is_none_or(|view| view.kind.is_none()) {
        return Err(invalid("view.type", "May not be empty"));
    }
    if view.is_none_or(|view| view.url.is_none()) {
        return Err(invalid("view.url", "May not be empty"));
    }
    Ok(Box::new(move |scene| {
        let mut app = LiffApp {
            liff_id: String::new(),
            view: LiffView { kind: String::new(), url: String::new(), module_mode: None },
            description: None,
            features: LiffFeatures::default(),
            permanent_link_pattern: "concat".into(),
            scope: [Scope::Profile, Scope::ChatMessageWrite].map(|of| of.word().to_owned()).into(),
            bot_prompt: "none".to_owned(),
        };
        changes.apply(&mut app);
        let login = scene.login();
        let Some(id) = login.liff.add(&login.id, app) else {
            let words = format!("a channel has at most {MOST_LIFF_APPS} LIFF apps");
            return Answer::error(StatusCode::BAD_REQUEST, &words);
        };
        Answer::ok(&json!({ "liffId": id }))
    }))
}

#[expect(clippy::unnecessary_wraps, reason = "one form for all operations")]
fn read_list(_: &Request) -> Result<Action, Answer> {
    Ok(Box::new(|scene| match scene.login().liff.all() {
        [] => Answer::not_found(),
        apps => Answer::ok(&json!({ "apps": apps })),
    }))
}
