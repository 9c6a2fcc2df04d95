//! The places of readers in the outcomes.

use std::time::Duration;

use crate::{
    Error, ErrorKind, Time,
    outcome::{Outcome, OutcomePlace},
    store::{OutcomeCursorRow, ReadStep, Reads, Result, Tx, WriteStep},
};

/// For how long a reader has its place, unless it says again that it does. A reader that was killed is waited for so long.
pub(crate) const HELD: Duration = Duration::from_secs(15);

impl OutcomeCursorRow {
    /// Who has it now, if anybody. What ends later than any hold can was written by a clock that was ahead.
    fn held_by(&self, now: Time) -> Option<&str> {
        let until = self.until?;
        self.reader.as_deref().filter(|_| now < until && until <= now + HELD)
    }

    /// How much longer this reader has it.
    fn is_held_for(&self, reader: &str, now: Time) -> Duration {
        match (self.held_by(now), self.until) {
            (Some(by), Some(until)) if by == reader => until.since(now),
            _ => Duration::ZERO,
        }
    }

    fn hold(&mut self, reader: &str, now: Time) {
        self.reader = Some(reader.to_owned());
        self.until = Some(now + HELD);
    }

    fn taken(self) -> Error {
        let reader = self.reader.unwrap_or_default();
        Error::new(ErrorKind::CursorTaken { name: self.name, reader })
    }
}

/// What a reader finds behind its place.
#[derive(Debug)]
pub(crate) enum Behind {
    /// What it may deal with. Where that is nothing, the place need not be its own.
    Outcomes(Vec<Outcome>),
    /// There is something, and the reader has to say first that the place is its own.
    MustHold,
}

/// The outcomes behind a reader's place, if it has that.
#[derive(Debug)]
pub(crate) struct ReadOn {
    pub(crate) name: String,
    pub(crate) reader: String,
    pub(crate) limit: u32,
}

impl ReadStep for ReadOn {
    type Out = Behind;

    async fn run<T: Reads>(&self, tx: &mut T) -> Result<Self::Out> {
        let now = tx.now().await?;
        // One that is new is listed from its first look on.
        let Some(cursor) = tx.outcome_cursor(&self.name).await? else {
            return Ok(Behind::MustHold);
        };
        let is_mine = cursor.is_held_for(&self.reader, now) > HELD / 2;
        let outcomes = tx.outcomes(cursor.after, if is_mine { self.limit } else { 1 }).await?;
        if is_mine || outcomes.is_empty() {
            return Ok(Behind::Outcomes(outcomes));
        }
        match cursor.held_by(now) {
            Some(other) if other != self.reader => Err(cursor.taken()),
            _ => Ok(Behind::MustHold),
        }
    }
}

/// Takes a place, or keeps it for longer, and moves it on, never back.
#[derive(Debug)]
pub(crate) struct HoldPlace {
    pub(crate) name: String,
    pub(crate) reader: String,
    /// The last outcome that was dealt with; 0 moves nothing.
    pub(crate) done: i64,
    /// Whether it must have been this reader's before.
    pub(crate) must_have_it: bool,
}

impl WriteStep for HoldPlace {
    /// The last outcome that was dealt with.
    type Out = i64;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<i64> {
        let now = tx.now().await?;
        let mut cursor = tx.lock_outcome_cursor(&self.name).await?;
        // Nobody else has had it since, even where its time was over.
        let is_mine = cursor.reader.as_deref() == Some(&self.reader);
        if !is_mine && (self.must_have_it || cursor.held_by(now).is_some()) {
            return Err(cursor.taken());
        }
        cursor.after = cursor.after.max(self.done);
        cursor.hold(&self.reader, now);
        tx.save_outcome_cursor(&cursor).await?;
        Ok(cursor.after)
    }
}

/// Lets others have a place, if it is this reader's.
#[derive(Debug)]
pub(crate) struct LeavePlace {
    pub(crate) name: String,
    pub(crate) reader: String,
}

impl WriteStep for LeavePlace {
    type Out = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<()> {
        let cursor = tx.lock_outcome_cursor(&self.name).await?;
        if cursor.reader.as_deref() == Some(&self.reader) {
            let free = OutcomeCursorRow { reader: None, until: None, ..cursor };
            tx.save_outcome_cursor(&free).await?;
        }
        Ok(())
    }
}

/// How far all readers are.
#[derive(Debug)]
pub(crate) struct ListPlaces;

impl ReadStep for ListPlaces {
    type Out = Vec<OutcomePlace>;

    async fn run<T: Reads>(&self, tx: &mut T) -> Result<Self::Out> {
        places(tx).await
    }
}

pub(super) async fn places<T: Reads>(tx: &mut T) -> Result<Vec<OutcomePlace>> {
    let now = tx.now().await?;
    let mut places = Vec::new();
    for cursor in tx.outcome_cursors().await? {
        let (behind, oldest) = tx.outcomes_after(cursor.after).await?;
        let reader = cursor.held_by(now).map(str::to_owned);
        let OutcomeCursorRow { name, after, .. } = cursor;
        places.push(OutcomePlace { name, after, reader, behind, oldest });
    }
    Ok(places)
}

/// Forgets a place. Whether there was one.
#[derive(Debug)]
pub(crate) struct ForgetPlace(pub(crate) String);

impl WriteStep for ForgetPlace {
    type Out = bool;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<bool> {
        let now = tx.now().await?;
        let Some(cursor) = tx.outcome_cursor(&self.0).await? else { return Ok(false) };
        if cursor.held_by(now).is_some() {
            return Err(cursor.taken());
        }
        tx.remove_outcome_cursor(&self.0).await?;
        Ok(true)
    }
}

/// All places of the source of a move.
#[derive(Debug)]
pub(crate) struct ExportPlaces;

impl ReadStep for ExportPlaces {
    type Out = Vec<OutcomeCursorRow>;

    async fn run<T: Reads>(&self, tx: &mut T) -> Result<Self::Out> {
        tx.outcome_cursors().await
    }
}

/// Writes them into the target, whose outcomes have the same ids. Nobody reads there yet.
#[derive(Debug)]
pub(crate) struct ImportPlaces(pub(crate) Vec<OutcomeCursorRow>);

impl WriteStep for ImportPlaces {
    type Out = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<()> {
        for cursor in &self.0 {
            let there = tx.lock_outcome_cursor(&cursor.name).await?;
            let after = there.after.max(cursor.after);
            tx.save_outcome_cursor(&OutcomeCursorRow { after, ..there }).await?;
        }
        Ok(())
    }
}
