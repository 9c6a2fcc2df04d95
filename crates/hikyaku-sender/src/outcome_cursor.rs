use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    pin::pin,
    time::Duration,
};

use futures_util::{StreamExt as _, stream};
use hikyaku_model::Checker;
use tokio::{
    sync::{mpsc, watch},
    time::{sleep, timeout},
};
use uuid::Uuid;

use crate::{
    Error, ErrorKind, Outbox, Outcome, OutcomePlace,
    new_delivery::check_name,
    outbox::{LOOK, OUTCOMES},
    store::step::{Behind, ForgetPlace, HELD, HoldPlace, LeavePlace, ListPlaces, ReadOn},
    this_program,
};

/// How long [`OutcomeCursor::run`] waits before it tries an outcome again that was not dealt with: so long first, and twice as
/// long each time, but never longer.
const AGAIN: Duration = Duration::from_secs(1);
const AGAIN_AT_MOST: Duration = Duration::from_secs(5 * 60);

/// How long what has begun may take when [`OutcomeCursor::run`] is told to stop.
const DRAIN: Duration = Duration::from_secs(10);

/// A reader of [`Outcome`]s with a stored position (cursor) under a name. Made by [`Outbox::outcome_cursor`].
///
/// The position only moves forward, and only when the reader confirms that it has processed everything before it. So
/// none is missed, even after a kill. An outcome processed right before a kill is delivered again (at-least-once): a
/// receiver recognises it by its [`message_id`](Outcome::message_id).
///
/// One reader holds a cursor at a time, while it processes outcomes. Others of the same name wait, and continue from
/// its position when it ends: at once if it ended normally, after 15 seconds if it was killed. A reader without
/// outcomes to process writes nothing, and the first reader that asks gets the next outcomes.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// # async fn note(_: &hikyaku_sender::Outcome) -> Result<(), std::io::Error> { Ok(()) }
/// use hikyaku_sender::Outbox;
///
/// let outbox = Outbox::open("sqlite:hikyaku.db").await?;
/// let cursor = outbox.outcome_cursor("shop")?;
/// loop {
///     for outcome in cursor.next().await? {
///         note(&outcome).await?;
///         cursor.advance(outcome.id).await?;
///     }
/// }
/// # }
/// ```
#[derive(Debug)]
pub struct OutcomeCursor {
    outbox: Outbox,
    name: String,
    /// Who it is; no other has this name.
    reader: String,
    concurrency: usize,
    again: Duration,
}

impl Outbox {
    /// Returns a reader of outcomes with this name, 1 to 200 bytes: use one name for each receiving program. A new name
    /// starts with the oldest outcome in the store.
    ///
    /// # Errors
    /// The name is empty, too long, or has control characters.
    pub fn outcome_cursor(&self, name: impl Into<String>) -> Result<OutcomeCursor, Error> {
        let name = name.into();
        let mut checker = Checker::default();
        check_name("cursor", &name, &mut checker);
        checker.finish().map_err(Error::invalid)?;
        let reader = format!("{} {}", this_program::name(), Uuid::new_v4().simple());
        Ok(OutcomeCursor { outbox: self.clone(), name, reader, concurrency: 1, again: AGAIN })
    }

    /// Returns the positions of all readers, by name.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn outcome_cursors(&self) -> Result<Vec<OutcomePlace>, Error> {
        self.shared().store.read(ListPlaces).await
    }

    /// Removes the cursor with this name, so that nobody waits for its readers. Returns whether it existed. A reader
    /// that still waits for outcomes restarts with the oldest.
    ///
    /// # Errors
    /// A reader is processing outcomes now, or the store failed to commit it.
    pub async fn forget_outcome_cursor(&self, name: impl Into<String>) -> Result<bool, Error> {
        self.shared().store.run(ForgetPlace(name.into())).await
    }
}

impl OutcomeCursor {
    /// Sets how many outcomes [`run`](Self::run) processes concurrently, up to 100; the default is 1. Outcomes of one
    /// delivery are always processed one after another.
    #[must_use]
    pub fn concurrency(mut self, outcomes: usize) -> Self {
        self.concurrency = outcomes.clamp(1, OUTCOMES as usize);
        self
    }

    /// Sets the backoff of [`run`](Self::run): the delay before the first retry, one second by default. It doubles each
    /// time, up to five minutes.
    #[must_use]
    pub fn again_after(mut self, wait: Duration) -> Self {
        self.again = wait.min(AGAIN_AT_MOST);
        self
    }

