use std::{
    fmt::Write,
    io::Read,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use hikyaku::model::Message;
use hikyaku_sender::{
    ErrorKind, Existing, HoldReason, Limits, State, WaitingFor,
    campaign::{BadLine, CampaignPhase},
};
use hikyaku_sim::FaultRule;

use crate::{
    stores::{Bench, on_every_store, user},
    worker::{line, work},
};

on_every_store![
    a_list_is_delivered_once_in_chunks,
    a_killed_feed_goes_on_without_gap_or_repetition,
    another_list_is_no_list_to_go_on_with,
    another_list_after_the_whole_one_is_refused,
    bad_lines_are_told_by_their_numbers_and_the_rest_goes_on,
    bad_lines_without_end_are_told_while_the_list_is_read,
    a_strict_campaign_with_a_bad_line_sends_nothing,
    a_strict_campaign_with_a_good_list_is_sent,
    a_list_that_is_refused_at_its_beginning_leaves_no_campaign_behind,
    a_list_that_breaks_off_at_its_beginning_can_be_fed_again,
    repetitions_are_left_out,
    each_line_gets_its_own_words,
    a_list_without_a_good_line_is_refused_with_its_reasons,
    values_with_line_breaks_survive_a_kill_between_them,
    a_value_stays_one_part_of_a_uri,
    a_paused_campaign_stands_still,
    a_cancelled_campaign_sends_no_more,
    a_campaign_with_many_rows_in_doubt_is_cancelled_but_for_these,
    a_campaign_that_is_stopped_and_let_go_beside_a_worker_arrives_once,
    a_strict_campaign_is_sent_though_its_feeder_was_killed_when_the_list_was_read,
    a_campaign_that_is_done_stays_so,
    a_line_without_a_value_for_each_name_is_a_bad_one,
    a_bad_recipient_is_found_among_five_hundred,
    a_watch_sees_the_end,
    a_watch_sees_a_quota_that_is_too_small_for_the_next_request,
    the_same_key_with_another_message_is_a_conflict,
];

fn list(users: std::ops::Range<usize>) -> String {
    users.map(|n| user(n) + "\n").collect()
}

/// A list with a column `name`.
fn names(users: usize) -> String {
    let lines = (0..users).map(|n| user(n) + ",Ann\n");
    std::iter::once("id,name\n".to_owned()).chain(lines).collect()
}

fn text(list: String) -> impl Read + Send + 'static {
    std::io::Cursor::new(list)
}

/// A list that breaks off, as when the program is killed.
struct Broken<R>(R);

impl<R: Read> Read for Broken<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self.0.read(buffer)? {
            0 => Err(std::io::Error::other("broken off")),
            read => Ok(read),
        }
    }
}

async fn send_all(bench: &Bench, client: &hikyaku::Client) {
    let worker = bench.outbox.worker().channel("default", client.clone());
    work(bench, worker.limits(Limits::none()).until_idle()).await;
}

async fn a_list_is_delivered_once_in_chunks(bench: Bench) {
    let (sim, client) = line().await;
    let campaign = bench.outbox.new_campaign("hello").start().await.unwrap();
    let fed = campaign.feed(text(list(0..1234))).await.unwrap();
    assert_eq!((fed.progress.total, fed.progress.state), (1234, CampaignPhase::Running));
    send_all(&bench, &client).await;
    let progress = campaign.progress().await.unwrap();
    assert_eq!((progress.accepted, progress.state), (1234, CampaignPhase::Done));
    assert_eq!((sim.people_reached(), sim.duplicates()), (1234, vec![]));
    let sends = sim.requests().iter().filter(|it| it.path.ends_with("/multicast")).count();
    assert_eq!(sends, 3);
}

