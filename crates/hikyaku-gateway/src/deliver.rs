//! From a notification to a send, and what the caller is told of it.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use hikyaku_sender::{
    DeliveryId, ErrorKind, Listed, Outbox, Priority, State as DeliveryState, Time, Waited,
};
use tokio::{
    sync::Notify,
    time::{sleep, timeout},
};

use crate::{
    Error, NotifySettings, OnQuota, State,
    account::Accounts,
    alert::{self, Alerts},
    drain::Drain,
    joined,
    notification::Notification,
    patience::Patience,
    state::{Charge, Charged, Join, Joined, Parcel, Posting, Spent, TokenRow},
    sticker,
    withdrawn::Withdrawn,
};

/// How often somebody who waits looks whether another node has sent what waited for others.
const LOOK: Duration = Duration::from_millis(250);

/// How often a node looks for what others that are gone have left waiting.
const LOOK_AT_ALL: Duration = Duration::from_secs(1);

/// The same of a node whose notifications wait for nobody.
const SELDOM: Duration = Duration::from_secs(60);

/// How many callers wait for one chat at most. Its notifications leave one after another, and LINE takes some 100 ms for each:
/// the callers behind so many would hear no more within three seconds.
const OF_CHAT: usize = 32;

/// What delivers notifications.
#[derive(Debug)]
pub(crate) struct Courier {
    pub(crate) outbox: Outbox,
    pub(crate) state: State,
    pub(crate) settings: NotifySettings,
    pub(crate) accounts: Arc<Accounts>,
    pub(crate) alerts: Alerts,
    /// Who may wait for LINE's answer.
    pub(crate) patience: Arc<Patience>,
    /// Whether webhooks come, and with them the tokens of free replies.
    pub(crate) has_webhook: bool,
    /// A notification waits for others.
    pub(crate) waits: Notify,
    /// Some that waited are in the outbox.
    pub(crate) carried: Notify,
    pub(crate) drain: Drain,
}

/// How a caller wants a notification to go.
#[derive(Clone, Debug, Default)]
pub(crate) struct How<'a> {
    pub(crate) idempotency_key: Option<&'a str>,
    /// By itself, though others of its chat may come.
    pub(crate) alone: bool,
    /// The name of the picture that it shows.
    pub(crate) picture: Option<String>,
}

/// What is known of a notification when the caller is answered.
#[derive(Debug)]
pub(crate) enum Told {
    /// LINE has accepted it.
    Sent,
    /// It is on disk and will be sent.
    Queued,
    /// LINE has refused it; its words.
    Refused(String),
    /// Somebody withdrew it before it was sent.
    Withdrawn,
    /// The configuration has no such channel any more; nothing is kept.
    NoChannel,
    /// LINE refuses the channel's token; nothing is kept.
    OurFault,
    /// The channel's month is used up; nothing is kept.
    MonthUsedUp,
    /// The token's budget has no room for it; nothing is kept.
    BudgetUsedUp,
    /// Its name stands for another notification; nothing is kept.
    Conflict,
}

/// What came of a notification, and how its token's budget stands.
#[derive(Debug)]
pub(crate) struct Delivered {
    /// The delivery that carries it, if there is one yet.
    pub(crate) id: Option<DeliveryId>,
    pub(crate) told: Told,
    pub(crate) spent: Option<Spent>,
}

/// Whose notification a delivery carries.
#[derive(Clone, Copy, Debug)]
struct Asker {
    /// Its number among those that a push carries.
    joined: Option<i64>,
    /// Whether others may ask for the same delivery, by its name.
    is_named: bool,
}

/// The chat of a token, among those that wait.
fn chat_of(token: &TokenRow) -> String {
    format!("chat:{}:{}", token.channel, token.target)
}

