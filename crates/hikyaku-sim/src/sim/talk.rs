use std::time::{Duration, SystemTime};

use hikyaku_model::{ChatId, UserId};
use jiff::Timestamp;
use tokio::time::timeout;

use super::{Sim, WaitTimeout};
use crate::state::{
    World,
    outbox::{Delivery, DeliveryFilter},
    person::UserKey,
    said::UserMessage,
    tap::{Tap, Tapped},
};

/// Talk with the bot: somebody does something, and the next delivery to that chat is the answer. It is waited for from the
/// act on, not counted from the start, so that tests read in their own order.
///
/// ```no_run
/// use hikyaku_sim::{Sim, Tap, UserMessage};
///
/// # async fn example(sim: Sim) -> Result<(), Box<dyn std::error::Error>> {
/// let hana = sim.add_friend();
/// assert_eq!(sim.ask(&hana, "hi").await?.text(), Some("hi, Hana"));
/// sim.tap(&hana, Tap::new("when").date("2026-12-25")).await?;
///
/// let group = sim.invite(&[hana.clone()]);
/// sim.ask_as(&hana, &group, UserMessage::text("@bot help").mentioning_bot()).await?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// Nothing was delivered to the chat within 10 seconds, or those of [`Sim::within`]. The error says what became of the
/// webhook, and what was asked last.
///
/// # Panics
/// As [`Sim::user_says`].
impl Sim {
    /// Makes a user send a message, in the one-on-one chat with the account or as the first member of a group or room,
    /// and waits for the next delivery to that chat. In a group that is the delivery to its first member.
    pub async fn ask(
        &self,
        chat: impl AsRef<str>,
        message: impl Into<UserMessage>,
    ) -> Result<Delivery, WaitTimeout> {
        self.ask_by(None, chat.as_ref(), message.into()).await
    }

    /// Makes a member of a group or room send a message, like [`Self::ask`].
    pub async fn ask_as(
        &self,
        user: &UserId,
        chat: impl AsRef<str>,
        message: impl Into<UserMessage>,
    ) -> Result<Delivery, WaitTimeout> {
        self.ask_by(Some(self.known(user)), chat.as_ref(), message.into()).await
    }

    /// Makes a user tap a postback action, and waits like [`Self::ask`].
    pub async fn tap(
        &self,
        chat: impl AsRef<str>,
        tap: impl Into<Tap>,
    ) -> Result<Delivery, WaitTimeout> {
        self.tap_by(None, chat.as_ref(), tap.into()).await
    }

    /// Makes a member of a group or room tap a postback action, like [`Self::tap`].
    pub async fn tap_as(
        &self,
        user: &UserId,
        chat: impl AsRef<str>,
        tap: impl Into<Tap>,
    ) -> Result<Delivery, WaitTimeout> {
        self.tap_by(Some(self.known(user)), chat.as_ref(), tap.into()).await
    }

    async fn ask_by(
        &self,
        user: Option<UserKey>,
        chat: &str,
        message: UserMessage,
    ) -> Result<Delivery, WaitTimeout> {
        let target = super::acts::target(chat);
        let (before, said) = self.change(|world| {
            (world.outbox.delivered(), world.say(self.channel, &target, user, message))
        });
        let said = said.unwrap_or_else(|| panic!("nobody there to speak: {chat}"));
        self.next_to(said.chat_id, before, said.webhook_event_id).await
    }

    async fn tap_by(
        &self,
        user: Option<UserKey>,
        chat: &str,
        tap: Tap,
    ) -> Result<Delivery, WaitTimeout> {
        let before = self.delivered();
        let Tapped { chat_id, webhook_event_id, .. } = self.taps(chat, user, tap);
        self.next_to(chat_id, before, webhook_event_id).await
    }

    /// The first delivery to a chat after so many in all.
    async fn next_to(
        &self,
        chat: ChatId,
        before: u64,
        event: Option<String>,
    ) -> Result<Delivery, WaitTimeout> {
        let filter = DeliveryFilter {
            to: Some(chat.clone()),
            channel_id: Some(self.channel_id()),
            after: Some(before),
            ..DeliveryFilter::default()
        };
        let find = |world: &World| {
            let found = world.outbox.find(&filter, usize::MAX).into_iter();
            found.into_iter().find(|delivery| delivery.chat == chat)
        };
        let mut answer = None;
        let answered = || {
            answer = self.look(find);
            answer.is_some()
        };
        if timeout(self.patience, self.running.shared.when(answered)).await.is_err() {
            let what = format!("delivery to {chat}");
            let hint = self.look(|world| fate(world, event.as_deref()));
            return Err(self.timed_out(what, 1, 0, Some(hint)));
        }
        answer.ok_or_else(|| unreachable!("it was waited for"))
    }

    /// Returns a handle whose waiting methods have this timeout instead of 10 seconds.
    ///
    /// ```no_run
    /// # async fn example(sim: hikyaku_sim::Sim) -> Result<(), Box<dyn std::error::Error>> {
    /// let all = sim.within(std::time::Duration::from_secs(60)).wait_for(1000).await?;
    /// # let _ = all;
    /// # Ok(())
    /// # }
    /// ```
    pub fn within(&self, patience: Duration) -> Self {
        Self { patience, ..self.clone() }
    }
}

/// The time, for others.
impl Sim {
    /// Returns the simulator's time as the standard library's type.
    pub fn system_time(&self) -> SystemTime {
        self.now().into()
    }

    /// Returns the simulator's clock, to pass it on: to a bot that checks when a reply token expires, or to an outbox
    /// (`hikyaku_sender::Clock::from_fn`). All of them then share one time, and [`Sim::advance`] moves it. The clock
    /// does not keep the simulator running.
    pub fn clock(&self) -> impl Fn() -> SystemTime + Clone + Send + Sync + 'static {
        let shared = self.running.shared.clone();
        move || Timestamp::into(shared.world().clock.now())
    }
}

/// What became of an event's webhook.
fn fate(world: &World, event: Option<&str>) -> String {
    let Some(event) = event else {
        return "no webhook URL is set, so that no bot was told".to_owned();
    };
    let mut webhooks = world.webhooks.iter().rev();
    let found = webhooks.find(|(_, webhook)| webhook.event.webhook_event_id() == Some(event));
    match found.map(|(_, webhook)| webhook.attempts.last()) {
        None => "its webhook is no longer kept".to_owned(),
        Some(None) => "the bot has not answered its webhook".to_owned(),
        Some(Some(attempt)) => format!("its webhook: {:?} ({})", attempt.reason, attempt.detail),
    }
}