async fn a_killed_feed_goes_on_without_gap_or_repetition(bench: Bench) {
    let (sim, client) = line().await;
    let start = || bench.outbox.new_campaign("hello").idempotency_key("k").start();
    let whole = list(0..25_300);
    for cut in [0, 100, 400_000, 500_000, 800_000] {
        let campaign = start().await.unwrap();
        let broken = Broken(text(whole[..cut].to_owned()));
        let error = campaign.feed(broken).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Recipients(_)), "{error}");
        send_all(&bench, &client).await;
    }
    let campaign = start().await.unwrap();
    let before = campaign.progress().await.unwrap();
    assert_eq!((before.total, before.state), (20_000, CampaignPhase::Feeding));
    campaign.feed(text(whole.clone())).await.unwrap();
    campaign.feed(text(whole)).await.unwrap();
    send_all(&bench, &client).await;
    assert_eq!(campaign.progress().await.unwrap().accepted, 25_300);
    assert_eq!((sim.people_reached(), sim.duplicates()), (25_300, vec![]));
}

async fn another_list_is_no_list_to_go_on_with(bench: Bench) {
    let campaign = bench.outbox.new_campaign("hello").start().await.unwrap();
    campaign.feed(Broken(text(list(0..12_000)))).await.unwrap_err();
    let error = campaign.feed(text(list(1..12_000))).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "this is not the list that campaign 1 was begun with: it differs in its first 10000 lines; feed the same list, or \
         start another campaign"
    );
    assert_eq!(campaign.progress().await.unwrap().total, 10_000);
}

async fn another_list_after_the_whole_one_is_refused(bench: Bench) {
    let campaign = bench.outbox.new_campaign("hello").start().await.unwrap();
    campaign.feed(text(list(0..3))).await.unwrap();
    for (other, how) in [
        (list(0..2), "differs in its first 3 lines"),
        (list(1..4), "differs in its first 3 lines"),
        (list(0..4), "goes on where that one ended"),
    ] {
        let error = campaign.feed(text(other)).await.unwrap_err().to_string();
        assert!(error.contains(how), "{error}");
    }
    let fed = campaign.feed(text(list(0..3))).await.unwrap();
    assert_eq!(fed.progress.total, 3);
}

async fn bad_lines_are_told_by_their_numbers_and_the_rest_goes_on(bench: Bench) {
    let campaign = bench.outbox.new_campaign("hello").start().await.unwrap();
    let list = format!("# friends\n\n{}\nU123\r\n{}\nC{:032x}\n{}", user(1), user(2), 3, user(4));
    let told: Arc<Mutex<Vec<BadLine>>> = Arc::default();
    let heard = told.clone();
    let fed = campaign
        .feed(text(list))
        .on_bad_line(move |line| heard.lock().unwrap().push(line.clone()))
        .await
        .unwrap();
    assert_eq!((fed.progress.total, fed.progress.bad_lines), (3, 2));
    let told = told.lock().unwrap();
    let lines: Vec<_> = told.iter().map(|it| (it.number, it.text.as_str())).collect();
    assert_eq!(lines, [(4, "U123"), (6, "C00000000000000000000000000000003")]);
    assert_eq!(told[0].why, "is no user id: U and 32 hexadecimal digits");
}

/// A list that counts what was read of it.
struct Counted<R>(R, Arc<AtomicUsize>);

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.0.read(buffer)?;
        self.1.fetch_add(read, Ordering::SeqCst);
        Ok(read)
    }
}

