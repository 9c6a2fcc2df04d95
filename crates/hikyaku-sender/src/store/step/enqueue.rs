use crate::store::{Fresh, Result, Tx, WriteStep};

/// Puts deliveries into the store, all or none.
#[derive(Debug)]
pub(crate) struct Enqueue(pub(crate) Vec<Fresh>);

/// What became of one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Enqueued {
    pub(crate) id: i64,
    pub(crate) verdict: Verdict,
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
    type Out = Vec<Enqueued>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Out> {
        // One with an order key is put in free, with its due time as its turn: the first claim that sees it finds out whom
        // it is behind. So an enqueuer never waits for a worker, nor for another enqueuer of the same key.
        let ids = tx.insert(&self.0).await?;
        let mut enqueued = Vec::with_capacity(ids.len());
        for (row, id) in self.0.iter().zip(ids) {
            enqueued.push(match (id, &row.idempotency_key) {
                (Some(id), _) => Enqueued { id, verdict: Verdict::New },
                (None, Some(key)) => {
                    let (known, payload) = tx.by_key(&row.channel, key).await?.ok_or_else(gone)?;
                    let is_same = known.delivery.kind == row.delivery.kind
                        && payload.is_same_as(&row.payload);
                    let verdict = if is_same { Verdict::Existing } else { Verdict::Conflict };
                    Enqueued { id: known.id, verdict }
                }
                (None, None) => return Err(gone()),
            });
        }
        Ok(enqueued)
    }
}

/// Another transaction removed the row between two statements; the whole step may simply be tried again.
fn gone() -> crate::Error {
    crate::Error::store(
        "the delivery of this idempotency key was removed at this moment; try again",
    )
}
