use std::fmt;

use axum::routing::MethodRouter;
use hikyaku_sender::{Moved, Outbox};
use hikyaku_webhook::{Receiver, Router};
use serde::Serialize;

use crate::{
    Settings, callback,
    store::{
        ActOnOne, ActOnSome, Bring, EventAct, EventFilter, IsEmpty, KeptEvent, KeptState, List,
        Look, Migrate, Show, TakeAnswers, TakeEvents, Taken, Version,
    },
    work,
};

/// Where events wait for their handlers, in the database of an outbox. A clone is the same inbox.
#[derive(Clone, Debug)]
pub struct Inbox {
    outbox: Outbox,
    settings: Settings,
}

/// Why the inbox did not do what it was asked to.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The store did not do it.
    Store(hikyaku_sender::Error),
    /// The inbox was written by a newer version.
    NewerSchema(i64),
    /// There is no such event.
    NoEvent(i64),
    /// The event stays as it is.
    Refused(i64, KeptState),
    /// The store to move to has an inbox with events in it, or got some meanwhile.
    NotEmpty,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(why) => why.fmt(f),
            Self::NewerSchema(version) => {
                write!(
                    f,
                    "the inbox has schema {version}, and this program is older; use a newer one"
                )
            }
            Self::NoEvent(id) => write!(f, "there is no event {id} in the inbox"),
            Self::NotEmpty => f.write_str(
                "the inbox of the store to move to has events already; move into an empty one, and start the bot on it when the move \
                 has ended",
            ),
            Self::Refused(id, state) => write!(
                f,
                "event {id} is {state}: only what waits or is a dead letter is retried or dropped, and what is unanswered is dropped"
            ),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Store(why) => std::error::Error::source(why),
            _ => None,
        }
    }
}

impl From<hikyaku_sender::Error> for Error {
    fn from(why: hikyaku_sender::Error) -> Self {
        Self::Store(why)
    }
}

impl Inbox {
    /// Opens the inbox in the database of this outbox, and makes its tables if there are none.
    ///
    /// # Errors
    /// The outbox is in memory, its database cannot be written, or a newer version has written the inbox.
    pub async fn open(outbox: &Outbox) -> Result<Self, Error> {
        // A store that was moved away is not written to.
        if !matches!(outbox.look(Version).await?, Some((_, true)))
            && let Some(newer) = outbox.transact(Migrate).await?
        {
            return Err(Error::NewerSchema(newer));
        }
        Ok(Self { outbox: outbox.clone(), settings: Settings::default() })
    }

    /// Opens the inbox that is in the database of this outbox; nothing if there is none.
    ///
    /// # Errors
    /// The outbox is in memory, its database cannot be read, or a newer version has written the inbox.
    pub async fn open_existing(outbox: &Outbox) -> Result<Option<Self>, Error> {
        if outbox.look(Version).await?.is_some() {
            Self::open(outbox).await.map(Some)
        } else {
            Ok(None)
        }
    }

    /// Handles events by these settings.
    #[must_use]
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// The route that LINE's requests go to, and the work behind it.
    ///
    /// The route verifies a request, and answers 200 when its events are on disk: 503 when the store does not take them, so
    /// that LINE sends them again; 401 to a bad signature, 413 to a body that is too long. Of requests that come at the same
    /// time, many share a commit.
    ///
    /// The work is a future to spawn. It writes the events down and handles them: one chat in the order of LINE's
    /// timestamps, many chats at once. It ends when the server has dropped the route and the handlers that were running are
    /// done; what waits stays in the inbox. Several programs may work on one `PostgreSQL`, and on one file.
    ///
    /// [`Router::once`] has no effect here: the inbox knows by `webhookEventId` what came before. An event without that id is
    /// handled each time it comes.
    pub fn callback<App, S>(
        &self,
        receiver: Receiver,
        router: Router<App>,
    ) -> (MethodRouter<S>, impl Future<Output = ()> + Send + use<App, S>)
    where
        App: Clone + Send + Sync + 'static,
        S: Clone + Send + Sync + 'static,
    {
        let (route, arrived) = callback::route(receiver, self.settings.patience);
        (route, work::work(self.outbox.clone(), self.settings.clone(), arrived, router))
    }