async fn bad_lines_without_end_are_told_while_the_list_is_read(bench: Bench) {
    let (sim, client) = line().await;
    let campaign = bench.outbox.new_campaign("hello").start().await.unwrap();
    let whole = list(0..1) + &"nobody\n".repeat(200_000) + &list(1..2);
    let read = Arc::new(AtomicUsize::new(0));
    let (first, reading) = (Arc::new(AtomicUsize::new(usize::MAX)), read.clone());
    let seen = first.clone();
    let broken = Broken(Counted(text(whole[..whole.len() - 20].to_owned()), read));
    let told = move |_: &BadLine| {
        seen.fetch_min(reading.load(Ordering::SeqCst), Ordering::SeqCst);
    };
    campaign.feed(broken).on_bad_line(told).await.unwrap_err();
    let first = first.load(Ordering::SeqCst);
    assert!(first < whole.len() / 2, "the first was told after {first} bytes");
    let fed = campaign.feed(text(whole)).await.unwrap().progress;
    assert_eq!((fed.total, fed.bad_lines), (2, 200_000));
    send_all(&bench, &client).await;
    assert_eq!((sim.people_reached(), sim.duplicates()), (2, vec![]));
}

async fn a_strict_campaign_with_a_bad_line_sends_nothing(bench: Bench) {
    let (sim, client) = line().await;
    let campaign = bench.outbox.new_campaign("hello").strict(true).start().await.unwrap();
    let error = campaign.feed(text(list(0..30_000) + "U1")).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 30001 is no user id: U and 32 hexadecimal digits, so nothing is sent and campaign 1 is cancelled; mend that \
         and start again, under another key"
    );
    send_all(&bench, &client).await;
    assert_eq!(sim.delivered(), 0);
    let progress = campaign.progress().await.unwrap();
    assert_eq!((progress.state, progress.open()), (CampaignPhase::Cancelled, 0));
}

async fn a_strict_campaign_with_a_good_list_is_sent(bench: Bench) {
    let (sim, client) = line().await;
    let campaign = bench.outbox.new_campaign("hello").strict(true).start().await.unwrap();
    campaign.feed(Broken(text(list(0..15_000)))).await.unwrap_err();
    send_all(&bench, &client).await;
    campaign.resume().await.unwrap();
    send_all(&bench, &client).await;
    assert_eq!(sim.delivered(), 0);
    campaign.feed(text(list(0..15_000))).await.unwrap();
    send_all(&bench, &client).await;
    assert_eq!((sim.people_reached(), sim.duplicates()), (15_000, vec![]));
}

async fn a_list_that_is_refused_at_its_beginning_leaves_no_campaign_behind(bench: Bench) {
    let (sim, client) = line().await;
    let good = format!("id,name\n{},Ann\n", user(0));
    for (strict, words, list, told) in [
        (true, "hi {name}", format!("{good}U1,Bob\n"), "line 3 is no user id"),
        (false, "hi {nme}", good.clone(), "the list has no such column, only {id}, {name}"),
        (false, "hi {first name}", good.clone(), "have {first name}, and the list has no such"),
        (false, "hi {name", good.clone(), "a brace that belongs to no {name} of {id}, {name}"),
        (false, "hi", format!("id,\"name\n{good}"), "line 1 must name the columns and has a quot"),
    ] {
        let messages = [Message::text(words)];
        let campaign = bench.outbox.new_personal_campaign(&messages).strict(strict);
        let campaign = campaign.idempotency_key("k").start().await.unwrap();
        let error = campaign.feed(text(list)).await.unwrap_err().to_string();
        assert!(error.contains(told), "{error}");
        let kept = format!("so nothing is sent and campaign {} is not kept", campaign.id());
        assert!(error.contains(&kept), "{error}");
        assert_eq!(bench.outbox.campaigns(9).await.unwrap(), []);
        let gone = campaign.progress().await.unwrap_err();
        assert_eq!(gone.kind(), &ErrorKind::NoCampaign(campaign.id()));
    }
    // What was refused has not used up its key, whether the list or the messages are mended.
    let messages = [Message::text("hello {name}")];
    let campaign = bench.outbox.new_personal_campaign(&messages).idempotency_key("k");
    campaign.start().await.unwrap().feed(text(good)).await.unwrap();
    send_all(&bench, &client).await;
    assert_eq!(sim.delivered(), 1);
}

