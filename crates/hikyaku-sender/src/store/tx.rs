//! What a step may do within its transaction.

use std::future::Future;

use super::{
    CampaignCounts, CampaignRow, CampaignState, Found, Fresh, KeyDue, LaneDue, Move, NewCampaign,
    OutcomeCursorRow, Payload, Quota, Result, Row, Stored,
};
use crate::{
    Attempt, Budget, Datum, Hold, HoldId, Lane, Priority, State, Time,
    fairness::Served,
    filter::Filter,
    outcome::{NewOutcome, Outcome},
    pace::Bucket,
};

/// Tables that are not the sender's, in the same database.
pub(crate) trait Tables: Send {
    /// Whether its SQL is `PostgreSQL`'s.
    const IS_POSTGRES: bool = false;

    /// Runs one statement on tables that are not the sender's.
    fn query(
        &mut self,
        sql: &str,
        params: &[Datum],
    ) -> impl Future<Output = Result<Vec<Vec<Datum>>>> + Send;
}

/// What a step may look at.
pub(crate) trait Reads: Tables {
    /// The store's clock.
    fn now(&mut self) -> impl Future<Output = Result<Time>> + Send;

    /// Where the store was moved, or is being moved.
    fn moved(&mut self) -> impl Future<Output = Result<Option<Move>>> + Send;

    /// The row that an idempotency key stands for, and what it sends.
    fn by_key(
        &mut self,
        channel: &str,
        key: &str,
    ) -> impl Future<Output = Result<Option<(Row, Payload)>>> + Send;

    /// The fairness keys of which nothing is claimed: those of campaigns that are paused or held.
    fn stopped(&mut self) -> impl Future<Output = Result<Vec<String>>> + Send;

    /// The lanes of these channels that have rows to claim, each with the earliest of them, or the first that was found
    /// to be due by `enough`. What has one of the `stopped` keys is passed over.
    fn due(
        &mut self,
        channels: &[String],
        stopped: &[String],
        enough: Time,
    ) -> impl Future<Output = Result<Vec<LaneDue>>> + Send;

    /// The fairness keys of a lane that have rows to claim: by priority, from the key after the one that was served last
    /// round to that one, stopped ones among them.
    fn keys(
        &mut self,
        channel: &str,
        lane: Lane,
        search: &KeySearch<'_>,
    ) -> impl Future<Output = Result<Vec<KeyDue>>> + Send;

    /// Every channel that has rows to claim.
    fn channels(&mut self) -> impl Future<Output = Result<Vec<String>>> + Send;

    /// Whether any row is in flight.
    fn is_leased(&mut self) -> impl Future<Output = Result<bool>> + Send;

    /// Every bucket there is.
    fn buckets(&mut self) -> impl Future<Output = Result<Vec<(String, Lane, Bucket)>>> + Send;

    /// Every hold that a person has placed, those that are over among them, by their ids.
    fn holds(&mut self) -> impl Future<Output = Result<Vec<Hold>>> + Send;

    /// Whether any fairness key has a budget.
    fn has_budgets(&mut self) -> impl Future<Output = Result<bool>> + Send;

    /// All budgets as they were written, by their keys.
    fn budgets(&mut self) -> impl Future<Output = Result<Vec<Budget>>> + Send;

    /// Those that are used up and keep something back.
    fn used_up_budgets(&mut self, now: Time) -> impl Future<Output = Result<Vec<Budget>>> + Send;

    /// The sends of a lane that were written down since, oldest first.
    fn sends_since(
        &mut self,
        channel: &str,
        lane: Lane,
        since: Time,
    ) -> impl Future<Output = Result<Vec<Time>>> + Send;

    /// What is known of a channel's month.
    fn quota(&mut self, channel: &str) -> impl Future<Output = Result<Option<Quota>>> + Send;

    /// The campaign that an idempotency key stands for.
    fn campaign_by_key(
        &mut self,
        channel: &str,
        key: &str,
    ) -> impl Future<Output = Result<Option<(i64, Vec<u8>)>>> + Send;

    /// A campaign.
    fn campaign(&mut self, id: i64) -> impl Future<Output = Result<Option<CampaignRow>>> + Send;

    /// How a campaign was asked to go.
    fn campaign_state(
        &mut self,
        id: i64,
    ) -> impl Future<Output = Result<Option<CampaignState>>> + Send;

