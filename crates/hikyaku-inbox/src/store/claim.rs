use std::time::Duration;

use hikyaku_sender::{Datum, Error, Time, Transaction, Work};

use super::{
    behind, budget,
    many::{numbers, to_json, unlocked},
    row::Row,
};

/// How many events one statement looks at, at least; otherwise twice as many as are wanted.
const WINDOW: usize = 32;

/// How many statements one claim makes of it: what is left waits for the next one.
const ROUNDS: usize = 50;

const DUE: &str =
    "SELECT 1 FROM hikyaku_inbox_event WHERE state = 0 AND behind = 0 AND due <= $1 LIMIT 1";

/// Events that are due, and whether another of their chat is being handled or comes first.
const LOOK: &str = "SELECT e.id, e.freed, CASE WHEN \
    EXISTS (SELECT 1 FROM hikyaku_inbox_event o WHERE o.chat = e.chat AND o.state = 1) OR \
    EXISTS (SELECT 1 FROM hikyaku_inbox_event o WHERE o.chat = e.chat AND o.state = 0 AND (o.at, o.id) < (e.at, e.id)) \
    THEN 1 ELSE 0 END FROM hikyaku_inbox_event e WHERE e.state = 0 AND e.behind = 0 AND e.due <= $1 ORDER BY e.due, e.id LIMIT $2";

const EXPIRED: &str =
    "SELECT 1 FROM hikyaku_inbox_event WHERE state = 1 AND leased_until < $1 LIMIT 1";

/// A program that is killed again and again by one event must not be so for ever. `UNLOCKED` leaves out what is being settled:
/// its handler's statements may wait for anybody, and nobody is to wait for them.
const TAKE_BACK: &str = "UPDATE hikyaku_inbox_event SET state = 0, behind = 0, freed = freed + 1, lease = NULL WHERE id IN \
    (SELECT id FROM hikyaku_inbox_event WHERE state = 1 AND leased_until < $1 AND attempts < $2 UNLOCKED)";
const BURY: &str = "UPDATE hikyaku_inbox_event SET state = 3, lease = NULL, done_at = $1, error = $2 WHERE id IN \
    (SELECT id FROM hikyaku_inbox_event WHERE state = 1 AND leased_until < $3 AND attempts >= $4 UNLOCKED) RETURNING chat";

/// Claims happen one after the other: what one has taken is seen by the next.
const ALONE: &str = "UPDATE hikyaku_inbox_meta SET claims = claims + 1";

/// `THESE` are the numbers of events. No two of them are of one chat.
const TAKE: &str = "UPDATE hikyaku_inbox_event SET state = 1, lease = $1, leased_until = $2, attempts = attempts + 1, \
    late = CASE WHEN EXISTS (SELECT 1 FROM hikyaku_inbox_event o WHERE o.chat = hikyaku_inbox_event.chat AND o.state = 2 \
    AND o.at > hikyaku_inbox_event.at) THEN 1 ELSE 0 END \
    WHERE id IN (THESE) AND state = 0 RETURNING id, destination, event_id, chat, received_at, body, late, attempts, given, \
    (SELECT b.used FROM hikyaku_inbox_budget b WHERE b.chat = hikyaku_inbox_event.chat AND b.day = $4)";

/// Takes events that are due, each the first of its chat.
pub(crate) struct Claim {
    /// Who takes them.
    pub(crate) lease: String,
    pub(crate) lease_for: Duration,
    pub(crate) limit: usize,
    /// How often an event may be begun.
    pub(crate) attempts: i64,
}

/// An event that this program is to handle.
#[derive(Debug)]
pub(crate) struct Claimed {
    pub(crate) id: i64,
    pub(crate) destination: String,
    pub(crate) event_id: String,
    pub(crate) chat: String,
    pub(crate) received_at: Time,
    pub(crate) body: String,
    pub(crate) late: bool,
    pub(crate) attempt: i64,
    /// What an earlier attempt has said already, of an answer that grows.
    pub(crate) given: Option<String>,
    /// How many pushes the answers in its chat have cost today.
    pub(crate) pushed: u32,
}