async fn a_list_that_breaks_off_at_its_beginning_can_be_fed_again(bench: Bench) {
    let campaign = bench.outbox.new_campaign("hello").start().await.unwrap();
    campaign.feed(Broken(text(String::new()))).await.unwrap_err();
    assert_eq!(campaign.feed(text(list(0..3))).await.unwrap().progress.total, 3);
}

async fn repetitions_are_left_out(bench: Bench) {
    let (sim, client) = line().await;
    let start = || bench.outbox.new_campaign("hello").idempotency_key("k").dedupe(true).start();
    let all = list(0..12_000) + &list(11_000..13_000) + &list(0..10);
    start().await.unwrap().feed(Broken(text(all[..34 * 11_000].to_owned()))).await.unwrap_err();
    let fed = start().await.unwrap().feed(text(all)).await.unwrap();
    assert_eq!((fed.progress.total, fed.progress.repeated), (13_000, 1010));
    send_all(&bench, &client).await;
    assert_eq!((sim.people_reached(), sim.duplicates()), (13_000, vec![]));
}

async fn each_line_gets_its_own_words(bench: Bench) {
    let (sim, client) = line().await;
    let template = "dear {name}, you have {points} points {{}}";
    let campaign = bench.outbox.new_personal_campaign(template).start().await.unwrap();
    let csv = format!("id,name,points\n{},\"A \"\"B\"\"\",7\n{},,\nnobody,x,1\n", user(1), user(2));
    let fed = campaign.feed(text(csv)).await.unwrap();
    assert_eq!((fed.progress.total, fed.progress.bad_lines), (2, 1));
    send_all(&bench, &client).await;
    let mut texts: Vec<_> =
        sim.outbox().iter().map(|it| (it.to.to_string(), it.text().unwrap().to_owned())).collect();
    texts.sort();
    assert_eq!(
        texts,
        [
            (user(1), "dear A \"B\", you have 7 points {}".to_owned()),
            (user(2), "dear , you have  points {}".to_owned()),
        ]
    );
}

async fn a_list_without_a_good_line_is_refused_with_its_reasons(bench: Bench) {
    let utf_16 = |list: &str| list.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let many = "nobody\n".repeat(11_000) + "U1\n\n# none\n" + &"C1\n".repeat(2);
    for (list, told) in [
        (many.into_bytes(), "(11003 times: is no user id: U and 32 hexadecimal digits)"),
        (b"\xe9\n\nnobody\n\xe9\n".to_vec(), "(2 times: is not UTF-8; once: is no user id: U"),
        (utf_16(&format!("\u{feff}{}", list(0..3))), "the list is UTF-16 and must be UTF-8"),
        (utf_16(&list(0..3)), "the list is UTF-16 and must be UTF-8"),
    ] {
        let campaign =
            bench.outbox.new_campaign("hello").idempotency_key("k").start().await.unwrap();
        let error = campaign.feed(std::io::Cursor::new(list)).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Recipients(_)), "{error:?}");
        assert!(error.to_string().contains(told), "{error}");
        assert_eq!(bench.outbox.campaigns(9).await.unwrap(), []);
    }
    // One good line is enough, and the bad ones before it count.
    let campaign = bench.outbox.new_campaign("hello").idempotency_key("k").start().await.unwrap();
    let good_at_last = "nobody\n".repeat(11_000) + &list(0..1);
    let fed = campaign.feed(text(good_at_last)).await.unwrap().progress;
    assert_eq!((fed.total, fed.bad_lines), (1, 11_000));
}

