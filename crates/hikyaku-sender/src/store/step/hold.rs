use serde_json::Value;

use crate::{
    Error, ErrorKind, Hold, HoldId, Time,
    outcome::OutcomeKind,
    store::{ReadStep, Reads, Result, Tx, WriteStep},
};

/// Lets a person stop sends. Those that a claim has taken before are sent.
#[derive(Debug)]
pub(crate) struct PlaceHold(pub(crate) Hold);

impl WriteStep for PlaceHold {
    type Out = Hold;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Hold> {
        let now = tx.now().await?;
        for hold in tx.holds().await? {
            if hold.is_over(now) {
                tx.remove_hold(hold.id).await?;
            }
        }
        let hold = Hold { id: tx.insert_hold(&self.0).await?, ..self.0.clone() };
        super::tell(tx, vec![(OutcomeKind::LaneHeld, None, data(&hold))]).await?;
        Ok(hold)
    }
}

fn data(hold: &Hold) -> Value {
    // Texts, numbers and times, which JSON has.
    serde_json::to_value(hold).unwrap_or_default()
}

/// Ends a hold. What it was.
#[derive(Debug)]
pub(crate) struct EndHold(pub(crate) HoldId);

impl WriteStep for EndHold {
    type Out = Hold;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Hold> {
        let now = tx.now().await?;
        let found = standing(tx, now).await?.into_iter().find(|it| it.id == self.0);
        let hold = found.ok_or_else(|| Error::new(ErrorKind::NoHold(self.0)))?;
        tx.remove_hold(self.0).await?;
        super::tell(tx, vec![(OutcomeKind::LaneReleased, None, data(&hold))]).await?;
        Ok(hold)
    }
}

/// The holds that stand, by their ids.
#[derive(Debug)]
pub(crate) struct ListHolds;

impl ReadStep for ListHolds {
    type Out = Vec<Hold>;

    async fn run<T: Reads>(&self, tx: &mut T) -> Result<Vec<Hold>> {
        let now = tx.now().await?;
        standing(tx, now).await
    }
}

/// The holds that are not over.
pub(super) async fn standing<T: Reads>(tx: &mut T, now: Time) -> Result<Vec<Hold>> {
    let mut holds = tx.holds().await?;
    holds.retain(|hold| !hold.is_over(now));
    Ok(holds)
}
