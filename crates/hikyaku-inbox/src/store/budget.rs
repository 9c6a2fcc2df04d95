//! How many pushes the answers in a chat have cost today.

use hikyaku_sender::{Datum, Error, OutcomeKind, Time, Transaction};
use serde_json::json;

const ADD: &str = "INSERT INTO hikyaku_inbox_budget (chat, day, used) VALUES ($1, $2, $3) ON CONFLICT (chat) DO UPDATE SET \
    used = CASE WHEN hikyaku_inbox_budget.day = excluded.day THEN hikyaku_inbox_budget.used ELSE 0 END + excluded.used, \
    day = excluded.day RETURNING used";

const FORGET: &str = "DELETE FROM hikyaku_inbox_budget WHERE chat IN \
    (SELECT chat FROM hikyaku_inbox_budget WHERE day < $1 LIMIT 1000) RETURNING chat";

/// Returns the number of the day: LINE's days are those of Japan.
pub(super) fn day(now: Time) -> i64 {
    (now.as_millis() + 9 * 60 * 60 * 1000).div_euclid(24 * 60 * 60 * 1000)
}

/// What an answer costs.
#[derive(Clone, Debug)]
pub(crate) struct Pushes {
    pub(crate) chat: String,
    /// How many a day may cost.
    pub(crate) limit: u32,
    /// One for each send: at once, or if it is a reply, once its token has ended.
    pub(crate) from: Vec<Option<Time>>,
}

impl Pushes {
    /// Counts them, and tells before the budget is used up.
    pub(super) async fn count(&self, tx: &mut Transaction<'_>, now: Time) -> Result<(), Error> {
        let pushed = self.from.iter().filter(|from| from.is_none_or(|from| from <= now)).count();
        let pushed = i64::try_from(pushed).unwrap_or(i64::MAX);
        if pushed == 0 {
            return Ok(());
        }
        let params = [self.chat.as_str().into(), day(now).into(), pushed.into()];
        let rows = tx.query(ADD, &params).await?;
        let used = rows.first().and_then(|row| row.first()).and_then(Datum::as_integer);
        let used = used.unwrap_or_default();
        let (before, limit) = (used - pushed, i64::from(self.limit));
        let spare = (limit / 5).max(1);
        let kind = if before < limit && used >= limit {
            OutcomeKind::ChatBudgetUsedUp
        } else if before < limit - spare && used >= limit - spare {
            OutcomeKind::ChatBudgetNearlyUsedUp
        } else {
            return Ok(());
        };
        tracing::info!(chat = self.chat, used, limit, "{kind}");
        tx.tell(kind, json!({ "chat": self.chat, "limit": limit, "used": used, "per": "day" }));
        Ok(())
    }
}

/// Forgets earlier days. Returns how many rows were removed.
pub(super) async fn forget(tx: &mut Transaction<'_>, now: Time) -> Result<usize, Error> {
    Ok(tx.query(FORGET, &[day(now).into()]).await?.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_in_japan() {
        let before = Time::from_millis(15 * 60 * 60 * 1000 - 1);
        assert_eq!((day(before), day(Time::from_millis(before.as_millis() + 1))), (0, 1));
    }
}