async fn values_with_line_breaks_survive_a_kill_between_them(bench: Bench) {
    let (sim, client) = line().await;
    let mut list = "\u{feff}id,\"the\nwords\"\r\n".to_owned();
    for n in 0..2500 {
        write!(list, "{},\"{n},\r\n\"\"{n}\"\"\"\r\n", user(n)).unwrap();
    }
    let template = [Message::text("say {the\nwords}")];
    let start = || bench.outbox.new_personal_campaign(&template).idempotency_key("k").start();
    let half = list[..list.len() / 2].to_owned();
    start().await.unwrap().feed(Broken(text(half))).await.unwrap_err();
    let kept = start().await.unwrap().progress().await.unwrap().total;
    assert!((1..2500).contains(&kept), "{kept}");
    let fed = start().await.unwrap().feed(text(list)).await.unwrap().progress;
    assert_eq!((fed.total, fed.bad_lines), (2500, 0));
    send_all(&bench, &client).await;
    assert_eq!((sim.people_reached(), sim.duplicates()), (2500, vec![]));
    let texts: Vec<_> = sim.outbox().iter().map(|it| it.text().unwrap().to_owned()).collect();
    for n in [0, 1249, 2499] {
        assert!(texts.contains(&format!("say {n},\r\n\"{n}\"")), "{n}");
    }
}

async fn a_value_stays_one_part_of_a_uri(bench: Bench) {
    let (sim, client) = line().await;
    let flex = r#"{"type":"flex","altText":"for {name}","contents":{"type":"bubble","body":{"type":"box",
        "layout":"vertical","contents":[{"type":"button","action":{"type":"uri","label":"{name}",
        "uri":"https://shop.example.com/c?code={code}"}}]}}}"#;
    let template = hikyaku_model::message::from_json(flex).unwrap();
    let campaign = bench.outbox.new_personal_campaign(&template).start().await.unwrap();
    let csv = format!("id,name,code\n{},A & B,A1&admin=1\n", user(1));
    assert_eq!(campaign.feed(text(csv)).await.unwrap().progress.bad_lines, 0);
    send_all(&bench, &client).await;
    let sent = serde_json::to_string(&sim.outbox()[0].messages).unwrap();
    assert!(sent.contains("https://shop.example.com/c?code=A1%26admin%3D1"), "{sent}");
    assert!(sent.contains("\"for A & B\""), "{sent}");
}

async fn a_paused_campaign_stands_still(bench: Bench) {
    let (sim, client) = line().await;
    let campaign = bench.outbox.new_campaign("hello").start().await.unwrap();
    campaign.feed(Broken(text(list(0..10_000)))).await.unwrap_err();
    campaign.pause().await.unwrap();
    campaign.feed(text(list(0..11_000))).await.unwrap();
    send_all(&bench, &client).await;
    assert_eq!(sim.delivered(), 0);
    assert_eq!(campaign.progress().await.unwrap().state, CampaignPhase::Paused);
    campaign.resume().await.unwrap();
    send_all(&bench, &client).await;
    assert_eq!((sim.people_reached(), sim.duplicates()), (11_000, vec![]));
}

async fn a_campaign_that_is_done_stays_so(bench: Bench) {
    let (_sim, client) = line().await;
    let campaign = bench.outbox.new_campaign("hello").start().await.unwrap();
    campaign.feed(text(list(0..3))).await.unwrap();
    send_all(&bench, &client).await;
    campaign.pause().await.unwrap();
    assert_eq!(campaign.progress().await.unwrap().state, CampaignPhase::Done);
    campaign.cancel().await.unwrap();
    assert_eq!(campaign.progress().await.unwrap().state, CampaignPhase::Done);
}

async fn a_line_without_a_value_for_each_name_is_a_bad_one(bench: Bench) {
    let template = "dear {name}";
    let campaign = bench.outbox.new_personal_campaign(template).start().await.unwrap();
    let csv = format!("id,name\n{}\n{},\n{},a,b\n", user(1), user(2), user(3));
    let told: Arc<Mutex<Vec<BadLine>>> = Arc::default();
    let heard = told.clone();
    let on_bad_line = move |line: &BadLine| heard.lock().unwrap().push(line.clone());
    let fed = campaign.feed(text(csv)).on_bad_line(on_bad_line).await.unwrap();
    assert_eq!((fed.progress.total, fed.progress.bad_lines), (1, 2));
    let told = told.lock().unwrap();
    let lines: Vec<_> = told.iter().map(|it| (it.number, it.why.as_str())).collect();
    assert_eq!(
        lines,
        [
            (2, "has 1 of the 2 values that the line of names has"),
            (4, "has more than the 2 values that the line of names has"),
        ]
    );
}

