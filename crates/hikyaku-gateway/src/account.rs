//! The channels of the Messaging API, as the gateway uses them besides sending.

use std::{collections::BTreeMap, fmt, time::Duration};

use hikyaku::{BotInfo, Client};
use hikyaku_webhook::{Error as WebhookError, Verifier};
use http::HeaderMap;
use tokio::{sync::OnceCell, time::timeout};

/// How long a person who looks at a page waits for a name.
const PATIENCE: Duration = Duration::from_secs(2);

/// A channel.
pub(crate) struct Account {
    pub(crate) client: Client,
    pub(crate) verifier: Option<Verifier>,
    info: OnceCell<BotInfo>,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").finish_non_exhaustive()
    }
}

impl Account {
    pub(crate) fn new(client: Client, verifier: Option<Verifier>) -> Self {
        Self { client, verifier, info: OnceCell::new() }
    }

    /// What LINE says of the account, if it does so soon.
    pub(crate) async fn info(&self) -> Option<&BotInfo> {
        let ask = self.info.get_or_try_init(|| async {
            self.client.bot_info().await.map(hikyaku::Answer::into_inner)
        });
        match timeout(PATIENCE, ask).await {
            Ok(Ok(info)) => Some(info),
            Ok(Err(error)) => {
                tracing::warn!(%error, "LINE does not tell what the account is called");
                None
            }
            Err(_) => None,
        }
    }

    /// The name of a user or group, if LINE tells it soon.
    pub(crate) async fn name_of(&self, chat: &str) -> Option<String> {
        let ask = async {
            match chat.get(..1) {
                Some("U") => {
                    let profile = self.client.profile(chat).await.ok()?.into_inner();
                    profile.map(|it| it.display_name)
                }
                Some("C") => {
                    self.client.group_summary(chat).await.ok().map(|it| it.into_inner().group_name)
                }
                _ => None,
            }
        };
        timeout(PATIENCE, ask).await.ok().flatten()
    }
}

/// All channels, by their names in the configuration.
#[derive(Debug)]
pub(crate) struct Accounts(pub(crate) BTreeMap<String, Account>);

impl Accounts {
    pub(crate) fn get(&self, channel: &str) -> Option<&Account> {
        self.0.get(channel)
    }

    /// The channel that a webhook is of: the one whose secret it is signed with.
    pub(crate) fn of_webhook(
        &self,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<&str, WebhookError> {
        let mut why = WebhookError::NoSecret;
        for (name, account) in &self.0 {
            match account.verifier.as_ref().map(|it| it.verify_headers(headers, body)) {
                Some(Ok(())) => return Ok(name),
                Some(Err(refusal)) => why = refusal,
                None => {}
            }
        }
        Err(why)
    }
}