    /// Campaigns, newest first.
    fn campaigns(&mut self, limit: u32) -> impl Future<Output = Result<Vec<CampaignRow>>> + Send;

    /// Cancelled campaigns with rows that wait and surely were not sent.
    fn cancelled(&mut self, limit: u32) -> impl Future<Output = Result<Vec<i64>>> + Send;

    /// The ids that a campaign remembers, in some order, after one of them.
    fn remembered(
        &mut self,
        campaign: i64,
        after: Option<&str>,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<String>>> + Send;

    /// Deliveries that fit a filter, the newest first.
    fn list(&mut self, filter: &Filter) -> impl Future<Output = Result<Found>> + Send;

    /// One delivery with all there is to it.
    fn show(&mut self, id: i64) -> impl Future<Output = Result<Option<Stored>>> + Send;

    /// The requests besides the first of deliveries with an id from one to another, in their order.
    fn attempts(
        &mut self,
        from: i64,
        to: i64,
    ) -> impl Future<Output = Result<Vec<(i64, Attempt)>>> + Send;

    /// Deliveries with a greater id, the oldest first.
    fn after(&mut self, id: i64, limit: u32) -> impl Future<Output = Result<Vec<Stored>>> + Send;

    /// Outcomes after one of them, in their order.
    fn outcomes(
        &mut self,
        after: i64,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<Outcome>>> + Send;

    /// The greatest id that an outcome ever had.
    fn outcome_mark(&mut self) -> impl Future<Output = Result<i64>> + Send;

    /// How many outcomes there are after one of them, and when the first of them came about.
    fn outcomes_after(
        &mut self,
        after: i64,
    ) -> impl Future<Output = Result<(u64, Option<Time>)>> + Send;

    /// The places of all readers of outcomes, by their names.
    fn outcome_cursors(&mut self) -> impl Future<Output = Result<Vec<OutcomeCursorRow>>> + Send;

    /// The place of one reader of outcomes.
    fn outcome_cursor(
        &mut self,
        name: &str,
    ) -> impl Future<Output = Result<Option<OutcomeCursorRow>>> + Send;

    /// How many deliveries are due in each lane, those among them that wait for another of their order key.
    fn due_counts(
        &mut self,
        now: Time,
    ) -> impl Future<Output = Result<Vec<(String, Lane, u64)>>> + Send;

    /// How many deliveries are in each state.
    fn tally(&mut self) -> impl Future<Output = Result<Vec<(State, u64)>>> + Send;
}

/// Which fairness keys of a lane to look for, and for how long.
#[derive(Debug)]
pub(crate) struct KeySearch<'a> {
    /// The keys after which it begins.
    pub(crate) served: &'a Served,
    pub(crate) now: Time,
    pub(crate) stopped: &'a [String],
    /// It may end when so many that have due rows and are not stopped are found.
    pub(crate) enough: u32,
    /// How many of each priority are looked at.
    pub(crate) most: u32,
}

impl KeySearch<'_> {
    /// Whether a row of this key may be claimed.
    pub(crate) fn finds(&self, key: &KeyDue) -> bool {
        key.due <= self.now && !self.stopped.contains(&key.fairness_key)
    }
}

/// One open transaction that changes something.
pub(crate) trait Tx: Reads + Deliveries + Lanes + Campaigns + Outcomes {
    /// Writes down that it is moved.
    fn save_moved(&mut self, moved: &Move) -> impl Future<Output = Result<()>> + Send;
}

/// What is told to programs.
pub(crate) trait Outcomes: Send {
    /// Writes outcomes down. Nothing of the transaction that may wait for another comes after it: anyone who sees one of them
    /// sees all before it, so they are written one transaction after the other.
    fn tell(&mut self, outcomes: &[NewOutcome]) -> impl Future<Output = Result<()>> + Send;

    /// Brings outcomes of another store here, with their ids, and goes on after this id.
    fn import_outcomes(
        &mut self,
        outcomes: &[Outcome],
        mark: i64,
    ) -> impl Future<Output = Result<()>> + Send;

    /// The place of a reader, locked; it is made if there is none.
    fn lock_outcome_cursor(
        &mut self,
        name: &str,
    ) -> impl Future<Output = Result<OutcomeCursorRow>> + Send;

    /// Writes the place of a reader.
    fn save_outcome_cursor(
        &mut self,
        cursor: &OutcomeCursorRow,
    ) -> impl Future<Output = Result<()>> + Send;

