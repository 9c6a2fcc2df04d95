//! How the pages for people behave.

use std::path::PathBuf;

use hikyaku::login::LoginChannel;
use hikyaku_model::ChannelSecret;
use hikyaku_page::Lang;
use serde::{Deserialize, Deserializer};

use crate::Error;

/// How people sign in to the pages of their tokens.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PageSettings {
    /// The id of a LINE Login channel, of the provider that the account's channel is of: only then has a person the same id in
    /// both. Without it, people sign in by a link that the account sends.
    pub login_channel_id: Option<String>,
    /// Its channel secret.
    pub login_secret: Option<String>,
    /// A file with it; its path begins where the configuration is.
    pub login_secret_file: Option<PathBuf>,
    /// Where people log in, where that is not LINE.
    pub login_url: Option<String>,
    /// What a person sends to the account to get a link; nothing for no such command.
    pub command: String,
    /// The language in which the account sends it.
    #[serde(deserialize_with = "language")]
    pub language: Lang,
}

impl Default for PageSettings {
    fn default() -> Self {
        Self {
            login_channel_id: None,
            login_secret: None,
            login_secret_file: None,
            login_url: None,
            command: "/my".to_owned(),
            language: Lang::English,
        }
    }
}

impl std::fmt::Debug for PageSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PageSettings")
            .field("login_channel_id", &self.login_channel_id)
            .field("command", &self.command)
            .finish_non_exhaustive()
    }
}

fn language<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Lang, D::Error> {
    let tag = String::deserialize(deserializer)?;
    let why = "pages.language is en, ja, zh-Hant or th";
    Lang::from_tag(&tag).ok_or_else(|| serde::de::Error::custom(why))
}

impl PageSettings {
    pub(crate) fn check(&self) -> Result<(), Error> {
        let secrets = [self.login_secret.is_some(), self.login_secret_file.is_some()];
        match (&self.login_channel_id, secrets) {
            (None, [false, false]) | (Some(_), [true, false] | [false, true]) => Ok(()),
            (None, _) => Err(Error::new(
                "pages.login_channel_id is missing beside the secret of a LINE Login channel",
            )),
            (Some(_), _) => Err(Error::new(
                "pages.login_channel_id needs either login_secret or login_secret_file beside it",
            )),
        }
    }

    /// The channel that people log in with, if there is one.
    pub(crate) fn login(&self) -> Result<Option<LoginChannel>, Error> {
        let Some(id) = &self.login_channel_id else { return Ok(None) };
        let secret = match (&self.login_secret, &self.login_secret_file) {
            (Some(secret), _) => secret.clone(),
            (None, Some(file)) => {
                let text = std::fs::read_to_string(file).map_err(|why| {
                    Error::invalid_because(format!("cannot read {}", file.display()), why)
                })?;
                text.trim().to_owned()
            }
            (None, None) => String::new(),
        };
        let secret = ChannelSecret::new(secret)
            .map_err(|why| Error::invalid_because("pages.login_secret".to_owned(), why))?;
        Ok(Some(LoginChannel::new(id.as_str(), secret)))
    }
}

/// What the people who run the gateway may do on their pages.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OperatorSettings {
    /// Whether anything can be changed there.
    pub access: OperatorAccess,
    /// Whether they show what messages say.
    pub show_texts: bool,
}

/// Whether anything can be changed on the operator's pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum OperatorAccess {
    /// By operators, and not by viewers.
    #[default]
    Full,
    /// By nobody.
    Read,
}
