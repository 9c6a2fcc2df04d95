//! Conditions on a delivery's state in SQL. Each is also that of a partial index, which serves only queries in
//! the same words.

/// Ready and behind no other of its order key, or tracking: a worker may claim it.
pub(super) const CLAIMABLE: &str = "state IN (0, 3) AND behind < 2";

/// Ready or in flight, with an order key.
pub(super) const ORDERED: &str = "ordered IS NOT NULL AND state IN (0, 1)";

/// Accepted, with an order key.
pub(super) const SENT_IN_ORDER: &str = "ordered IS NOT NULL AND state = 4";

/// In flight.
pub(super) const LEASED: &str = "state = 1";

/// In flight for the first time, and nobody has asked for anything since it was claimed. If its fence is the claim's, too, the row is
/// as the claim wrote it: an older claim that is settled late leaves its attempt, and every other change ends the flight. For an
/// `UPDATE` of `it`, whose rows are found by id: with the plus, no planner goes through all that is in flight instead, with which
/// PostgreSQL took twice as long for each push.
pub(super) const AS_CLAIMED: &str = "+it.state = 1 AND it.tells = 0 AND it.watched_until IS NULL AND it.first_attempt IS NULL AND it.ordered IS NULL";

/// Ready: it waits for its first attempt or the next.
pub(super) const WAITING: &str = "state = 0";

/// Rejected or unknown.
pub(super) const DEAD: &str = "state IN (5, 6)";

/// A campaign that is held or paused: nothing of it is claimed.
pub(super) const STOPPED_CAMPAIGN: &str = "state IN (1, 2)";

/// A campaign that is cancelled.
pub(super) const CANCELLED_CAMPAIGN: &str = "state = 3";

/// A campaign that is cancelled, and has recipients that are still to be accounted for.
pub(super) const OPEN_CANCELLED_CAMPAIGN: &str =
    "campaign.state = 3 AND total > accepted + rejected + unknown + cancelled";

/// Accepted, cancelled, split or dropped: it is removed some day. No list, because `SQLite` would build a table of it for
/// each row it changes.
pub(super) const FINISHED: &str = "(state = 4 OR state >= 7)";

/// Refused or withdrawn, and its caller may still be told so.
pub(super) const UNTOLD: &str = "watched_until IS NOT NULL AND state IN (5, 7)";

#[cfg(all(test, feature = "sqlite"))]
mod tests {
    use rusqlite::Connection;

    use super::*;
    use crate::State;

    /// Every partial index on states: how its name ends, its condition where one is asked for in SQL, and its states.
    const INDEXES: [(&str, &str, &[State]); 8] = [
        ("delivery_claimable", CLAIMABLE, &[State::Ready, State::Tracking]),
        ("delivery_ordered", ORDERED, &[State::Ready, State::InFlight]),
        ("delivery_sent_in_order", SENT_IN_ORDER, &[State::Accepted]),
        ("delivery_leased", LEASED, &[State::InFlight]),
        ("delivery_doubted", WAITING, &[State::Ready]),
        (
            "delivery_finished",
            FINISHED,
            &[State::Accepted, State::Cancelled, State::Split, State::Dropped],
        ),
        ("delivery_dead", DEAD, &[State::Rejected, State::Unknown]),
        ("delivery_untold", UNTOLD, &[State::Rejected, State::Cancelled]),
    ];

    #[test]
    fn a_condition_holds_for_the_states_that_it_is_named_after() {
        let sqlite = Connection::open_in_memory().unwrap();
        for (_, condition, states) in INDEXES {
            let sql = format!(
                "SELECT {condition} FROM (SELECT ?1 AS state, 0 AS behind, 'key' AS ordered, 1 AS watched_until)"
            );
            let holds = |state: &&State| {
                sqlite.query_row(&sql, [state.code()], |row| row.get::<_, bool>(0)).unwrap()
            };
            let held: Vec<State> = State::ALL.iter().filter(holds).copied().collect();
            assert_eq!(held, states, "{condition}");
        }
    }

    #[test]
    fn an_index_has_the_condition_that_is_asked_for() {
        let sqlite = [
            include_str!("sqlite/schema/1.sql"),
            include_str!("sqlite/schema/2.sql"),
            include_str!("sqlite/schema/3.sql"),
            include_str!("sqlite/schema/4.sql"),
            include_str!("sqlite/schema/5.sql"),
        ];
        let postgres = [
            include_str!("postgres/schema/1.sql"),
            include_str!("postgres/schema/2.sql"),
            include_str!("postgres/schema/3.sql"),
            include_str!("postgres/schema/4.sql"),
            include_str!("postgres/schema/5.sql"),
        ];
        for schema in [sqlite.concat(), postgres.concat()] {
            for (name, condition, _) in INDEXES {
                // A later migration may make it anew.
                let mut statements = schema.split(';').rev();
                let index = statements.find(|it| it.contains(&format!("{name} ON "))).expect(name);
                let bare = condition.strip_prefix('(').and_then(|it| it.strip_suffix(')'));
                assert!(index.ends_with(bare.unwrap_or(condition)), "{index}: {condition}");
            }
        }
    }
}