    /// Forgets the place of a reader.
    fn remove_outcome_cursor(&mut self, name: &str) -> impl Future<Output = Result<()>> + Send;

    /// Forgets the oldest, if they came about before.
    fn forget_outcomes(
        &mut self,
        before: Time,
        limit: u32,
    ) -> impl Future<Output = Result<u64>> + Send;
}

/// Deliveries, as the state machine changes them.
pub(crate) trait Deliveries: Send {
    /// Adds rows; `None` where the channel has the idempotency key already.
    fn insert(&mut self, rows: &[Fresh]) -> impl Future<Output = Result<Vec<Option<i64>>>> + Send;

    /// Rows of a lane that are due, and what they send, locked; others' locked ones are skipped. Up to so many of each of
    /// these fairness keys, the oldest first, and a list for each key.
    fn claimable(
        &mut self,
        channel: &str,
        lane: Lane,
        priority: Priority,
        keys: &[(String, u32)],
        now: Time,
    ) -> impl Future<Output = Result<Vec<Vec<(Row, Payload)>>>> + Send;

    /// Rows of a lane that wait and are in doubt, of these fairness keys, and what they send, locked; others' locked ones are
    /// skipped. Those that are due first come first.
    fn in_doubt(
        &mut self,
        channel: &str,
        lane: Lane,
        keys: &[String],
        limit: u32,
    ) -> impl Future<Output = Result<Vec<(Row, Payload)>>> + Send;

