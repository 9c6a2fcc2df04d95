//! What a filter asks for, in SQL.

use hikyaku_model::SendKind;

use super::{
    Found, Stored,
    columns::Value,
    states::{DEAD, SENT_IN_ORDER},
};
use crate::{Filter, Lane, State, recipients::Recipients};

/// How many multicasts one transaction looks through for a recipient: 8 MB of full ones.
pub(super) const WINDOW: usize = 1000;

/// Also the condition of the index by recipient: those of a send to one.
const SHORT: &str = "length(ids) <= 100";

/// Also the condition of the index of those with several recipients.
const MANY: &str = "recipients > 1";

/// What differs from one database to the other.
pub(super) struct Dialect {
    /// The sign before a parameter's number.
    pub(super) sign: char,
    pub(super) table: &'static str,
    /// Deliveries with their payloads.
    pub(super) from: &'static str,
    /// The same, found by their payloads.
    pub(super) from_payload: &'static str,
    /// Whether a column has these bytes or this text in it.
    pub(super) has_bytes: fn(&str) -> String,
    pub(super) has_text: fn(&str) -> String,
}

/// A condition with the values of its parameters.
#[derive(Clone)]
pub(super) struct Search<'a> {
    dialect: &'static Dialect,
    conditions: Vec<String>,
    pub(super) values: Vec<Value<'a>>,
}

/// A recipient as rows hold it.
pub(super) struct Sought<'a> {
    id: &'a str,
    alone: Recipients,
}

impl<'a> Search<'a> {
    /// All that a filter asks for but the recipient.
    pub(super) fn new(filter: &'a Filter, dialect: &'static Dialect) -> Self {
        let mut it = Self { dialect, conditions: Vec::new(), values: Vec::new() };
        if !filter.states.is_empty() {
            let codes = filter.states.iter().map(|state| State::code(*state).to_string());
            it.conditions.push(format!("state IN ({})", codes.collect::<Vec<_>>().join(", ")));
            if filter.states.iter().all(|state| matches!(state, State::Rejected | State::Unknown)) {
                it.conditions.push(DEAD.to_owned());
            }
        }
        if let Some(channel) = &filter.channel {
            it.compare("channel =", Value::Text(Some(channel)));
        }
        if let Some(campaign) = filter.campaign {
            it.compare("campaign =", Value::Integer(Some(campaign.0)));
        }
        if let Some(key) = &filter.idempotency_key {
            if filter.channel.is_none() {
                it.conditions.push(format!("channel IN ({})", channels_with_keys(dialect.table)));
            }
            it.compare("idempotency_key =", Value::Text(Some(key)));
        }
        if let Some(json) = &filter.reference {
            it.compare("reference =", Value::Text(Some(json)));
        }
        if let Some(key) = &filter.order_key {
            it.compare("ordered =", Value::Text(Some(key)));
            if filter.states == [State::Accepted] {
                it.conditions.push(SENT_IN_ORDER.to_owned());
            }
        }
        if let Some(key) = &filter.fairness_key {
            it.compare("fairness_key =", Value::Text(Some(key)));
        }
        if let Some(id) = &filter.request_id {
            it.compare("request_id =", Value::Text(Some(id)));
        }
        if let Some(text) = &filter.error {
            it.and(|place| (dialect.has_text)(place), Value::Text(Some(text)));
        }
        for (condition, time) in [
            ("created_at >=", filter.created_since),
            ("created_at <", filter.created_before),
            ("due >=", filter.due_since),
            ("due <", filter.due_before),
        ] {
            if let Some(time) = time {
                it.compare(condition, Value::Integer(Some(time.as_millis())));
            }
        }
        if let Some(before) = filter.before {
            it.compare("id <", Value::Integer(Some(before.0)));
        }
        it
    }

    fn compare(&mut self, condition: &str, value: Value<'a>) {
        self.and(|place| format!("{condition} {place}"), value);
    }

    fn and(&mut self, condition: impl FnOnce(&str) -> String, value: Value<'a>) {
        self.values.push(value);
        let place = self.place();
        self.conditions.push(condition(&place));
    }

    /// The newest parameter.
    fn place(&self) -> String {
        format!("{}{}", self.dialect.sign, self.values.len())
    }

