//! LIFF apps, by the token of a LINE Login channel.

pub(super) mod app;
pub(super) mod change;

use http::StatusCode;
use serde::Deserialize;

use super::{Answer, Auth};
use crate::state::{
    login::{LiffApp, LiffFeatures, Scope},
    token::TokenKind,
};

/// Who may call: with a short-lived or stateless token.
///
/// Source: <https://developers.line.biz/en/reference/liff-server/#preparing-channel-access-token>
const CALLERS: Auth = Auth::Login(&[TokenKind::ShortLived, TokenKind::Stateless]);

/// What a request sets of an app.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct Changes {
    view: Option<View>,
    description: Option<String>,
    features: Option<LiffFeatures>,
    permanent_link_pattern: Option<String>,
    scope: Option<Vec<String>>,
    bot_prompt: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct View {
    #[serde(rename = "type")]
    kind: Option<String>,
    url: Option<String>,
    module_mode: Option<bool>,
}

impl Changes {
    /// Makes sure that all of it can be. LINE documents the rules; the words are ours.
    fn check(&self) -> Result<(), Answer> {
        let view = self.view.as_ref();
        let one_of = |property: &str, word: Option<&String>, known: &[&str]| match word {
            Some(word) if !known.contains(&word.as_str()) => {
                let words = format!("Must be one of the following values: [{}]", known.join(", "));
                Err(invalid(property, &words))
            }
            _ => Ok(()),
        };
        let kind = view.and_then(|view| view.kind.as_ref());
        one_of("view.type", kind, &["compact", "tall", "full"])?;
        if let Some(url) = view.and_then(|view| view.url.as_deref())
            && (!url.starts_with("https://") || url.contains('#') || url.len() < 9)
        {
            return Err(invalid("view.url", "must be an https URL without a fragment"));
        }
        if self.description.as_ref().is_some_and(|name| name.contains("LINE")) {
            return Err(invalid("description", "must not contain \"LINE\""));
        }
        one_of("permanentLinkPattern", self.permanent_link_pattern.as_ref(), &["concat"])?;
        let words = Scope::ALL.map(Scope::word);
        for (index, word) in self.scope.iter().flatten().enumerate() {
            one_of(&format!("scope[{index}]"), Some(word), &words)?;
        }
        one_of("botPrompt", self.bot_prompt.as_ref(), &["normal", "aggressive", "none"])
    }

    /// Sets what it sets.
    fn apply(self, app: &mut LiffApp) {
        let View { kind, url, module_mode } = self.view.unwrap_or_default();
        app.view.kind = kind.unwrap_or_else(|| std::mem::take(&mut app.view.kind));
        app.view.url = url.unwrap_or_else(|| std::mem::take(&mut app.view.url));
        app.view.module_mode = module_mode.or(app.view.module_mode);
        app.description = self.description.or_else(|| app.description.take());
        app.features = self.features.unwrap_or(app.features);
        app.scope = self.scope.unwrap_or_else(|| std::mem::take(&mut app.scope));
        app.bot_prompt = self.bot_prompt.unwrap_or_else(|| std::mem::take(&mut app.bot_prompt));
    }
}

fn invalid(property: &str, words: &str) -> Answer {
    Answer::detail(StatusCode::BAD_REQUEST, property, words)
}
