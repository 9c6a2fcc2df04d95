//! Random orders of events, against a LINE that remembers which keys it has accepted.

use std::{collections::HashMap, time::Duration};

use proptest::prelude::*;
use uuid::Uuid;

use super::*;

const LEASE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);

/// No worker sends a request later than this after its claim.
const LATEST_ARRIVAL: Duration = Duration::from_secs(30 * 60);

#[derive(Clone, Copy, Debug)]
enum Event {
    Advance(Duration),
    Claim,
    /// The request of one of the attempts reaches LINE, and its answer comes back, or does not yet.
    Arrive {
        attempt: usize,
        verdict: Verdict,
        answer: Answer,
    },
    /// An answer that had been on its way arrives.
    LateAnswer {
        attempt: usize,
    },
    /// The request never left, and the worker knows it.
    NotSent {
        attempt: usize,
    },
    Sweep,
    Cancel,
    Retry,
    Drop,
}

#[derive(Clone, Copy, Debug)]
enum Verdict {
    Accept,
    Fail,
    FailAfterAccepting,
    TooMany,
    Refuse,
}

#[derive(Clone, Copy, Debug)]
enum Answer {
    Read,
    TimedOut,
    StillOnItsWay,
}

/// What a request has that tells LINE whether it comes again.
#[derive(Clone, Copy, Debug)]
enum Knows {
    Key(Uuid),
    ReplyToken,
    Nothing,
}

/// LINE: forgets a key 24 hours after the first request that had it, and takes a reply token once.
#[derive(Debug, Default)]
struct Line {
    keys: HashMap<Uuid, (Time, bool)>,
    token_used: bool,
    delivered: u32,
}

impl Line {
    fn request(&mut self, knows: Knows, verdict: Verdict, now: Time) -> Outcome {
        let retry = |may_have_landed| Outcome::Retry {
            after: Duration::from_secs(1),
            may_have_landed,
            status: None,
            reason: "later".into(),
        };
        let refused =
            || Outcome::Rejected { status: 400, reason: "no".into(), bad_recipient: false };
        let accepts = matches!(verdict, Verdict::Accept | Verdict::FailAfterAccepting);
        if let Knows::ReplyToken = knows {
            if self.token_used {
                return refused();
            }
            self.token_used = accepts;
        }
        if let Knows::Key(key) = knows {
            let (first, accepted) = self.keys.entry(key).or_insert((now, false));
            if now.since(*first) >= 24 * HOUR {
                (*first, *accepted) = (now, false);
            }
            if *accepted {
                return Outcome::Accepted { request_id: None, duplicate: true };
            }
            *accepted = accepts;
        }
        match verdict {
            Verdict::Accept => {
                self.delivered += 1;
                Outcome::Accepted { request_id: None, duplicate: false }
            }
            Verdict::FailAfterAccepting => {
                self.delivered += 1;
                retry(true)
            }
            Verdict::Fail => retry(true),
            Verdict::TooMany => retry(false),
            Verdict::Refuse => refused(),
        }
    }
}

struct Attempt {
    knows: Knows,
    fence: i64,
    claimed_at: Time,
    arrived: bool,
    answer: Option<Outcome>,
}

struct World {
    now: Time,
    line: Line,
    row: Delivery,
    attempts: Vec<Attempt>,
}

impl World {
    fn new(kind: SendKind) -> Self {
        let now = Time::from_millis(1_700_000_000_000);
        let row = Delivery::new(kind, 1, Uuid::from_u128(7), now);
        Self { now, line: Line::default(), row, attempts: Vec::new() }
    }

    fn step(&mut self, event: Event) {
        match event {
            Event::Advance(by) => self.now = self.now + by,
            Event::Claim => self.claim(),
            Event::Arrive { attempt, verdict, answer } => self.arrive(attempt, verdict, answer),
            Event::LateAnswer { attempt } => {
                if let Some(attempt) = self.attempts.get_mut(attempt)
                    && let Some(outcome) = attempt.answer.take()
                {
                    self.row.settle(attempt.fence, outcome, self.now);
                }
            }
            Event::NotSent { attempt } => {
                if let Some(attempt) = self.attempts.get_mut(attempt)
                    && !attempt.arrived
                {
                    attempt.arrived = true;
                    self.row.settle(attempt.fence, Outcome::NotSent, self.now);
                }
            }
            Event::Sweep => {
                self.row.end_lease(self.now);
                self.row.end_key(self.now);
            }
            Event::Cancel => {
                let _ = self.row.cancel("asked for");
            }
            Event::Retry => {
                let _ = self.row.retry(false, self.now);
            }
            Event::Drop => {
                let _ = self.row.drop_dead_letter();
            }
        }
    }