async fn a_cancelled_campaign_sends_no_more(bench: Bench) {
    let (sim, client) = line().await;
    let rule = FaultRule::drop_after_accept().on("POST", "/v2/bot/message/multicast").times(1);
    sim.fault(rule).unwrap();
    let campaign = bench.outbox.new_campaign("hello").start().await.unwrap();
    campaign.feed(text(list(0..5000))).await.unwrap();
    let worker = bench.outbox.worker().channel("default", client.clone()).limits(Limits::none());
    let stop = async {
        sim.wait_for(500).await.unwrap();
    };
    worker.concurrency(1).run(stop).await.unwrap();
    campaign.cancel().await.unwrap();
    send_all(&bench, &client).await;
    let progress = campaign.progress().await.unwrap();
    assert_eq!(progress.state, CampaignPhase::Cancelled);
    assert_eq!(progress.accepted, sim.delivered());
    assert!(progress.accepted >= 500 && progress.cancelled > 0, "{progress:?}");
    assert_eq!(progress.accepted + progress.cancelled, 5000);
    assert_eq!(sim.duplicates(), vec![]);
}

/// More rows are in doubt than one commit takes, and they come first.
async fn a_campaign_with_many_rows_in_doubt_is_cancelled_but_for_these(bench: Bench) {
    let messages = [Message::text("hello {name}")];
    let campaign = bench.outbox.new_personal_campaign(&messages).start().await.unwrap();
    campaign.feed(Broken(text(names(3100)))).await.unwrap_err();
    // Whatever was due until now may have been sent, and the campaign is paused.
    let put = bench.outbox.quarantine(bench.clock.now()).await.unwrap();
    assert_eq!((put.in_doubt, put.paused.len()), (3000, 1));
    campaign.feed(text(names(3400))).await.unwrap();
    campaign.cancel().await.unwrap();
    assert_eq!(campaign.progress().await.unwrap().cancelled, 400);
    // A worker still clears up the others.
    let states = bench.outbox.overview().await.unwrap().deliveries;
    assert_eq!(states, [(State::Ready, 3000), (State::Cancelled, 400)]);
}

async fn a_campaign_that_is_stopped_and_let_go_beside_a_worker_arrives_once(bench: Bench) {
    const EVERYBODY: usize = 1200;
    let (sim, client) = line().await;
    sim.fault(FaultRule::answer(500).probability(0.2).on("POST", "/v2/bot/message/push")).unwrap();
    let messages = [Message::text("hello {name}")];
    let campaign = bench.outbox.new_personal_campaign(&messages).start().await.unwrap();
    campaign.feed(text(names(EVERYBODY))).await.unwrap();
    let operators = async {
        for delivered in [100, 300, 500] {
            sim.wait_for(delivered).await.unwrap();
            // Two of them, who do not know of each other.
            let (paused, resumed) = tokio::join!(campaign.pause(), campaign.resume());
            paused.and(resumed).unwrap();
            campaign.pause().await.unwrap();
            campaign.resume().await.unwrap();
        }
    };
    let worker = bench.outbox.worker().channel("default", client.clone()).limits(Limits::none());
    worker.run(operators).await.unwrap();
    bench.assert_at_rest().await;
    sim.clear_faults();
    send_all(&bench, &client).await;
    assert_eq!((sim.people_reached(), sim.duplicates()), (EVERYBODY, vec![]));
    assert_eq!(campaign.progress().await.unwrap().state, CampaignPhase::Done);
}

