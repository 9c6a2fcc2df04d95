use crate::{
    attempt::Attempt,
    store::{Result, Row, Tx},
};

/// Requests that are written down with a step. A delivery's first stands in its own row, which is written anyway; the
/// others have a table of theirs.
#[derive(Debug, Default)]
pub(super) struct History(Vec<(i64, Attempt)>);

impl History {
    /// Keeps what came of a request. An answer that comes late takes the place of there being none.
    pub(super) fn note(&mut self, row: &mut Row, attempt: &Attempt) {
        let first = row.delivery.first_attempt.as_deref();
        let is_first = match first {
            None => true,
            Some(kept) => Attempt::from_kept(kept).is_some_and(|it| it.number == attempt.number),
        };
        if is_first {
            row.delivery.first_attempt = Some(attempt.to_kept());
        } else {
            self.0.push((row.id, attempt.clone()));
        }
    }

    /// Keeps that the worker of a delivery in flight did not come back, so that nobody can say what came of its request.
    pub(super) fn lost(&mut self, row: &mut Row) {
        let delivery = &row.delivery;
        let began = delivery.claimed_at.unwrap_or_default();
        let attempt = Attempt::new(delivery.fence, began, delivery.worker.as_deref());
        self.note(row, &attempt);
    }

    /// Writes down what has no place in the rows themselves.
    pub(super) async fn write<T: Tx>(self, tx: &mut T) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { tx.save_attempts(&self.0).await }
    }
}