impl Courier {
    /// Puts a notification into the outbox or, for a while, among those that wait for others of their chat. Where answers wait
    /// for LINE's, it waits for what becomes of it.
    pub(crate) async fn deliver(
        &self,
        token: &TokenRow,
        notification: &Notification,
        how: How<'_>,
    ) -> Result<Delivered, Error> {
        let How { idempotency_key, alone, picture } = how;
        if self.accounts.get(&token.channel).is_none() {
            // No worker would ever send it.
            tracing::error!(
                token = token.id,
                channel = token.channel,
                "a token is of a channel that the configuration does not have"
            );
            return Ok(Delivered { id: None, told: Told::NoChannel, spent: None });
        }
        let parcel = Parcel {
            channel: token.channel.clone(),
            target: token.target.clone(),
            token: token.id,
            priority: token.priority,
            messages: notification.messages(),
            silent: notification.silent,
            name: idempotency_key.map(|key| format!("notify:{}:{key}", token.id)),
            takes_over: true,
            reference: sticker::reference(token, notification.has_sticker()),
            picture,
            promised: false,
            in_order: true,
        };
        let parcel = self.without_doubling(parcel, notification.has_sticker()).await?;
        let window = self.settings.window().filter(|_| token.priority != Priority::High);
        let wanted = self.settings.wait().unwrap_or_default();
        let wait = self.patience.wait(chat_of(token), OF_CHAT, wanted);
        // A sticker may be refused, and must not take others along.
        let may_wait = !alone && !notification.has_sticker();
        match window {
            // One that was taken back has its old name in the outbox, too.
            _ if self.waits(&parcel).await? => {
                self.join(token, parcel, window.unwrap_or_default(), wait.time).await
            }
            Some(window) if may_wait && !self.is_in_outbox(&parcel).await? => {
                self.join(token, parcel, window, wait.time).await
            }
            _ => self.post(token, parcel, window.is_some(), wait.time).await,
        }
    }

    /// What stands for a refused sticker has a name of its own: under the notification's name nothing new is sent until that one,
    /// too, surely was not.
    async fn without_doubling(&self, parcel: Parcel, has_sticker: bool) -> Result<Parcel, Error> {
        let Some(name) = parcel.name.as_ref().filter(|_| has_sticker) else { return Ok(parcel) };
        let takes_over = match self.outbox.find(&parcel.channel, name).await? {
            Some(before) => sticker::is_surely_not_sent(&self.outbox, &before).await?,
            None => false,
        };
        Ok(Parcel { takes_over, ..parcel })
    }

    /// Whether a call of this name went into the outbox at once, before windows were set.
    async fn is_in_outbox(&self, parcel: &Parcel) -> Result<bool, Error> {
        match &parcel.name {
            Some(name) => Ok(self.outbox.find(&parcel.channel, name).await?.is_some()),
            None => Ok(false),
        }
    }

    /// Whether a call of this name waited for others, or was taken back to go as a free reply.
    async fn waits(&self, parcel: &Parcel) -> Result<bool, Error> {
        match &parcel.name {
            Some(name) => self.state.waits_as(name).await,
            None => Ok(false),
        }
    }

    async fn post(
        &self,
        token: &TokenRow,
        parcel: Parcel,
        behind_waiting: bool,
        wait: Duration,
    ) -> Result<Delivered, Error> {
        let charge = self.charge(token).await;
        let asker = Asker { joined: None, is_named: parcel.name.is_some() };
        let may_be_reply = self.has_webhook && self.settings.free_replies;
        let posted =
            self.state.post(parcel, charge, Posting { behind_waiting, may_be_reply }).await;
        match posted {
            Ok(Charged::Enqueued(enqueued, spent)) => {
                if behind_waiting {
                    self.carried.notify_waiters();
                }
                let (id, told) = self.tell(enqueued.id, asker, Instant::now() + wait).await;
                Ok(self.delivered(token, told, spent, id).await)
            }
            Ok(Charged::UsedUp(spent)) => {
                Ok(Delivered { id: None, told: Told::BudgetUsedUp, spent: Some(spent) })
            }
            Err(error) if matches!(error.of_outbox(), Some(ErrorKind::Conflict { .. })) => {
                Ok(Delivered { id: None, told: Told::Conflict, spent: None })
            }
            Err(error) => Err(error),
        }
    }