/// The list was found good with its last commit; what was held until then was still to be let go.
async fn a_strict_campaign_is_sent_though_its_feeder_was_killed_when_the_list_was_read(
    bench: Bench,
) {
    let (sim, client) = line().await;
    let campaign = bench.outbox.new_campaign("hello").strict(true).start().await.unwrap();
    let feed = campaign.feed(text(list(0..1000)));
    let feed = feed.on_progress(|progress| assert!(progress.total < 1000, "killed"));
    assert!(tokio::spawn(feed.into_future()).await.unwrap_err().is_panic());
    send_all(&bench, &client).await;
    assert_eq!((sim.people_reached(), sim.duplicates()), (1000, vec![]));
    assert_eq!(campaign.progress().await.unwrap().state, CampaignPhase::Done);
}

async fn a_bad_recipient_is_found_among_five_hundred(bench: Bench) {
    let (sim, client) = line().await;
    let campaign = bench.outbox.new_campaign("hello").start().await.unwrap();
    let list = list(0..499) + "unheard-of\n";
    campaign.feed(text(list)).any_id_form().await.unwrap();
    send_all(&bench, &client).await;
    let progress = campaign.progress().await.unwrap();
    assert_eq!((progress.total, progress.accepted, progress.rejected), (500, 499, 1));
    assert_eq!((sim.people_reached(), sim.duplicates()), (499, vec![]));
    let dead = campaign.dead_letters(State::Rejected, 10).await.unwrap();
    assert_eq!(dead[0].to, ["unheard-of"]);
    assert_eq!(campaign.drop_dead_letters(State::Rejected).await.unwrap(), 1);
    let progress = campaign.progress().await.unwrap();
    assert_eq!((progress.rejected, progress.state), (1, CampaignPhase::Done));
}

async fn a_watch_sees_a_quota_that_is_too_small_for_the_next_request(bench: Bench) {
    let (sim, client) = line().await;
    sim.set_quota(700, 0);
    let campaign = bench.outbox.new_campaign("hi").start().await.unwrap();
    campaign.feed_ids((0..1000).map(user)).await.unwrap();
    let worker = bench.outbox.worker().channel("default", client.clone());
    let report = work(&bench, worker.limits(Limits::none()).until_idle()).await;
    assert_eq!((report.accepted, report.waiting.len()), (1, 1));
    let watched = campaign.watch(Duration::ZERO).next().await.unwrap();
    assert_eq!(watched.progress.accepted, 500);
    assert_eq!(watched.waiting.unwrap().reason, WaitingFor::Hold(HoldReason::Quota));
    sim.set_quota(1000, 500);
    let worker = bench.outbox.worker().channel("default", client);
    assert_eq!(work(&bench, worker.limits(Limits::none()).until_idle()).await.accepted, 1);
    let watched = campaign.watch(Duration::ZERO).next().await.unwrap();
    assert_eq!((watched.progress.accepted, watched.waiting), (1000, None));
}

async fn a_watch_sees_the_end(bench: Bench) {
    let (_sim, client) = line().await;
    let campaign = bench.outbox.new_campaign("hello").start().await.unwrap();
    campaign.feed(text(list(0..3000))).await.unwrap();
    let mut watch = campaign.watch(Duration::from_millis(1));
    let first = watch.next().await.unwrap();
    assert_eq!((first.progress.open(), first.remaining), (3000, None));
    send_all(&bench, &client).await;
    let last = watch.next().await.unwrap();
    assert_eq!(last.progress.state, CampaignPhase::Done);
    assert!(last.per_second > 0.0 && last.waiting.is_none());
}

async fn the_same_key_with_another_message_is_a_conflict(bench: Bench) {
    let start = |text: &'static str| bench.outbox.new_campaign(text).idempotency_key("k").start();
    let id = start("a").await.unwrap().id();
    assert_eq!(start("a").await.unwrap().id(), id);
    let error = start("b").await.unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::Conflict { existing: Existing::Campaign(id) });
}