    /// The events that fit a filter, the newest first.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn list(&self, filter: EventFilter) -> Result<Vec<KeptEvent>, Error> {
        Ok(self.outbox.look(List(filter)).await?)
    }

    /// One event.
    ///
    /// # Errors
    /// There is none, or the store cannot be read.
    pub async fn show(&self, id: i64) -> Result<KeptEvent, Error> {
        self.outbox.look(Show(id)).await?.ok_or(Error::NoEvent(id))
    }

    /// Lets a dead letter be handled again from its first attempt, or an event that waits for its next attempt at once.
    ///
    /// # Errors
    /// There is none, it is neither, or the store did not do it.
    pub async fn retry(&self, id: i64) -> Result<KeptEvent, Error> {
        self.act(id, EventAct::Retry).await
    }

    /// Gives up a dead letter, an event that waits or one that is unanswered. It is remembered, so that LINE's redelivery does not bring it back.
    ///
    /// # Errors
    /// There is no such event, it may not be dropped, or the store did not do it.
    pub async fn drop_event(&self, id: i64) -> Result<KeptEvent, Error> {
        self.act(id, EventAct::Drop).await
    }

    /// What [`act_on`](Self::act_on) would do.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn preview(
        &self,
        filter: &EventFilter,
        act: EventAct,
    ) -> Result<EventPreview, Error> {
        let look = Look { filter: filter.clone(), act };
        let (events, possible, examples) = self.outbox.look(look).await?;
        Ok(EventPreview { events, possible, examples })
    }

    /// Retries or drops all events that fit, but for those that are being handled or were, and tells how many it was. It is
    /// done in steps of 500, from the newest to the oldest, so what it has done when it fails stays done.
    ///
    /// # Errors
    /// The store did not do it.
    pub async fn act_on(&self, filter: &EventFilter, act: EventAct) -> Result<u64, Error> {
        let (mut filter, mut total) = (filter.clone(), 0);
        while let Some((done, oldest)) =
            self.outbox.transact(ActOnSome { filter: filter.clone(), act }).await?
        {
            total += done;
            filter.before = Some(oldest);
        }
        Ok(total)
    }

    /// Moves the outbox and this inbox into another store, as [`Outbox::move_to`] does: events with their JSON, what is
    /// remembered of those that were handled, dead letters, and answers that wait to be fetched. Events get new numbers. How
    /// many there are, and what was moved of the outbox.
    ///
    /// From its beginning on a webhook that comes to a program on this store is refused with 503; all that were answered with
    /// 200 before are moved. What a handler is at then is handled again there, as after a kill. Tables of a program's own are
    /// not moved.
    ///
    /// # Errors
    /// As of [`Outbox::move_to`]; the other store has an inbox with events.
    pub async fn move_to(
        &self,
        target: &Outbox,
        told: impl FnMut(u64) + Send,
    ) -> Result<(Moved, u64), Error> {
        Self::open(target).await?;
        if !target.look(IsEmpty).await? {
            return Err(Error::NotEmpty);
        }
        let mut events = 0;
        let moved = self.outbox.move_along(target, told, self.carry(target, &mut events)).await?;
        Ok((moved, events))
    }

    async fn carry(&self, target: &Outbox, events: &mut u64) -> Result<(), Error> {
        let mut after = 0;
        while let Some((rows, last)) = self.outbox.look(TakeEvents { after }).await? {
            *events += bring(target, rows).await?;
            after = last;
        }
        let mut after = (String::new(), String::new(), i64::MIN);
        while let Some((rows, last)) = self.outbox.look(TakeAnswers { after }).await? {
            bring(target, rows).await?;
            after = last;
        }
        Ok(())
    }

    async fn act(&self, id: i64, act: EventAct) -> Result<KeptEvent, Error> {
        match self.outbox.transact(ActOnOne { id, act }).await? {
            Some((event, true)) => Ok(event),
            Some((event, false)) => Err(Error::Refused(id, event.state)),
            None => Err(Error::NoEvent(id)),
        }
    }
}

/// How many there were.
async fn bring(target: &Outbox, rows: Taken) -> Result<u64, Error> {
    let count = rows.count();
    if target.transact(Bring(rows)).await? { Ok(count) } else { Err(Error::NotEmpty) }
}

/// What an act on all events that fit a filter would do.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct EventPreview {
    /// How many fit.
    pub events: u64,
    /// How many of them it would change; the others are being handled, or were, and stay as they are.
    pub possible: u64,
    /// The newest ten of those.
    pub examples: Vec<KeptEvent>,
}