    async fn join(
        &self,
        token: &TokenRow,
        parcel: Parcel,
        window: Duration,
        wait: Duration,
    ) -> Result<Delivered, Error> {
        // What breaks a rule is told now: it would keep others from being sent.
        Parcel { name: None, ..parcel.clone() }.push().to_json()?;
        let is_named = parcel.name.is_some();
        let charge = self.charge(token).await;
        let joined = self.state.join(parcel.clone(), charge, window).await?;
        let Joined { id, delivery, spent } = match joined {
            Join::Joined(joined) => joined,
            Join::UsedUp(spent) => {
                return Ok(Delivered { id: None, told: Told::BudgetUsedUp, spent: Some(spent) });
            }
            Join::Conflict => return Ok(Delivered { id: None, told: Told::Conflict, spent: None }),
        };
        // With it, those of its chat that did not fit beside it may have gone.
        self.carried.notify_waiters();
        self.waits.notify_one();
        let until = Instant::now() + wait;
        let carrier = match delivery {
            Some(delivery) => Some(delivery),
            None => self.carrier(id, until).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "it is on disk, and what became of it could not be read");
                None
            }),
        };
        // Another call of the name may come for it, and must not withdraw what this one is told of.
        let carrier = match carrier {
            None if is_named => self.promise(&parcel, id).await,
            carrier => carrier,
        };
        let Some(delivery) = carrier else {
            Self::note(token, spent);
            return Ok(Delivered { id: None, told: Told::Queued, spent });
        };
        let asker = Asker { joined: Some(id), is_named };
        let (delivery, told) = self.tell(delivery, asker, until).await;
        Ok(self.delivered(token, told, spent, delivery).await)
    }

    /// Notes that a caller is told of a notification without a delivery, or gives the delivery that it has got meanwhile.
    async fn promise(&self, parcel: &Parcel, id: i64) -> Option<DeliveryId> {
        let promised = async {
            if self.state.promise(parcel, id).await? {
                return Ok(None);
            }
            self.state.carried_by(id).await
        };
        promised.await.unwrap_or_else(|error: Error| {
            tracing::warn!(%error, "it is on disk, and another call of its name may withdraw it");
            None
        })
    }

    /// The delivery that carries a notification, as soon as there is one.
    async fn carrier(&self, id: i64, until: Instant) -> Result<Option<DeliveryId>, Error> {
        loop {
            let news = self.carried.notified();
            let found = self.state.carried_by(id).await?;
            let left = until.saturating_duration_since(Instant::now());
            if found.is_some() || left.is_zero() || self.drain.is_over() {
                return Ok(found);
            }
            // Another node may do it, and says nothing.
            let _ = timeout(left.min(LOOK), news).await;
        }
    }

    /// What the caller hears. What was charged for nothing comes back at once where it is known.
    async fn delivered(
        &self,
        token: &TokenRow,
        told: Told,
        spent: Option<Spent>,
        id: DeliveryId,
    ) -> Delivered {
        Self::note(token, spent);
        let is_free = matches!(told, Told::Refused(_) | Told::OurFault | Told::MonthUsedUp);
        if spent.is_some()
            && is_free
            && let Err(error) = self.state.give_back(id).await
        {
            tracing::debug!(%error, "what a refused notification cost is given back later");
        }
        Delivered { id: Some(id), told, spent }
    }

    fn note(token: &TokenRow, spent: Option<Spent>) {
        if spent.is_some_and(|spent| spent.is_nearly_all) {
            tracing::warn!(token = token.id, "a token has used 80 % of its budget");
        }
    }

    /// Sends what has waited long enough for others, until it is dropped: what this node was told, and what nodes that are gone
    /// have left.
    pub(crate) async fn close_windows(&self) {
        loop {
            let pause = match self.close_now().await {
                Ok(pause) => pause,
                Err(error) => {
                    tracing::warn!(%error, "notifications that waited for others could not be sent; tries again");
                    LOOK_AT_ALL
                }
            };
            tokio::select! {
                () = sleep(pause) => {}
                () = self.waits.notified() => {}
            }
        }
    }

    /// Sends what has waited long enough, and tells for how long to do nothing.
    async fn close_now(&self) -> Result<Duration, Error> {
        let now = self.outbox.now().await?;
        let (next, after) = (self.state.close_windows(now).await?, self.outbox.now().await?);
        self.carried.notify_waiters();
        let idle = if self.settings.window().is_some() { LOOK_AT_ALL } else { SELDOM };
        Ok(next.map_or(idle, |next: Time| next.since(after).min(LOOK_AT_ALL)))
    }

    /// What a notification costs its token, if that has a budget.
    async fn charge(&self, token: &TokenRow) -> Option<Charge> {
        let budget = token.budget?;
        let cost = match self.accounts.get(&token.channel) {
            Some(account) => account.recipients(&token.target).await,
            None => 1,
        };
        let text = alert::budget(&format!("the token {} ({})", token.id, token.name), budget);
        let alert = self.alerts.message("budget", &text);
        Some(Charge { owner: token.owner(), budget, cost, alert })
    }

    /// What is told of a delivery: after the wait or, where nobody waits, after a look, which may tell that the month is used up.
    /// And the delivery that carries the notification in the end. It is on disk, whatever fails.
    async fn tell(&self, id: DeliveryId, asker: Asker, until: Instant) -> (DeliveryId, Told) {
        if self.settings.wait().is_none() && self.settings.on_quota == OnQuota::Park {
            return (id, Told::Queued);
        }
        self.try_to_tell(id, asker, until).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "it is on disk, and what became of it could not be read");
            (id, Told::Queued)
        })
    }

    async fn try_to_tell(
        &self,
        mut id: DeliveryId,
        asker: Asker,
        until: Instant,
    ) -> Result<(DeliveryId, Told), Error> {
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let listed = match self.drain.wait_for_answer(&self.outbox, id, left).await? {
                Some(Waited::Accepted { .. }) => return Ok((id, Told::Sent)),
                Some(Waited::Stored { delivery, .. }) => delivery,
                _ => return Ok((id, Told::Queued)),
            };
            if let Some(joined) = asker.joined
                && joined::is_to_part(&listed)
            {
                self.state.part(&listed).await?;
                match self.state.carried_by(joined).await? {
                    Some(own) if own != id => id = own,
                    _ => return Ok((id, self.told(&listed, asker).await?)),
                }
                continue;
            }
            if listed.state == DeliveryState::Rejected
                && let Some(rest) = sticker::send_rest(&self.state, &listed).await?
            {
                id = rest;
                continue;
            }
            if let Some(freed) = self.freed(&listed, asker).await? {
                id = freed;
                continue;
            }
            let told = self.told(&listed, asker).await?;
            let is_open = matches!(listed.state, DeliveryState::Ready | DeliveryState::InFlight);
            if asker.is_named
                && is_open
                && matches!(told, Told::Queued)
                && !self.outbox.report_outcome(id).await?
            {
                // It has ended at this moment.
                continue;
            }
            return Ok((id, told));
        }
    }

    /// What carries a notification instead of one that was taken back, because it may go as a free reply.
    async fn freed(&self, listed: &Listed, asker: Asker) -> Result<Option<DeliveryId>, Error> {
        if listed.state != DeliveryState::Cancelled || Withdrawn::of(listed).is_some() {
            return Ok(None);
        }
        let carrier = match asker.joined {
            Some(joined) => self.state.carried_by(joined).await?,
            None => self.state.freed(listed).await?,
        };
        Ok(carrier.filter(|it| *it != listed.id))
    }

    async fn told(&self, listed: &Listed, asker: Asker) -> Result<Told, Error> {
        let may_be_withdrawn = match Withdrawn::waits(listed) {
            Some(Withdrawn::Unauthorized) => true,
            Some(Withdrawn::MonthUsedUp) => self.settings.on_quota == OnQuota::Refuse,
            None => false,
        };
        // Others may have been told that it is on disk: those beside whom it goes. Those who asked for it by its name are
        // noted, and it is not refused then.
        let is_shared = joined::is_joined(listed);
        let Some(why) = Withdrawn::waits(listed).filter(|_| may_be_withdrawn && !is_shared) else {
            return Ok(ended(listed));
        };
        let is_withdrawn = if asker.is_named {
            self.outbox.refuse(listed.id, why.words()).await?
        } else {
            // Nobody else asks for it.
            self.outbox.cancel(listed.id).await.is_ok()
        };
        if is_withdrawn {
            return Ok(why.into());
        }
        // Another caller did it, or it has gone on.
        Ok(self.outbox.show(listed.id).await?.as_ref().map_or(Told::Queued, ended))
    }
}

/// What is told of a delivery as it stands.
fn ended(listed: &Listed) -> Told {
    match listed.state {
        DeliveryState::Accepted => Told::Sent,
        DeliveryState::Rejected => Told::Refused(listed.last_error.clone().unwrap_or_default()),
        DeliveryState::Dropped if !listed.may_have_landed => {
            Told::Refused(listed.last_error.clone().unwrap_or_default())
        }
        DeliveryState::Cancelled => Withdrawn::of(listed).map_or(Told::Withdrawn, Told::from),
        _ => Told::Queued,
    }
}

impl From<Withdrawn> for Told {
    fn from(why: Withdrawn) -> Self {
        match why {
            Withdrawn::Unauthorized => Self::OurFault,
            Withdrawn::MonthUsedUp => Self::MonthUsedUp,
        }
    }
}
