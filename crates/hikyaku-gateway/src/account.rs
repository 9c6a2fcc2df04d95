//! The channels of the Messaging API, as the gateway uses them besides sending.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use hikyaku::{BotInfo, Client};
use hikyaku_webhook::{Error as WebhookError, Verifier};
use http::HeaderMap;
use tokio::{sync::OnceCell, time::timeout};

/// How long a person who looks at a page waits for a name.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long the number of a group's members is good.
const MEMBERS_KNOWN: Duration = Duration::from_secs(60 * 60);

/// How many groups' numbers are kept at most.
const MOST_GROUPS: usize = 10_000;

/// A channel.
pub(crate) struct Account {
    pub(crate) client: Client,
    pub(crate) verifier: Option<Verifier>,
    info: OnceCell<BotInfo>,
    /// How many members groups and rooms have, and when LINE said so.
    members: Mutex<HashMap<String, (Instant, u64)>>,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").finish_non_exhaustive()
    }
}

impl Account {
    pub(crate) fn new(client: Client, verifier: Option<Verifier>) -> Self {
        Self { client, verifier, info: OnceCell::new(), members: Mutex::default() }
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

    /// How many recipients a push to a chat has, as LINE counts them: the members of a group. Where LINE does not say it soon,
    /// it is what was known last, or 1.
    pub(crate) async fn recipients(&self, chat: &str) -> u64 {
        if chat.starts_with('U') {
            return 1;
        }
        let known = self.members().get(chat).copied();
        if let Some((at, members)) = known
            && at.elapsed() < MEMBERS_KNOWN
        {
            return members;
        }
        let ask = async {
            let answer = match chat.get(..1) {
                Some("C") => self.client.group_member_count(chat).await,
                _ => self.client.room_member_count(chat).await,
            };
            answer.ok().map(|it| u64::from(it.into_inner().count))
        };
        let Some(members) = timeout(PATIENCE, ask).await.ok().flatten() else {
            return known.map_or(1, |(_, members)| members);
        };
        let mut all = self.members();
        if all.len() >= MOST_GROUPS {
            all.clear();
        }
        all.insert(chat.to_owned(), (Instant::now(), members));
        members
    }

    fn members(&self) -> MutexGuard<'_, HashMap<String, (Instant, u64)>> {
        self.members.lock().unwrap_or_else(PoisonError::into_inner)
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