    fn claim(&mut self) {
        if self.row.state == State::Ready
            && self.row.due <= self.now
            && self.row.claim(self.now, LEASE) == Claimed::Send
        {
            self.attempts.push(Attempt {
                knows: match self.row.kind {
                    SendKind::Reply => Knows::ReplyToken,
                    SendKind::PhoneNumber => Knows::Nothing,
                    _ => Knows::Key(self.row.retry_key),
                },
                fence: self.row.fence,
                claimed_at: self.now,
                arrived: false,
                answer: None,
            });
        }
    }

    fn arrive(&mut self, index: usize, verdict: Verdict, answer: Answer) {
        let Some(attempt) = self.attempts.get_mut(index) else { return };
        if attempt.arrived || self.now.since(attempt.claimed_at) > LATEST_ARRIVAL {
            return;
        }
        attempt.arrived = true;
        let outcome = self.line.request(attempt.knows, verdict, self.now);
        match answer {
            Answer::Read => {
                self.row.settle(attempt.fence, outcome, self.now);
            }
            Answer::TimedOut => {
                let outcome = Outcome::Retry {
                    after: Duration::from_secs(1),
                    may_have_landed: true,
                    status: None,
                    reason: "timed out".into(),
                };
                self.row.settle(attempt.fence, outcome, self.now);
            }
            Answer::StillOnItsWay => attempt.answer = Some(outcome),
        }
    }