    /// Waits for the next outcomes, and until no other reader holds the cursor. Returns them in order, 100 at most.
    ///
    /// # Errors
    /// The store cannot be read or written.
    pub async fn next(&self) -> Result<Vec<Outcome>, Error> {
        let inner = self.outbox.shared();
        let mut news = inner.store.news().listen();
        loop {
            match self.read().await {
                Ok(outcomes) if !outcomes.is_empty() => return Ok(outcomes),
                Ok(_) => {}
                Err(error) if matches!(error.kind(), ErrorKind::CursorTaken { .. }) => {}
                Err(error) => return Err(error),
            }
            // A sender is a part of the store, and lives as long as this outbox.
            let _ = timeout(LOOK, news.changed()).await;
        }
    }

    /// Returns the next outcomes in order, 100 at most; empty if there are none now.
    ///
    /// # Errors
    /// Another reader holds the cursor and unconfirmed outcomes, or the store cannot be read or written.
    pub async fn read(&self) -> Result<Vec<Outcome>, Error> {
        let read =
            || ReadOn { name: self.name.clone(), reader: self.reader.clone(), limit: OUTCOMES };
        let inner = self.outbox.shared();
        if let Behind::Outcomes(outcomes) = inner.store.read(read()).await? {
            return Ok(outcomes);
        }
        self.hold(0, false).await?;
        match inner.store.read(read()).await? {
            Behind::Outcomes(outcomes) => Ok(outcomes),
            // It stood still for as long as it had the place.
            Behind::MustHold => Ok(Vec::new()),
        }
    }

    /// Confirms that every outcome up to this id is processed. Once this returns, the position is on disk. A position
    /// before the current one changes nothing.
    ///
    /// # Errors
    /// Another reader holds the cursor now, because this one was silent for 15 seconds; or the store failed to commit
    /// it.
    pub async fn advance(&self, id: i64) -> Result<(), Error> {
        self.hold(id, true).await.map(drop)
    }

    /// Skips every outcome up to this id, processed or not.
    ///
    /// # Errors
    /// Another reader holds the cursor, or the store failed to commit it.
    pub async fn skip_to(&self, id: i64) -> Result<(), Error> {
        self.hold(id, false).await.map(drop)
    }

    async fn hold(&self, done: i64, must_have_it: bool) -> Result<i64, Error> {
        let (name, reader) = (self.name.clone(), self.reader.clone());
        self.outbox.shared().store.run(HoldPlace { name, reader, done, must_have_it }).await
    }

    /// Does work that takes long, and keeps the cursor meanwhile.
    ///
    /// # Errors
    /// Another reader holds the cursor now; the work is then dropped at its current await.
    pub async fn while_held<T>(&self, work: impl Future<Output = T>) -> Result<T, Error> {
        let lost = async {
            loop {
                sleep(HELD / 3).await;
                match self.hold(0, true).await {
                    // It may come back in time.
                    Err(error) if error.is_retryable() => {
                        tracing::warn!(cursor = self.name, %error, "cannot keep the place in the outcomes");
                    }
                    Err(error) => break error,
                    Ok(_) => {}
                }
            }
        };
        tokio::select! {
            done = work => Ok(done),
            error = lost => Err(error),
        }
    }

    /// Releases the cursor, so that another reader of this name can continue at once.
    ///
    /// # Errors
    /// The store failed to commit it; others then wait for 15 seconds.
    pub async fn leave(self) -> Result<(), Error> {
        let Self { outbox, name, reader, .. } = self;
        outbox.shared().store.run(LeavePlace { name, reader }).await?;
        outbox.shared().store.news().tell();
        Ok(())
    }

    /// Processes one outcome after another until `stop` is ready. A failure is retried without limit, with a backoff of
    /// one second, two and so on up to five minutes; later outcomes wait, except for those that are processed
    /// [concurrently](Self::concurrency). While another reader holds the cursor, it waits.
    ///
    /// After `stop`, work in progress has 10 seconds. Outcomes that are not processed by then are delivered again.
    ///
    /// # Errors
    /// The store cannot be used, in a way that waiting does not fix.
    pub async fn run<D, W, E>(self, stop: impl Future<Output = ()>, deal: D) -> Result<(), Error>
    where
        D: Fn(Outcome) -> W,
        W: Future<Output = Result<(), E>>,
        E: fmt::Display,
    {
        let (tell, stopping) = watch::channel(false);
        {
            let mut work = pin!(self.deal_with_all(&deal, stopping));
            tokio::select! {
                end = &mut work => return end,
                () = stop => {}
            }
            tell.send_replace(true);
            if let Ok(end) = timeout(DRAIN, work).await {
                end?;
            }
        }
        self.leave().await
    }