    fn wherever(&self) -> String {
        match self.conditions.as_slice() {
            [] => "true".to_owned(),
            conditions => conditions.join(" AND "),
        }
    }

    /// The newest deliveries that fit.
    pub(super) fn newest(&self, columns: &str, limit: u32) -> String {
        let (from, fits) = (self.dialect.from, self.wherever());
        format!("SELECT {columns} FROM {from} WHERE {fits} ORDER BY id DESC LIMIT {limit}")
    }

    /// The newest that fit and go to one recipient alone, down to this id.
    pub(super) fn alone(
        mut self,
        columns: &str,
        sought: &'a Sought<'_>,
        lowest: i64,
        limit: u32,
    ) -> (String, Vec<Value<'a>>) {
        let ids = sought.alone.as_bytes();
        self.compare("ids =", Value::Bytes(ids));
        if ids.len() <= 100 {
            self.conditions.push(SHORT.to_owned());
        }
        self.conditions.push(format!("kind <> {}", Lane::of(SendKind::Reply).code()));
        self.compare("id >=", Value::Integer(Some(lowest)));
        let (from, fits) = (self.dialect.from_payload, self.wherever());
        let sql =
            format!("SELECT {columns} FROM {from} WHERE {fits} ORDER BY id DESC LIMIT {limit}");
        (sql, self.values)
    }

    /// The ids of the newest that fit and have several recipients, whoever they are.
    pub(super) fn many(&self) -> String {
        let (table, fits) = (self.dialect.table, self.wherever());
        format!("SELECT id FROM {table} WHERE {MANY} AND {fits} ORDER BY id DESC LIMIT {WINDOW}")
    }

    /// Those of them, down to this id, that may have this one among others.
    pub(super) fn among(
        mut self,
        columns: &str,
        sought: &'a Sought<'_>,
        lowest: i64,
    ) -> (String, Vec<Value<'a>>) {
        self.conditions.push(MANY.to_owned());
        self.compare("id >=", Value::Integer(Some(lowest)));
        // In the packed form, and as a line of its own.
        let mut has = Vec::new();
        for bytes in [sought.alone.as_bytes().get(1..).unwrap_or_default(), sought.id.as_bytes()] {
            self.values.push(Value::Bytes(bytes));
            has.push((self.dialect.has_bytes)(&self.place()));
        }
        let (from, fits, has) = (self.dialect.from, self.wherever(), has.join(" OR "));
        (format!("SELECT {columns} FROM {from} WHERE {fits} AND ({has})"), self.values)
    }
}

impl<'a> Sought<'a> {
    pub(super) fn new(id: &'a str) -> Self {
        Self { id, alone: Recipients::pack(&[id]) }
    }

    /// From which id on one transaction looks, by the ids of the multicasts that it looks through.
    pub(super) fn lowest(many: &[i64]) -> i64 {
        if many.len() < WINDOW { i64::MIN } else { many.last().copied().unwrap_or(i64::MIN) }
    }

    /// What both ways have found down to this id, newest first.
    pub(super) fn found(
        &self,
        alone: Vec<Stored>,
        among: Vec<Stored>,
        lowest: i64,
        limit: u32,
    ) -> Found {
        // The bytes may have been those of two neighbours.
        let among = among.into_iter().filter(|it| it.payload.recipients.contains(self.id));
        let mut deliveries: Vec<Stored> = among.collect();
        deliveries.extend(alone);
        deliveries.sort_unstable_by_key(|it| std::cmp::Reverse(it.row.id));
        deliveries.truncate(limit as usize);
        let is_full = deliveries.len() == limit as usize;
        Found { deliveries, next: (!is_full && lowest > i64::MIN).then_some(lowest) }
    }
}

/// From one to the next by the index of keys: there are few channels and may be many rows.
fn channels_with_keys(table: &str) -> String {
    let next = |after: &str| {
        format!(
            "(SELECT channel FROM {table} WHERE idempotency_key IS NOT NULL {after} ORDER BY channel LIMIT 1)"
        )
    };
    format!(
        "WITH RECURSIVE found AS (SELECT {} AS channel UNION ALL SELECT {} FROM found WHERE found.channel IS NOT NULL) \
         SELECT channel FROM found WHERE channel IS NOT NULL",
        next(""),
        next("AND channel > found.channel")
    )
}