    fn check(&self, before: State) -> Result<(), TestCaseError> {
        let row = &self.row;
        let delivered = self.line.delivered;
        prop_assert!(delivered <= 1, "delivered {} times", delivered);
        prop_assert!(row.state != State::Accepted || delivered == 1, "accepted, not delivered");
        prop_assert!(
            before != State::Accepted || row.state == State::Accepted,
            "back from accepted"
        );
        let may_have_landed = row.maybe_landed()
            || matches!(
                row.state,
                State::InFlight | State::Accepted | State::Unknown | State::Dropped
            );
        prop_assert!(delivered == 0 || may_have_landed, "delivered, and {:?} without doubt", row);
        Ok(())
    }
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let attempt = 0..12_usize;
    let span = prop_oneof![
        4 => Just(Duration::from_secs(2)),
        3 => Just(Duration::from_secs(61)),
        2 => Just(Duration::from_secs(25 * 60)),
        1 => Just(6 * HOUR),
        1 => Just(25 * HOUR),
    ];
    let verdict = prop_oneof![
        Just(Verdict::Accept),
        Just(Verdict::Fail),
        Just(Verdict::FailAfterAccepting),
        Just(Verdict::TooMany),
        Just(Verdict::Refuse),
    ];
    let answer =
        prop_oneof![Just(Answer::Read), Just(Answer::TimedOut), Just(Answer::StillOnItsWay)];
    let event = prop_oneof![
        4 => span.prop_map(Event::Advance),
        6 => Just(Event::Claim),
        8 => (attempt.clone(), verdict, answer)
            .prop_map(|(attempt, verdict, answer)| Event::Arrive { attempt, verdict, answer }),
        2 => attempt.clone().prop_map(|attempt| Event::LateAnswer { attempt }),
        1 => attempt.prop_map(|attempt| Event::NotSent { attempt }),
        3 => Just(Event::Sweep),
        1 => Just(Event::Cancel),
        1 => Just(Event::Retry),
        1 => Just(Event::Drop),
    ];
    prop::collection::vec(event, 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_order_of_events_delivers_twice_or_forgets_a_delivery(
        kind in prop_oneof![
            3 => Just(SendKind::Push), 2 => Just(SendKind::Reply), 1 => Just(SendKind::PhoneNumber)
        ],
        or_push in any::<bool>(),
        events in events(),
    ) {
        let mut world = World::new(kind);
        if or_push && kind == SendKind::Reply {
            world.row.or_push = true;
            world.row.expires_at = Some(world.now + REPLY_TOKEN_LIFE);
        }
        for event in events {
            let before = world.row.state;
            world.step(event);
            world.check(before)?;
        }
    }

    #[test]
    fn what_is_still_open_ends_accepted_once_line_works_again(events in events()) {
        let mut world = World::new(SendKind::Push);
        for event in events {
            world.step(event);
        }
        let open = !world.row.state.is_final();
        for _ in 0..3 {
            world.now = world.now + Duration::from_secs(31 * 60);
            world.row.end_lease(world.now);
            world.claim();
            let last = world.attempts.len().wrapping_sub(1);
            world.arrive(last, Verdict::Accept, Answer::Read);
        }
        // In doubt for 23 hours is the one other end.
        prop_assert!(!open || matches!(world.row.state, State::Accepted | State::Unknown));
        prop_assert!(world.line.delivered <= 1);
    }
}

fn row(kind: SendKind) -> Delivery {
    Delivery::new(kind, 1, Uuid::from_u128(7), Time::from_millis(0))
}

fn at(hours: u64) -> Time {
    Time::from_millis(0) + HOUR * u32::try_from(hours).unwrap()
}

fn maybe() -> Outcome {
    Outcome::Retry {
        after: Duration::ZERO,
        may_have_landed: true,
        status: Some(500),
        reason: "500".into(),
    }
}

fn surely_not() -> Outcome {
    Outcome::Retry {
        after: Duration::ZERO,
        may_have_landed: false,
        status: Some(429),
        reason: "429".into(),
    }
}

#[test]
fn doubt_survives_a_later_attempt_that_surely_did_not_land() {
    let mut row = row(SendKind::Push);
    row.claim(at(0), LEASE);
    row.settle(1, maybe(), at(0));
    row.claim(at(1), LEASE);
    row.settle(2, surely_not(), at(1));
    assert_eq!(row.first_maybe_at, Some(at(0)));
    assert_eq!(row.cancel("x"), Err(Refusal::MayHaveBeenSent));
}

#[test]
fn a_refusal_after_doubt_is_unknown_and_without_doubt_rejected() {
    let refusal = Outcome::Rejected { status: 400, reason: "bad".into(), bad_recipient: false };
    let mut clean = row(SendKind::Push);
    clean.claim(at(0), LEASE);
    clean.settle(1, refusal.clone(), at(0));
    assert_eq!(clean.state, State::Rejected);

    let mut doubted = row(SendKind::Push);
    doubted.claim(at(0), LEASE);
    doubted.settle(1, maybe(), at(0));
    doubted.claim(at(1), LEASE);
    doubted.settle(2, refusal, at(1));
    assert_eq!(doubted.state, State::Unknown);
    assert!(doubted.last_error.as_deref().unwrap().contains("bad"));

    // A person can have it asked again under the same key, for as long as LINE remembers that.
    let mut asked = doubted.clone();
    asked.retry(false, at(22)).unwrap();
    assert_eq!((asked.state, asked.retry_key), (State::Ready, doubted.retry_key));
    assert_eq!(doubted.retry(false, at(23)), Err(Refusal::MayDuplicate));
}

#[test]
fn a_reply_is_pushed_only_where_it_surely_did_not_arrive() {
    let refusal = Outcome::Rejected { status: 400, reason: "bad".into(), bad_recipient: false };
    let answer = || {
        let mut row = row(SendKind::Reply);
        (row.or_push, row.expires_at) = (true, Some(at(1)));
        row
    };
    let is_push = |row: &Delivery| {
        (row.kind, row.state, row.key_used_at, row.expires_at)
            == (SendKind::Push, State::Ready, None, None)
    };
    let mut refused = answer();
    refused.claim(at(0), LEASE);
    refused.settle(1, refusal.clone(), at(0));
    assert!(is_push(&refused), "{refused:?}");
    assert_eq!(refused.claim(at(30), LEASE), Claimed::Send);
    refused.settle(2, refusal.clone(), at(30));
    assert_eq!(refused.state, State::Rejected);

    let mut late = answer();
    assert_eq!(late.claim(at(1), LEASE), Claimed::Ended);
    assert!(is_push(&late), "{late:?}");

    for refused in [true, false] {
        let mut doubted = answer();
        doubted.claim(at(0), LEASE);
        doubted.settle(1, maybe(), at(0));
        if refused {
            doubted.claim(at(0), LEASE);
            doubted.settle(2, refusal.clone(), at(0));
        } else {
            doubted.claim(at(1), LEASE);
        }
        assert_eq!((doubted.kind, doubted.state), (SendKind::Reply, State::Unknown));
        // Only a person may let it be asked again, and then it is pushed at last.
        assert_eq!(doubted.retry(false, at(1)), Err(Refusal::MayDuplicate));
        doubted.retry(true, at(1)).unwrap();
        doubted.claim(at(1), LEASE);
        doubted.settle(doubted.fence, refusal.clone(), at(1));
        assert!(is_push(&doubted), "{doubted:?}");
    }
}

#[test]
fn the_key_changes_only_where_nothing_is_in_doubt() {
    let mut clean = row(SendKind::Push);
    let first = clean.retry_key;
    clean.claim(at(0), LEASE);
    clean.settle(1, surely_not(), at(0));
    clean.claim(at(30), LEASE);
    assert_ne!(clean.retry_key, first);
    assert_eq!(clean.key_used_at, Some(at(30)));

    let mut doubted = row(SendKind::Push);
    doubted.claim(at(0), LEASE);
    doubted.settle(1, maybe(), at(0));
    assert_eq!(doubted.claim(at(22), LEASE), Claimed::Send);
    assert_eq!(doubted.retry_key, first);
}

#[test]
fn twenty_three_hours_of_doubt_end_as_the_policy_says() {
    for (policy, state) in [
        (UnknownPolicy::Hold, State::Unknown),
        (UnknownPolicy::Drop, State::Dropped),
        (UnknownPolicy::SendAgain, State::InFlight),
    ] {
        let mut row = row(SendKind::Push);
        row.on_unknown = policy;
        row.claim(at(0), LEASE);
        row.settle(1, maybe(), at(0));
        row.claim(at(23), LEASE);
        assert_eq!(row.state, state, "{policy:?}");
        assert_eq!(row.retry_key == Uuid::from_u128(7), policy != UnknownPolicy::SendAgain);
    }
}

#[test]
fn what_has_expired_in_doubt_is_unknown_whether_a_sweep_or_a_claim_comes_first() {
    for sweep in [true, false] {
        let mut row = row(SendKind::Push);
        row.on_unknown = UnknownPolicy::SendAgain;
        row.expires_at = Some(at(1));
        row.claim(at(0), LEASE);
        row.settle(1, maybe(), at(0));
        if sweep {
            assert!(row.end_key(at(25)));
        } else {
            assert_eq!(row.claim(at(25), LEASE), Claimed::Ended);
        }
        assert_eq!((row.state, row.retry_key), (State::Unknown, Uuid::from_u128(7)));
    }
}

#[test]
fn a_key_from_the_future_counts_as_spent() {
    let mut row = row(SendKind::Push);
    row.claim(at(10), LEASE);
    row.settle(1, maybe(), at(10));
    row.due = at(0);
    assert_eq!(row.claim(at(9), LEASE), Claimed::Ended);
    assert_eq!(row.state, State::Unknown);
}

#[test]
fn a_reply_in_doubt_is_sent_again_under_its_token_for_a_minute() {
    let second = |seconds| at(0) + Duration::from_secs(seconds);
    let doubted = || {
        let mut row = row(SendKind::Reply);
        row.claim(second(0), LEASE);
        row.settle(1, maybe(), second(1));
        assert_eq!((row.state, row.maybe_landed()), (State::Ready, true));
        row
    };
    let mut again = doubted();
    assert_eq!(again.claim(second(59), LEASE), Claimed::Send);
    let used = Outcome::Rejected {
        status: 400,
        reason: "Invalid reply token".into(),
        bad_recipient: false,
    };
    again.settle(2, used.clone(), second(59));
    assert_eq!(again.state, State::Unknown, "the first may have used the token up");
    assert_eq!(again.retry(false, second(59)), Err(Refusal::MayDuplicate));

    let mut late = doubted();
    late.on_unknown = UnknownPolicy::SendAgain;
    assert_eq!(late.claim(second(60), LEASE), Claimed::Ended);
    assert_eq!(late.state, State::Unknown);

    let mut lost = row(SendKind::Reply);
    lost.claim(second(0), Duration::from_secs(20));
    assert!(lost.end_lease(second(20)));
    assert_eq!(lost.claim(second(20), LEASE), Claimed::Send);

    let mut clean = row(SendKind::Reply);
    clean.claim(second(0), LEASE);
    clean.settle(1, surely_not(), second(1));
    clean.claim(second(2), LEASE);
    clean.settle(2, used, second(2));
    assert_eq!(clean.state, State::Rejected, "nothing was in doubt");
}

#[test]
fn a_send_to_a_phone_number_is_tried_again_only_when_it_surely_did_not_leave() {
    let mut refused = row(SendKind::PhoneNumber);
    refused.claim(at(0), LEASE);
    refused.settle(1, surely_not(), at(0));
    assert_eq!(refused.state, State::Ready);
    refused.claim(at(0), LEASE);
    refused.settle(2, maybe(), at(0));
    assert_eq!(refused.state, State::Unknown);
    assert_eq!(refused.retry(false, at(0)), Err(Refusal::MayDuplicate));

    let mut lost = row(SendKind::PhoneNumber);
    lost.claim(at(0), LEASE);
    assert!(lost.end_lease(at(1)));
    assert_eq!(lost.state, State::Unknown);
}

#[test]
fn a_chunk_with_a_bad_recipient_is_split_unless_it_is_in_doubt_or_has_one() {
    let bad = Outcome::Rejected { status: 400, reason: "to[1]".into(), bad_recipient: true };
    for (recipients, doubted, state) in
        [(2, false, State::Split), (1, false, State::Rejected), (2, true, State::Unknown)]
    {
        let mut row = Delivery::new(SendKind::Multicast, recipients, Uuid::nil(), at(0));
        if doubted {
            row.claim(at(0), LEASE);
            row.settle(1, maybe(), at(0));
        }
        row.claim(at(0), LEASE);
        row.settle(row.fence, bad.clone(), at(0));
        assert_eq!(row.state, state);
    }
}

#[test]
fn a_late_acceptance_wins_and_a_late_refusal_does_not() {
    let mut row = row(SendKind::Push);
    row.claim(at(0), LEASE);
    row.end_lease(at(1));
    row.claim(at(1), LEASE);
    let refusal = Outcome::Rejected { status: 400, reason: "x".into(), bad_recipient: false };
    assert_eq!(row.settle(1, refusal, at(1)), Settlement::Stale);
    let accepted = Outcome::Accepted { request_id: Some("r".into()), duplicate: false };
    assert_eq!(row.settle(1, accepted.clone(), at(1)), Settlement::Applied);
    assert_eq!(row.state, State::Accepted);
    assert_eq!(row.settle(2, accepted, at(1)), Settlement::Stale);
}

#[test]
fn a_narrowcast_is_followed_and_a_conflict_leads_to_the_accepted_request() {
    let accepted = |id: &str| Outcome::Accepted { request_id: Some(id.into()), duplicate: false };
    let mut row = row(SendKind::Narrowcast);
    row.claim(at(0), LEASE);
    row.settle(1, accepted("second"), at(0));
    assert_eq!((row.state, row.lane()), (State::Tracking, Lane::NarrowcastProgress));
    assert_eq!(row.claim(at(1), LEASE), Claimed::Track);
    let conflict = Phase::Failed { code: Some(3), reason: "conflict".into() };
    row.settle(2, Outcome::Tracked(conflict), at(1));
    assert_eq!(row.state, State::Ready);
    row.claim(at(1), LEASE);
    row.settle(3, accepted("first"), at(1));
    assert_eq!((row.state, row.request_id.as_deref()), (State::Tracking, Some("first")));
    row.claim(at(2), LEASE);
    row.settle(4, Outcome::Tracked(Phase::Succeeded), at(2));
    assert_eq!(row.state, State::Accepted);
}

#[test]
fn an_expired_delivery_is_not_sent() {
    let mut clean = row(SendKind::Push);
    clean.expires_at = Some(at(1));
    assert_eq!(clean.claim(at(1), LEASE), Claimed::Ended);
    assert_eq!(clean.state, State::Cancelled);

    let mut doubted = row(SendKind::Push);
    doubted.expires_at = Some(at(1));
    doubted.claim(at(0), LEASE);
    doubted.settle(1, maybe(), at(0));
    doubted.claim(at(1), LEASE);
    assert_eq!(doubted.state, State::Unknown);
}
