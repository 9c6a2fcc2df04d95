//! Many rows of one kind: what is done to some of them must not take a look at all.
//!
//! `HIKYAKU_ROWS` sets how many rows a campaign has that is paused; usually it is a few thousand, and a million in `make chaos`.

use std::{collections::BTreeSet, io::Cursor, time::Duration};

use hikyaku_sender::{Campaign, NewDelivery, campaign::CampaignPhase};

use crate::{
    cluster::Cluster,
    postgres::client,
    stores::{Bench, on_every_store, user},
};

on_every_store![
    ten_thousand_of_one_order_key_leave_one_after_another,
    ten_thousand_fairness_keys_each_get_their_turn,
];

const MANY: usize = 10_000;

const LEASE: Duration = Duration::from_secs(60);

async fn enqueue(bench: &Bench, send: impl Fn(usize) -> NewDelivery) -> Vec<i64> {
    let sends = (0..MANY).map(send).collect();
    let enqueued = bench.outbox.enqueue_all(sends).await.unwrap();
    enqueued.into_iter().map(|it| it.unwrap().id.get()).collect()
}

async fn claim(bench: &Bench, want: u32) -> Vec<(i64, i64)> {
    bench.outbox.claim_some("default", want, LEASE).await.unwrap()
}

async fn ten_thousand_of_one_order_key_leave_one_after_another(bench: Bench) {
    let ids = enqueue(&bench, |n| NewDelivery::push(user(n), "hello").in_order("chat")).await;
    for id in ids.into_iter().take(40) {
        // A claim that only finds out who is behind whom gives nothing.
        let mut claimed = claim(&bench, 64).await;
        while claimed.is_empty() {
            claimed = claim(&bench, 64).await;
        }
        assert_eq!(claimed, [(id, 1)]);
        bench.outbox.settle_as_accepted(&claimed).await.unwrap();
    }
}

async fn ten_thousand_fairness_keys_each_get_their_turn(bench: Bench) {
    let of_key = |n: usize| NewDelivery::push(user(n), "hello").fairness_key(format!("{n:05}"));
    let ids = enqueue(&bench, of_key).await;
    // The first ones have more, which is behind everybody's first.
    let more = (0..200).map(of_key).collect();
    bench.outbox.enqueue_all(more).await.unwrap();
    let ids: BTreeSet<i64> = ids.into_iter().collect();
    let mut served = BTreeSet::new();
    for _ in 0..20 {
        let claimed = claim(&bench, 100).await;
        assert_eq!(claimed.len(), 100);
        for (id, _) in &claimed {
            assert!(ids.contains(id), "{id} came before the turn of others");
            assert!(served.insert(*id));
        }
        bench.outbox.settle_as_accepted(&claimed).await.unwrap();
    }
}

/// A personal campaign, each of whose rows is a push.
async fn campaign(bench: &Bench) -> Campaign {
    let rows = std::env::var("HIKYAKU_ROWS").map_or(3_000, |rows| rows.parse().unwrap());
    let campaign = bench.outbox.new_personal_campaign("hello {id}").start().await.unwrap();
    let list = (0..rows).fold("id\n".to_owned(), |list, n| list + &user(n) + "\n");
    campaign.feed(Cursor::new(list)).await.unwrap();
    campaign
}

/// Pausing it, letting it go on and cancelling nothing of it writes one row each time, however many it has.
async fn pause_and_resume(campaign: &Campaign) {
    campaign.pause().await.unwrap();
    assert_eq!(campaign.progress().await.unwrap().state, CampaignPhase::Paused);
    campaign.resume().await.unwrap();
    assert_eq!(campaign.progress().await.unwrap().state, CampaignPhase::Running);
}

#[tokio::test]
async fn a_pause_writes_one_row_on_sqlite() {
    let bench = Bench::sqlite().await;
    let campaign = campaign(&bench).await;
    let file = rusqlite::Connection::open(bench.url.trim_start_matches("sqlite:")).unwrap();
    let triggers = ["delivery", "campaign"].map(|table| {
        format!(
            "CREATE TRIGGER noted_{table} AFTER UPDATE ON {table} BEGIN INSERT INTO noted VALUES ('{table}'); END;"
        )
    });
    file.execute_batch(&format!("CREATE TABLE noted (name TEXT); {}", triggers.concat())).unwrap();
    pause_and_resume(&campaign).await;
    let mut noted = file.prepare("SELECT name FROM noted").unwrap();
    let noted = noted.query_map([], |row| row.get(0)).unwrap();
    let noted: Vec<String> = noted.map(Result::unwrap).collect();
    assert_eq!(noted, ["campaign", "campaign"]);
}

#[tokio::test]
async fn a_pause_writes_one_row_on_postgres() {
    if Cluster::shared().is_none() {
        return;
    }
    let Some(bench) = Bench::postgres().await else { return };
    let campaign = campaign(&bench).await;
    let look = client(&bench.url).await;
    let note = "CREATE TABLE noted (name text); \
        CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO noted VALUES (TG_TABLE_NAME); RETURN NULL; END $$; \
        CREATE TRIGGER noted AFTER UPDATE ON hikyaku_delivery FOR EACH ROW EXECUTE FUNCTION note(); \
        CREATE TRIGGER noted AFTER UPDATE ON hikyaku_campaign FOR EACH ROW EXECUTE FUNCTION note();";
    look.batch_execute(note).await.unwrap();
    pause_and_resume(&campaign).await;
    let noted = look.query("SELECT name FROM noted", &[]).await.unwrap();
    let noted: Vec<String> = noted.iter().map(|row| row.get(0)).collect();
    assert_eq!(noted, ["hikyaku_campaign", "hikyaku_campaign"]);
}