impl Work for Claim {
    type Out = Vec<Claimed>;

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<Self::Out, Error> {
        let now = tx.now().await?;
        let at: Datum = now.as_millis().into();
        let expired = !tx.query(EXPIRED, std::slice::from_ref(&at)).await?.is_empty();
        // With nothing to do, nothing is written.
        if !expired && tx.query(DUE, std::slice::from_ref(&at)).await?.is_empty() {
            return Ok(Vec::new());
        }
        tx.query(ALONE, &[]).await?;
        if expired {
            let take_back = TAKE_BACK.replace("UNLOCKED", unlocked(tx));
            tx.query(&take_back, &[at.clone(), self.attempts.into()]).await?;
            let why = "its program was killed, or stood still for longer than its lease";
            let params = [at.clone(), why.into(), at.clone(), self.attempts.into()];
            let buried = tx.query(&BURY.replace("UNLOCKED", unlocked(tx)), &params).await?;
            let chats = buried.iter().flatten().filter_map(|it| it.as_text().map(str::to_owned));
            behind::set_next_free(tx, &chats.collect::<Vec<_>>()).await?;
        }
        let (until, today) = ((now + self.lease_for).as_millis(), budget::day(now));
        let mut claimed = Vec::new();
        for _ in 0..ROUNDS {
            let window = WINDOW.max(self.limit.saturating_mul(2));
            let limit = i64::try_from(window).unwrap_or(i64::MAX);
            let rows = tx.query(LOOK, &[at.clone(), limit.into()]).await?;
            let is_last = rows.len() < window;
            let (mut waits, mut first) = (Vec::new(), Vec::new());
            for row in rows {
                let mut row = Row(row.into_iter());
                let (id, freed, is_behind) = (row.number(), row.number(), row.number() != 0);
                if is_behind {
                    waits.push((id, freed));
                } else if claimed.len() + first.len() < self.limit {
                    first.push(id);
                }
            }
            claimed.extend(self.take(tx, &first, until, today).await?);
            behind::set_behind(tx, &waits).await?;
            if is_last || claimed.len() >= self.limit {
                break;
            }
        }
        Ok(claimed)
    }
}

impl Claim {
    async fn take(
        &self,
        tx: &mut Transaction<'_>,
        ids: &[i64],
        until: i64,
        today: i64,
    ) -> Result<Vec<Claimed>, Error> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let these = numbers(tx, "$3");
        let params = [self.lease.as_str().into(), until.into(), to_json(ids).into(), today.into()];
        let rows = tx.query(&TAKE.replace("THESE", &these), &params).await?;
        Ok(rows.into_iter().map(read).collect())
    }
}

fn read(row: Vec<Datum>) -> Claimed {
    let mut row = Row(row.into_iter());
    Claimed {
        id: row.number(),
        destination: row.text(),
        event_id: row.text(),
        chat: row.text(),
        received_at: row.time(),
        body: row.text(),
        late: row.number() != 0,
        attempt: row.number(),
        given: row.text_if_any(),
        pushed: u32::try_from(row.number()).unwrap_or(u32::MAX),
    }
}

/// Keeps what this program is handling.
pub(crate) struct Renew {
    pub(crate) lease: String,
    pub(crate) lease_for: Duration,
    pub(crate) ids: Vec<i64>,
}

impl Work for Renew {
    type Out = ();

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<(), Error> {
        let until = (tx.now().await? + self.lease_for).as_millis();
        let sql = format!(
            "UPDATE hikyaku_inbox_event SET leased_until = $1 WHERE id IN (SELECT id FROM hikyaku_inbox_event \
             WHERE lease = $2 AND state = 1 AND id IN ({}){})",
            numbers(tx, "$3"),
            // What is being settled needs no lease.
            unlocked(tx)
        );
        let params = [until.into(), self.lease.as_str().into(), to_json(&self.ids).into()];
        tx.query(&sql, &params).await.map(drop)
    }
}
