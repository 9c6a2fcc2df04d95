use super::{history::History, order};
use crate::{
    Time,
    delivery::State,
    store::{
        Result, Tx, WriteStep,
        row::{Before, Effects},
    },
};

/// Puts deliveries in doubt that may have been sent after the moment that the store was restored to: a page of them.
#[derive(Debug)]
pub(crate) struct Quarantine {
    pub(crate) since: Time,
    pub(crate) after: i64,
    pub(crate) limit: u32,
}

/// What became of a page.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PutInDoubt {
    /// The last of it; none where there is no more.
    pub(crate) last: Option<i64>,
    pub(crate) in_doubt: u64,
    pub(crate) unknown: u64,
}

impl WriteStep for Quarantine {
    type Out = PutInDoubt;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<PutInDoubt> {
        let now = tx.now().await?;
        let page: Vec<i64> =
            tx.after(self.after, self.limit).await?.iter().map(|it| it.row.id).collect();
        let mut put = PutInDoubt { last: page.last().copied(), ..PutInDoubt::default() };
        let mut rows = tx.load(&page).await?;
        let (mut effects, mut history) = (Effects::default(), History::default());
        rows.retain_mut(|row| {
            let (before, was) = (row.delivery.state, Before::of(&row.delivery));
            let concerned = row.delivery.forgot(self.since, now);
            if concerned {
                if before == State::InFlight {
                    history.lost(row);
                }
                effects.note(was, row);
                match row.delivery.state {
                    State::Ready => put.in_doubt += 1,
                    _ => put.unknown += 1,
                }
            }
            concerned
        });
        tx.save(&rows).await?;
        history.write(tx).await?;
        order::let_go(tx, rows.iter().filter_map(order::key_of).collect()).await?;
        super::apply(tx, effects).await?;
        Ok(put)
    }
}
