use super::at_once::AtOnce;
use crate::store::{Fresh, Handed, Hands, Result, Row, Tx, WriteStep};

/// Puts deliveries into the store, all or none.
#[derive(Debug)]
pub(crate) struct Enqueue {
    pub(crate) rows: Vec<Fresh>,
    /// A worker that may have some of them from then on.
    pub(crate) hands: Option<Hands>,
}

/// What became of all of them.
#[derive(Debug)]
pub(crate) struct EnqueuedAll {
    pub(crate) enqueued: Vec<Enqueued>,
    /// What the worker gets.
    handed: Option<Handed>,
}

/// What became of one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Enqueued {
    pub(crate) id: i64,
    pub(crate) verdict: Verdict,
    /// Whether a worker has it already.
    pub(crate) is_taken: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is in the store now.
    New,
    /// It was in the store before.
    Existing,
    /// Its idempotency key stands for another send.
    Conflict,
}

impl WriteStep for Enqueue {
    type Out = EnqueuedAll;

    /// What a worker gets keeps a lane locked, so it must not wait until somebody else's transaction lets a name go.
    fn hurries(&self) -> bool {
        self.hands.is_some()
    }

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Out> {
        // One with an order key is put in free, with its due time as its turn: the first claim that sees it finds out whom
        // it is behind. So an enqueuer never waits for a worker, nor for another enqueuer of the same key.
        let at_once = match &self.hands {
            Some(hands) => AtOnce::find(tx, &self.rows, hands).await?,
            None => None,
        };
        let rows = at_once.as_ref().map_or(&self.rows, |it| &it.rows);
        let ids = tx.insert(rows).await?;
        let places = at_once.as_ref().map(AtOnce::places).unwrap_or_default();
        let mut enqueued = Vec::with_capacity(ids.len());
        for (at, (row, id)) in self.rows.iter().zip(&ids).enumerate() {
            let is_taken = places.contains(&at);
            enqueued.push(match *id {
                Some(id) => Enqueued { id, verdict: Verdict::New, is_taken },
                None => known(tx, row).await?,
            });
        }
        let handed = match at_once {
            Some(at_once) => Some(at_once.finish(tx, &ids, &self.rows).await?),
            None => None,
        };
        Ok(EnqueuedAll { enqueued, handed })
    }

    fn committed(self, out: &mut Self::Out) {
        if let (Some(hands), Some(handed)) = (self.hands, out.handed.take()) {
            hands.take(handed);
        }
    }
}

/// What becomes of a row whose name the store has already.
async fn known<T: Tx>(tx: &mut T, row: &Fresh) -> Result<Enqueued> {
    let Some(key) = &row.idempotency_key else { return Err(gone()) };
    let (known, payload) = tx.by_key(&row.channel, key).await?.ok_or_else(gone)?;
    if row.takes_over && known.delivery.surely_not_sent() && let_name_go(tx, &known).await? {
        let id = tx.insert(std::slice::from_ref(row)).await?.pop().flatten().ok_or_else(gone)?;
        return Ok(Enqueued { id, verdict: Verdict::New, is_taken: false });
    }
    // Of two that take a name over at once, one came too late: the name is the other's by now.
    let (known, payload) = if row.takes_over {
        tx.by_key(&row.channel, key).await?.ok_or_else(gone)?
    } else {
        (known, payload)
    };
    let is_same = known.delivery.enqueued_as() == row.delivery.enqueued_as()
        && payload.is_same_as(&row.payload);
    let verdict = if is_same { Verdict::Existing } else { Verdict::Conflict };
    Ok(Enqueued { id: known.id, verdict, is_taken: false })
}

/// Takes the name away from a row that surely was not sent, and puts the row away: were it retried, the send would go out
/// twice. Whether it still had the name, and still was not sent, when it was locked.
async fn let_name_go<T: Tx>(tx: &mut T, known: &Row) -> Result<bool> {
    let mut rows = tx.load(&[known.id]).await?;
    let Some(row) = rows.first_mut() else { return Ok(false) };
    if row.idempotency_key != known.idempotency_key || !row.delivery.surely_not_sent() {
        return Ok(false);
    }
    // A cancelled one is no dead letter, and is never retried anyway.
    if row.delivery.drop_dead_letter().is_ok() {
        tx.save(&rows).await?;
    }
    tx.free_name(known.id).await?;
    Ok(true)
}

/// Another transaction removed the row between two statements; the whole step may simply be tried again.
fn gone() -> crate::Error {
    crate::Error::store(
        "the delivery of this idempotency key was removed at this moment; try again",
    )
}
