use std::fmt;

use axum::routing::MethodRouter;
use hikyaku_sender::{Moved, Outbox};
use hikyaku_webhook::{Receiver, Router};
use serde::Serialize;

use crate::{
    Settings, callback,
    store::{
        ActOnOne, ActOnSome, Bring, EventAct, EventFilter, IsEmpty, KeptEvent, KeptState, List,
        Look, Migrate, Show, TakeAnswers, TakeBudgets, TakeEvents, Taken, Version,
    },
    work,
};

/// A durable queue of webhook events for their handlers, in the database of an outbox. A clone refers to the same
/// inbox.
#[derive(Clone, Debug)]
pub struct Inbox {
    outbox: Outbox,
    settings: Settings,
}

/// The error of a call to the inbox.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The store failed.
    Store(hikyaku_sender::Error),
    /// The inbox was written by a newer version.
    NewerSchema(i64),
    /// The event does not exist.
    NoEvent(i64),
    /// The event stays unchanged, because of its state.
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
    /// Opens the inbox in the database of this outbox, and creates its tables if necessary.
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

    /// Opens an existing inbox in the database of this outbox; `None` if there is none.
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

    /// Sets how events are handled.
    #[must_use]
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// Returns the route for LINE's requests, and the work behind it.
    ///
    /// The route verifies a request, and answers 200 once its events are on disk. It answers 503 if the store fails, so
    /// that LINE redelivers the events; 401 to a bad signature; 413 to a body that is too long. Concurrent requests
    /// share commits.
    ///
    /// The work is a future to spawn. It stores the events and handles them: one chat in the order of LINE's
    /// timestamps, many chats concurrently. It ends when the server has dropped the route and the running handlers are
    /// done; waiting events stay in the inbox. Several processes may work on one `PostgreSQL` database, or on one file.
    ///
    /// [`Router::once`] has no effect here: the inbox deduplicates by `webhookEventId`. An event without that id is
    /// handled each time it arrives.
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

    /// Returns the events that match a filter, the newest first.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn list(&self, filter: EventFilter) -> Result<Vec<KeptEvent>, Error> {
        Ok(self.outbox.look(List(filter)).await?)
    }

    /// Returns one event.
    ///
    /// # Errors
    /// The event does not exist, or the store cannot be read.
    pub async fn show(&self, id: i64) -> Result<KeptEvent, Error> {
        self.outbox.look(Show(id)).await?.ok_or(Error::NoEvent(id))
    }

    /// Retries an event: a dead letter from its first attempt, a waiting event at once.
    ///
    /// # Errors
    /// The event does not exist, is neither, or the store failed.
    pub async fn retry(&self, id: i64) -> Result<KeptEvent, Error> {
        self.act(id, EventAct::Retry).await
    }

    /// Drops a dead letter, a waiting event or an unanswered one. It is remembered, so that LINE's redelivery does not
    /// bring it back.
    ///
    /// # Errors
    /// The event does not exist or cannot be dropped, or the store failed.
    pub async fn drop_event(&self, id: i64) -> Result<KeptEvent, Error> {
        self.act(id, EventAct::Drop).await
    }

    /// Previews the effect of [`act_on`](Self::act_on).
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

    /// Retries or drops all events that match, except for those that are being handled or were handled, and returns
    /// their number. It commits in steps of 500, from the newest to the oldest, so the steps before a failure stay
    /// done.
    ///
    /// # Errors
    /// The store failed.
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

    /// Moves the outbox and this inbox into another store, as [`Outbox::move_to`] does: events with their JSON, the
    /// records of handled events, dead letters, answers that wait to be fetched, and how many pushes each chat has cost
    /// today. Events get new numbers. Returns the number of events, and the result of moving the outbox.
    ///
    /// From the start of the move, a program on this store refuses webhooks with 503; all webhooks that were answered
    /// with 200 before are moved. An event that a handler is working on is handled again in the new store, as after a
    /// kill. Tables of your own are not moved.
    ///
    /// # Errors
    /// Those of [`Outbox::move_to`]; the other store has an inbox with events.
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
        let mut after = String::new();
        while let Some((rows, last)) = self.outbox.look(TakeBudgets { after }).await? {
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

/// The effect that a command on all events that match a filter would have.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct EventPreview {
    /// The number of matching events.
    pub events: u64,
    /// The number of these that it would change; the others are being handled or were handled, and stay unchanged.
    pub possible: u64,
    /// The ten newest of the events to change.
    pub examples: Vec<KeptEvent>,
}
