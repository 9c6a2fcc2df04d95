//! The reference: plain collections under one lock. Nothing outlives the program.

mod campaigns;
mod deliveries;
mod lanes;
mod outcomes;
mod reads;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, PoisonError},
};

use super::{
    CampaignRow, Move, News, OutcomeCursorRow, Quota, ReadStep, Result, Row, Stored, Tables,
    Takers, Tx, WriteStep, fenced, now_or_never,
};
use crate::{
    Attempt, Budget, Clock, Datum, Error, ErrorKind, Hold, HoldId, Lane, State, Time,
    delivery::{Delivery, Place},
    outcome::Outcome,
    pace::Bucket,
};

#[derive(Debug)]
pub(crate) struct MemoryStore {
    state: Mutex<Memory>,
    clock: Clock,
    news: News,
    takers: Takers,
}

#[derive(Clone, Debug, Default)]
struct Memory {
    last_id: i64,
    rows: BTreeMap<i64, Stored>,
    buckets: BTreeMap<(String, Lane), Bucket>,
    sends: BTreeMap<(String, Lane), Vec<Time>>,
    quotas: BTreeMap<String, Quota>,
    last_hold: i64,
    holds: BTreeMap<HoldId, Hold>,
    budgets: BTreeMap<String, Budget>,
    attempts: BTreeMap<(i64, i64), Attempt>,
    last_campaign: i64,
    campaigns: BTreeMap<i64, CampaignRow>,
    seen: BTreeSet<(i64, String)>,
    moved: Option<Move>,
    last_outcome: i64,
    outcomes: BTreeMap<i64, Outcome>,
    outcome_cursors: BTreeMap<String, OutcomeCursorRow>,
}

impl MemoryStore {
    pub(crate) fn new(clock: Clock) -> Self {
        Self { state: Mutex::default(), clock, news: News::default(), takers: Takers::default() }
    }

    pub(crate) fn news(&self) -> &News {
        &self.news
    }

    pub(crate) fn takers(&self) -> &Takers {
        &self.takers
    }

    pub(crate) fn time(&self) -> Time {
        self.clock.now()
    }

    pub(crate) fn run<S: WriteStep>(&self, step: S) -> Result<S::Out> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        // All or nothing: a step that fails changes a copy.
        let mut memory = state.clone();
        let mut tx = MemoryTx { memory: &mut memory, clock: &self.clock };
        let mut out = now_or_never(fenced(&step, &mut tx))?;
        *state = memory;
        step.committed(&mut out);
        Ok(out)
    }

    pub(crate) fn read<S: ReadStep>(&self, step: &S) -> Result<S::Out> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        now_or_never(step.run(&mut MemoryTx { memory: &mut state, clock: &self.clock }))
    }
}

struct MemoryTx<'a> {
    memory: &'a mut Memory,
    clock: &'a Clock,
}

impl MemoryTx<'_> {
    fn rows(&self, keep: impl Fn(&Stored) -> bool) -> impl Iterator<Item = &Stored> {
        self.memory.rows.values().filter(move |stored| keep(stored))
    }

    /// Rows of a lane that may be claimed, now or later.
    fn waiting(&self, channel: &str, lane: Lane) -> impl Iterator<Item = &Stored> {
        self.rows(move |it| {
            let Row { channel: of, delivery, .. } = &it.row;
            claimable(delivery) && of == channel && delivery.lane() == lane
        })
    }
}

fn claimable(delivery: &Delivery) -> bool {
    let is_behind = delivery.order.as_ref().is_some_and(|order| order.place == Place::Behind);
    matches!(delivery.state, State::Ready | State::Tracking) && !is_behind
}

/// Whether it is ready or in flight, and has an order key.
fn is_ordered(delivery: &Delivery) -> bool {
    delivery.order.is_some() && matches!(delivery.state, State::Ready | State::InFlight)
}

fn turn(row: &Row) -> Option<(Time, i64)> {
    Some((row.delivery.order.as_ref()?.turn?, row.id))
}

impl Tx for MemoryTx<'_> {
    async fn save_moved(&mut self, moved: &Move) -> Result<()> {
        self.memory.moved = Some(moved.clone());
        Ok(())
    }
}

impl Tables for MemoryTx<'_> {
    async fn query(&mut self, _: &str, _: &[Datum]) -> Result<Vec<Vec<Datum>>> {
        let what = "a store in memory keeps no tables; use sqlite:PATH or postgres://…";
        Err(Error::new(ErrorKind::Unsuitable(what.to_owned())))
    }
}
