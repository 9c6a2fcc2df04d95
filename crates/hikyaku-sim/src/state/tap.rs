use hikyaku_model::{
    ChatId, UserId,
    event::{PostbackContent, PostbackParams, RichMenuSwitchStatus, SharedStr},
};
use serde::Serialize;

/// A user's tap on a postback action, with the user's choice.
///
/// ```
/// use hikyaku_sim::Tap;
///
/// let button = Tap::new("buy=1");
/// let picked = Tap::new("when").date("2026-12-25");
/// # let _ = (button, picked);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Tap(pub(crate) PostbackContent);

impl Tap {
    /// Creates a tap on an action with this data.
    pub fn new(data: impl Into<SharedStr>) -> Self {
        Self(PostbackContent::new(data))
    }

    /// Sets the chosen date, `2026-12-25`.
    pub fn date(self, date: impl Into<SharedStr>) -> Self {
        let date = Some(date.into());
        self.picking(|params| params.date = date)
    }

    /// Sets the chosen time, `18:30`.
    pub fn time(self, time: impl Into<SharedStr>) -> Self {
        let time = Some(time.into());
        self.picking(|params| params.time = time)
    }

    /// Sets the chosen date and time, `2026-12-25T18:30`.
    pub fn datetime(self, datetime: impl Into<SharedStr>) -> Self {
        let datetime = Some(datetime.into());
        self.picking(|params| params.datetime = datetime)
    }

    /// Sets the alias of the rich menu that the tap switches to.
    pub fn switched_to(self, alias: impl Into<SharedStr>) -> Self {
        let alias = Some(alias.into());
        self.picking(|params| {
            params.new_rich_menu_alias_id = alias;
            params.status = Some(RichMenuSwitchStatus::Success);
        })
    }

    fn picking(mut self, pick: impl FnOnce(&mut PostbackParams)) -> Self {
        pick(self.0.params.get_or_insert_default());
        self
    }
}

impl From<&str> for Tap {
    fn from(data: &str) -> Self {
        Self::new(data)
    }
}

impl From<String> for Tap {
    fn from(data: String) -> Self {
        Self::new(data)
    }
}

/// A tap by a user, with the token in its webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Tapped {
    /// The reply token: for one reply, within a minute.
    pub reply_token: String,
    /// The user who tapped.
    pub user_id: UserId,
    /// The chat.
    pub chat_id: ChatId,
    /// The id of the webhook event; `None` if no webhooks are sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook_event_id: Option<String>,
}