    /// Rows of a lane that are due, have an order key and were not tried yet, of these fairness keys, and are not set aside,
    /// locked; others' locked ones are skipped.
    fn in_the_way(
        &mut self,
        channel: &str,
        lane: Lane,
        keys: &[String],
        now: Time,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<Row>>> + Send;

    /// Rows by their ids, locked, in the order of their ids. Missing ones are left out.
    fn load(&mut self, ids: &[i64]) -> impl Future<Output = Result<Vec<Row>>> + Send;

    /// As [`load`](Self::load), but others' locked ones are left out, too.
    fn load_unlocked(&mut self, ids: &[i64]) -> impl Future<Output = Result<Vec<Row>>> + Send;

    /// For each of these rows, which have order keys, the others of its key that may be in its way: those in flight, those
    /// that were overtaken, and the one whose turn is right before. Pairs of ids, its own first; nothing is locked.
    fn ahead(&mut self, rows: &[&Row]) -> impl Future<Output = Result<Vec<(i64, i64)>>> + Send;

    /// Decides about a channel's order keys until the transaction ends: `alone`, with rows that nobody else sees yet, or
    /// beside others, with rows that all can lock. Whether it may; it waits for nobody.
    fn keep_order(
        &mut self,
        channel: &str,
        alone: bool,
    ) -> impl Future<Output = Result<bool>> + Send;

    /// The first two ready or in flight of each channel and order key that were not overtaken, in the order of their
    /// turns; those of one key together, and nothing is locked.
    fn fronts(
        &mut self,
        keys: &[(String, String)],
    ) -> impl Future<Output = Result<Vec<Row>>> + Send;

    /// Writes back what the state machine changed.
    fn save(&mut self, rows: &[Row]) -> impl Future<Output = Result<()>> + Send;

    /// Writes rows back that were [claimed for their first attempt](Row::is_first_flight), those among them that are still as they
    /// were claimed. For each, whether it was written; where it was not, it has to be loaded.
    fn save_as_claimed(&mut self, rows: &[Row]) -> impl Future<Output = Result<Vec<bool>>> + Send;

    /// Makes the acceptance of a row an outcome, too.
    fn tell_acceptance(&mut self, id: i64) -> impl Future<Output = Result<()>> + Send;

    /// Takes the idempotency key of a row away.
    fn free_name(&mut self, id: i64) -> impl Future<Output = Result<()>> + Send;

    /// Rows in flight whose lease has ended, and waiting rows in doubt whose key was first used before `key_cut`.
    fn overdue(
        &mut self,
        now: Time,
        key_cut: Time,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<Row>>> + Send;

    /// Rows that were refused or withdrawn, whose callers waited until then or not as long, locked; others' locked ones are
    /// skipped.
    fn untold(&mut self, until: Time, limit: u32) -> impl Future<Output = Result<Vec<Row>>> + Send;

    /// Rows of a campaign in this state with a greater id, the oldest first, locked; others' locked ones are skipped.
    fn campaign_rows(
        &mut self,
        campaign: i64,
        state: State,
        after: i64,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<Row>>> + Send;

    /// Keeps requests besides the first of each delivery; one of the same number gives way. Of many, the newest are kept.
    fn save_attempts(
        &mut self,
        attempts: &[(i64, Attempt)],
    ) -> impl Future<Output = Result<()>> + Send;

    /// Removes accepted, cancelled, split and dropped rows that ended before.
    fn prune(&mut self, before: Time, limit: u32) -> impl Future<Output = Result<u64>> + Send;
}

/// How fast lanes may go, and how much of their channels' months is left.
pub(crate) trait Lanes: Send {
    /// A lane's bucket, locked.
    fn bucket(
        &mut self,
        channel: &str,
        lane: Lane,
    ) -> impl Future<Output = Result<Option<Bucket>>> + Send;

    /// A lane's bucket, a new one where it has none, locked; nothing while another transaction has it.
    fn free_bucket(
        &mut self,
        channel: &str,
        lane: Lane,
    ) -> impl Future<Output = Result<Option<Bucket>>> + Send;

    /// Writes a lane's bucket.
    fn save_bucket(
        &mut self,
        channel: &str,
        lane: Lane,
        bucket: &Bucket,
    ) -> impl Future<Output = Result<()>> + Send;

    /// Writes down a person's hold. Its id, which is not the one that it had.
    fn insert_hold(&mut self, hold: &Hold) -> impl Future<Output = Result<HoldId>> + Send;

    /// Ends a person's hold. Whether there was one.
    fn remove_hold(&mut self, id: HoldId) -> impl Future<Output = Result<bool>> + Send;

    /// The budgets of these keys, locked.
    fn lock_budgets(&mut self, keys: &[String])
    -> impl Future<Output = Result<Vec<Budget>>> + Send;

    /// Writes a budget.
    fn save_budget(&mut self, budget: &Budget) -> impl Future<Output = Result<()>> + Send;

    /// Removes a budget.
    fn remove_budget(&mut self, key: &str) -> impl Future<Output = Result<()>> + Send;

    /// Writes down whether there is any budget. One transaction after the other may change that.
    fn note_budgets(&mut self, any: bool) -> impl Future<Output = Result<()>> + Send;

    /// Writes down sends of a lane.
    fn log_sends(
        &mut self,
        channel: &str,
        lane: Lane,
        at: &[Time],
    ) -> impl Future<Output = Result<()>> + Send;

    /// Forgets the sends of a lane until a time.
    fn forget_sends(
        &mut self,
        channel: &str,
        lane: Lane,
        until: Time,
    ) -> impl Future<Output = Result<()>> + Send;

    /// What is known of a channel's month, locked.
    fn lock_quota(&mut self, channel: &str) -> impl Future<Output = Result<Option<Quota>>> + Send;

    /// Writes what is known of a channel's month.
    fn save_quota(
        &mut self,
        channel: &str,
        quota: &Quota,
    ) -> impl Future<Output = Result<()>> + Send;
}

/// Campaigns and how far their lists are read.
pub(crate) trait Campaigns: Send {
    /// Adds a campaign; `None` where the channel has its idempotency key already.
    fn insert_campaign(
        &mut self,
        campaign: &NewCampaign,
    ) -> impl Future<Output = Result<Option<i64>>> + Send;

    /// A campaign, locked.
    fn lock_campaign(
        &mut self,
        id: i64,
    ) -> impl Future<Output = Result<Option<CampaignRow>>> + Send;

    /// Writes a campaign's state and cursor; never its counts.
    fn save_campaign(&mut self, campaign: &CampaignRow) -> impl Future<Output = Result<()>> + Send;

    /// Removes a campaign that has no deliveries.
    fn remove_campaign(&mut self, id: i64) -> impl Future<Output = Result<()>> + Send;

    /// Adds to a campaign's counts. Whether nothing of it is open any more, nor will be.
    fn add_counts(
        &mut self,
        campaign: i64,
        counts: CampaignCounts,
    ) -> impl Future<Output = Result<bool>> + Send;

    /// Whether each id is new to the campaign, which remembers it from now on.
    fn remember(
        &mut self,
        campaign: i64,
        ids: &[String],
    ) -> impl Future<Output = Result<Vec<bool>>> + Send;

    /// Forgets the ids of a campaign that is wholly read.
    fn forget(&mut self, campaign: i64) -> impl Future<Output = Result<()>> + Send;
}
