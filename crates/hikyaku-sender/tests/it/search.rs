//! Deliveries are found by what is known of them, on every store alike.

use std::{io::Cursor, time::Duration};

use hikyaku_sender::{
    CampaignId, DeliveryId, Filter, Limits, Listed, NewDelivery, State, Time, UnknownPolicy,
};
use hikyaku_sim::FaultRule;
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, TestRunner},
};

use crate::{
    stores::{Bench, on_every_store, user},
    worker::line,
};

on_every_store![
    a_person_is_found_among_others,
    a_person_is_found_beyond_what_one_transaction_looks_through,
    a_reply_token_is_not_looked_for,
];

async fn ids(bench: &Bench, filter: Filter) -> Vec<i64> {
    bench.outbox.list(filter).await.unwrap().iter().map(|it| it.id.get()).collect()
}

async fn a_person_is_found_among_others(bench: Bench) {
    let (person, group) = (user(10), "C4af4980629000000000000000000000a");
    // Packed, its bytes are those of two neighbours: they hold a person who is not there.
    let neighbours = ["U00000000000000000000000000000aaa", "Ubbb00000000000000000000000000000"];
    let nobody = format!("U{}{}", &neighbours[0][3..], &neighbours[1][1..3]);
    let enqueued = bench.outbox.enqueue_all(vec![
        NewDelivery::push(person.as_str(), "alone"),
        NewDelivery::multicast((0..500).map(user), "among five hundred"),
        NewDelivery::multicast([&person], "a list of one"),
        NewDelivery::multicast([person.as_str(), "an-id-of-another-form"], "as lines"),
        NewDelivery::multicast(neighbours, "neighbours"),
        NewDelivery::push(group, "a group"),
        NewDelivery::phone("a".repeat(64), "by phone"),
        NewDelivery::push("x".repeat(300), "a long id"),
        NewDelivery::broadcast("to all").idempotency_key("all"),
    ]);
    let first = enqueued.await.unwrap().remove(0).unwrap().id.get();
    let to = |id: &str| Filter::default().recipient(id);
    let found = |found: Vec<i64>| found.into_iter().map(|id| id - first).collect::<Vec<_>>();
    assert_eq!(found(ids(&bench, to(&person)).await), [3, 2, 1, 0]);
    assert_eq!(found(ids(&bench, to(&person).limit(2)).await), [3, 2]);
    assert_eq!(found(ids(&bench, to(&person).before(first + 2)).await), [1, 0]);
    assert_eq!(found(ids(&bench, to("an-id-of-another-form")).await), [3]);
    assert_eq!(found(ids(&bench, to(neighbours[1])).await), [4]);
    assert_eq!(found(ids(&bench, to(group)).await), [5]);
    assert_eq!(found(ids(&bench, to(&"a".repeat(64))).await), [6]);
    assert_eq!(found(ids(&bench, to(&"x".repeat(300))).await), [7]);
    for stranger in [nobody.as_str(), "U", "", "an-id", "\0", &person.to_uppercase()] {
        assert_eq!(ids(&bench, to(stranger)).await, [0; 0], "{stranger:?}");
    }
}

async fn a_person_is_found_beyond_what_one_transaction_looks_through(bench: Bench) {
    let send = |n: usize| {
        let other = if n.is_multiple_of(1000) { 1 } else { 2 };
        NewDelivery::multicast([user(1_000_000 + n), user(other)], "hello")
    };
    let enqueued = bench.outbox.enqueue_all((0..2100).map(send).collect()).await.unwrap();
    let first = enqueued.into_iter().next().unwrap().unwrap().id.get();
    bench.outbox.enqueue(NewDelivery::push(user(1), "alone")).await.unwrap();
    let rare = Filter::default().recipient(user(1));
    let found = ids(&bench, rare.clone()).await;
    assert_eq!(found, [first + 2100, first + 2000, first + 1000, first]);
    assert_eq!(ids(&bench, rare.clone().limit(3)).await, found[..3]);
    assert_eq!(ids(&bench, rare.before(found[1])).await, found[2..]);
    let frequent = ids(&bench, Filter::default().recipient(user(2)).limit(1500)).await;
    assert_eq!(frequent.len(), 1500);
    assert!(frequent.is_sorted_by(|newer, older| newer > older));
}