    async fn deal_with_all<D, W, E>(
        &self,
        deal: &D,
        mut stopping: watch::Receiver<bool>,
    ) -> Result<(), Error>
    where
        D: Fn(Outcome) -> W,
        W: Future<Output = Result<(), E>>,
        E: fmt::Display,
    {
        loop {
            let page = tokio::select! {
                page = self.next() => page,
                _ = stopping.wait_for(|stop| *stop) => return Ok(()),
            };
            let dealt_with = match page {
                Ok(page) => self.deal_with(page, deal, &stopping).await,
                Err(error) => Err(error),
            };
            match dealt_with {
                Ok(()) => {}
                Err(error) if error.is_retryable() => {
                    tracing::warn!(cursor = self.name, %error, "cannot go on with the outcomes; tries again");
                    wait(LOOK, &mut stopping).await;
                }
                // It waits for its turn.
                Err(error) if matches!(error.kind(), ErrorKind::CursorTaken { .. }) => {
                    tracing::warn!(cursor = self.name, %error, "lost the place in the outcomes");
                }
                Err(error) => return Err(error),
            }
            if *stopping.borrow() {
                return Ok(());
            }
        }
    }

    /// Deals with a page, and moves the place behind what is done of it without a gap.
    async fn deal_with<D, W, E>(
        &self,
        page: Vec<Outcome>,
        deal: &D,
        stopping: &watch::Receiver<bool>,
    ) -> Result<(), Error>
    where
        D: Fn(Outcome) -> W,
        W: Future<Output = Result<(), E>>,
        E: fmt::Display,
    {
        let mut open: BTreeSet<i64> = page.iter().map(|it| it.id).collect();
        let Some(last) = open.last().copied() else { return Ok(()) };
        // Those of one delivery are told in their order; so are those of no delivery.
        let mut chains: BTreeMap<Option<i64>, Vec<Outcome>> = BTreeMap::new();
        for outcome in page {
            chains.entry(outcome.delivery).or_default().push(outcome);
        }
        let mut chains: Vec<Vec<Outcome>> = chains.into_values().collect();
        chains.sort_by_key(|chain| chain.first().map(|it| it.id));
        let (tell, mut done) = mpsc::unbounded_channel();
        let chains = chains.into_iter().map(|chain| {
            let (tell, mut stopping) = (tell.clone(), stopping.clone());
            async move {
                for outcome in chain {
                    let id = outcome.id;
                    if !self.deal_with_one(outcome, deal, &mut stopping).await {
                        return;
                    }
                    let _ = tell.send(id);
                }
            }
        });
        // Closures that own nothing of the channel, so that it ends with them.
        let chains: Vec<_> = chains.collect();
        drop(tell);
        let dealt = stream::iter(chains).buffer_unordered(self.concurrency).collect::<()>();
        let kept = async {
            while let Some(id) = done.recv().await {
                open.remove(&id);
                while let Ok(id) = done.try_recv() {
                    open.remove(&id);
                }
                let before = open.first().map_or(last, |first| first - 1);
                self.advance(before).await?;
            }
            Ok(())
        };
        self.while_held(async { tokio::join!(dealt, kept).1 }).await?
    }

    /// Tries until it is dealt with. Whether it is, before the stop.
    async fn deal_with_one<D, W, E>(
        &self,
        outcome: Outcome,
        deal: &D,
        stopping: &mut watch::Receiver<bool>,
    ) -> bool
    where
        D: Fn(Outcome) -> W,
        W: Future<Output = Result<(), E>>,
        E: fmt::Display,
    {
        let mut pause = self.again;
        while !*stopping.borrow() {
            let Err(error) = deal(outcome.clone()).await else { return true };
            let Outcome { id, kind, .. } = outcome;
            tracing::warn!(cursor = self.name, id, %kind, %error, again_in = ?pause, "an outcome was not dealt with");
            wait(pause, stopping).await;
            pause = (pause * 2).min(AGAIN_AT_MOST);
        }
        false
    }
}

/// Waits for so long, or until it is told to stop.
async fn wait(pause: Duration, stopping: &mut watch::Receiver<bool>) {
    // Without anybody who could tell, nothing stops it.
    let _ = timeout(pause, stopping.wait_for(|stop| *stop)).await;
}