async fn a_reply_token_is_not_looked_for(bench: Bench) {
    let token = "b7d1cf0a3d0c4f6fa9b0c1d2e3f40516";
    bench.outbox.enqueue(NewDelivery::reply(token, "hi")).await.unwrap();
    assert_eq!(ids(&bench, Filter::default().recipient(token)).await, [0; 0]);
    assert_eq!(ids(&bench, Filter::default()).await.len(), 1);
}

/// A store with deliveries of every kind, channel and state that comes without chance.
struct Filled {
    bench: Bench,
    /// The oldest first.
    rows: Vec<Listed>,
    campaign: CampaignId,
}

async fn fill(bench: Bench) -> Filled {
    let (sim, client) = line().await;
    let (outbox, clock) = (&bench.outbox, &bench.clock);
    let campaign = outbox.new_campaign("bulk").start().await.unwrap();
    let list: String = (0..1100).map(|n| user(n) + "\n").collect();
    campaign.feed(Cursor::new(list)).await.unwrap();
    for n in 0..40_usize {
        clock.advance(Duration::from_secs(60));
        let send = match n % 5 {
            0 | 1 => NewDelivery::push(user(n % 7), "hello"),
            2 => NewDelivery::multicast((n % 7..n % 7 + 3).map(user), "hello"),
            3 => NewDelivery::push(format!("C{:032x}", n % 7), "hello"),
            _ => NewDelivery::multicast([user(n % 7), format!("other-{}", n % 3)], "hello"),
        };
        let send = if n % 2 == 0 { send.idempotency_key(format!("order-{n}")) } else { send };
        // Those of another form would be cut in two, in an order that is chance.
        let send = if n % 3 == 0 || n % 5 == 4 {
            let tenant = format!("tenant-{}", n % 2);
            send.channel("shop").fairness_key(tenant).in_order(format!("chat-{}", n % 4))
        } else {
            send
        };
        let send = if n % 8 == 7 {
            send.at(clock.now() + Duration::from_secs(n as u64 * 100 * 60))
        } else {
            send
        };
        let send = send.reference(serde_json::json!({ "'": n % 4 }));
        outbox.enqueue(send.on_unknown(UnknownPolicy::Hold)).await.unwrap();
    }
    for status in [403, 400] {
        let push = ("POST", "/v2/bot/message/push");
        sim.fault(FaultRule::answer(status).on(push.0, push.1).times(2)).unwrap();
    }
    let worker = outbox.worker().channel("default", client).limits(Limits::none()).concurrency(1);
    let now = clock.now();
    let done = async {
        let waits = |it: &Listed| {
            it.state == State::InFlight
                || (it.channel == "default" && it.state == State::Ready && it.due <= now)
        };
        while outbox.list(Filter::default().limit(1000)).await.unwrap().iter().any(waits) {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    worker.quota_every(None).run(done).await.unwrap();
    let mut rows = outbox.list(Filter::default().limit(1000)).await.unwrap();
    rows.reverse();
    outbox.cancel(rows.last().unwrap().id).await.unwrap();
    Filled { campaign: campaign.id(), rows, bench }
}

/// What is asked for, by the places of rows where their ids and times differ from store to store.
#[derive(Clone, Debug)]
struct Asked {
    states: Vec<State>,
    channel: Option<&'static str>,
    campaign: bool,
    recipient: Option<String>,
    key: Option<usize>,
    reference: Option<usize>,
    order: Option<usize>,
    tenant: Option<usize>,
    request_of: Option<usize>,
    error: Option<&'static str>,
    created: (Option<i64>, Option<i64>),
    due: (Option<i64>, Option<i64>),
    before: Option<usize>,
    limit: u32,
}

impl Asked {
    fn of(&self, filled: &Filled) -> Filter {
        let mut filter = Filter::default().limit(self.limit);
        let start = filled.rows[0].created_at;
        let minute = |minutes: i64| Time::from_millis(start.as_millis() + minutes * 60_000);
        filter.states.clone_from(&self.states);
        filter.channel = self.channel.map(str::to_owned);
        filter.campaign = self.campaign.then_some(filled.campaign);
        filter.recipient.clone_from(&self.recipient);
        filter.idempotency_key = self.key.map(|n| format!("order-{n}"));
        if let Some(n) = self.reference {
            filter = filter.reference(serde_json::json!({ "'": n }));
        }
        filter.order_key = self.order.map(|n| format!("chat-{n}"));
        filter.fairness_key = self.tenant.map(|n| format!("tenant-{n}"));
        filter.request_id =
            self.request_of.map(|n| filled.rows[n].request_id.clone().unwrap_or_default());
        filter.error = self.error.map(str::to_owned);
        filter.created_since = self.created.0.map(minute);
        filter.created_before = self.created.1.map(minute);
        filter.due_since = self.due.0.map(minute);
        filter.due_before = self.due.1.map(minute);
        filter.before = self.before.map(|n| filled.rows[n].id);
        filter
    }
}

fn asked() -> impl Strategy<Value = Asked> {
    use prop::option::weighted;

    let minutes = || (weighted(0.2, 0..50_i64), weighted(0.2, 0..60_i64));
    let recipient = prop_oneof![
        (0..12_usize).prop_map(user),
        (0..12_usize).prop_map(|n| format!("C{n:032x}")),
        (0..4_usize).prop_map(|n| format!("other-{n}")),
    ];
    let states = prop::sample::subsequence(State::ALL.to_vec(), 0..4);
    let texts = (
        weighted(0.3, prop::sample::select(vec!["default", "shop", "nobody"])),
        weighted(0.4, recipient),
        weighted(0.15, 0..40_usize),
        weighted(0.15, 0..5_usize),
        weighted(0.1, 0..5_usize),
        weighted(0.1, 0..3_usize),
        weighted(0.15, 0..43_usize),
        weighted(
            0.2,
            prop::sample::select(vec![
                "",
                "orbidden (403)",
                "Failed to send",
                "failed",
                "%",
                "_",
                "cancelled",
            ]),
        ),
    );
    let rest = (minutes(), minutes(), weighted(0.2, 0..43_usize), prop_oneof![0..5_u32, 5..60_u32]);
    (states, weighted(0.2, Just(())), texts, rest).prop_map(|(states, campaign, texts, rest)| {
        let (channel, recipient, key, reference, order, tenant, request_of, error) = texts;
        let (created, due, before, limit) = rest;
        let campaign = campaign.is_some();
        Asked {
            states,
            channel,
            campaign,
            recipient,
            key,
            reference,
            order,
            tenant,
            request_of,
            error,
            created,
            due,
            before,
            limit,
        }
    })
}

#[tokio::test]
async fn every_store_finds_the_same() {
    let mut stores = vec![fill(Bench::memory().await).await, fill(Bench::sqlite().await).await];
    if let Some(bench) = Bench::postgres().await {
        stores.push(fill(bench).await);
    }
    let places = async |filled: &Filled, asked: &Asked| {
        let found = filled.bench.outbox.list(asked.of(filled)).await.unwrap();
        let place = |id: DeliveryId| filled.rows.iter().position(|row| row.id == id).unwrap();
        found.iter().map(|it| place(it.id)).collect::<Vec<_>>()
    };
    let look = |filled: &Filled| {
        let row = |it: &Listed| (it.state, it.last_status, it.attempts);
        filled.rows.iter().map(row).collect::<Vec<_>>()
    };
    for other in &stores[1..] {
        assert_eq!(look(other), look(&stores[0]), "{}", other.bench.url);
    }
    let mut runner = TestRunner::new(Config::default());
    let mut found = 0;
    for _ in 0..400 {
        let asked = asked().new_tree(&mut runner).unwrap().current();
        let expected = places(&stores[0], &asked).await;
        found += expected.len();
        for other in &stores[1..] {
            assert_eq!(places(other, &asked).await, expected, "{asked:?} in {}", other.bench.url);
        }
    }
    assert!(found > 200, "{found} found: the questions are too narrow");
    let of = async |state| {
        stores[0].bench.outbox.list(Filter::default().state(state).limit(99)).await.unwrap().len()
    };
    assert!(of(State::Rejected).await > 2 && of(State::Accepted).await > 10);
    assert!(of(State::Ready).await > 10 && of(State::Cancelled).await == 1);
}
