//! The same random doings on all stores, which must come to the same in every particular. Order keys are tried elsewhere: who of
//! a key overtakes whom depends on how long a claim takes.

use std::time::Duration;

use hikyaku::Client;
use hikyaku_sender::{
    CampaignId, Error, Filter, Limits, NewDelivery, Priority, State, UnknownPolicy,
    campaign::{Campaign, CampaignPhase},
};
use hikyaku_sim::{FaultRule, Sim};

use crate::{
    stores::{Bench, user},
    worker::line,
};

/// What is done, by the same numbers on every store.
struct Doings(u64);

impl Doings {
    fn next(&mut self, below: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }
}

/// What came of it: everything but ids, chance and the words of a broken connection.
type Trace = Vec<String>;

/// Which doings go together. A fault meets the next request, so that where LINE fails, only one queue may lead to it: which of
/// several has its turn depends on how much a worker claims at once.
#[derive(Clone, Copy, PartialEq)]
enum World {
    /// LINE fails at pushes and multicasts, without fairness keys and campaigns.
    Sends,
    /// LINE fails at a campaign, beside pushes.
    Campaign,
    /// LINE does not fail; all else.
    Sound,
}

impl World {
    const ALL: [Self; 3] = [Self::Sends, Self::Campaign, Self::Sound];

    /// At what LINE fails.
    fn fails_at(self) -> &'static [&'static str] {
        match self {
            Self::Sends => &["push", "multicast"],
            Self::Campaign => &["multicast"],
            Self::Sound => &[],
        }
    }
}

struct Play {
    world: World,
    bench: Bench,
    sim: Sim,
    client: Client,
    campaigns: Vec<Campaign>,
    enqueued: u64,
    trace: Trace,
}

#[tokio::test]
async fn every_store_comes_to_the_same() {
    let seeds = std::env::var("HIKYAKU_TRACES").map_or(6, |seeds| seeds.parse().unwrap());
    for seed in 0..seeds {
        let reference = play(Bench::memory().await, seed).await;
        let sqlite = play(Bench::sqlite().await, seed).await;
        assert_same(&reference, &sqlite, seed, "SQLite");
        if let Some(bench) = Bench::postgres().await {
            let postgres = play(bench, seed).await;
            assert_same(&reference, &postgres, seed, "PostgreSQL");
        }
    }
}

fn assert_same(reference: &Trace, other: &Trace, seed: u64, store: &str) {
    for (step, (expected, found)) in reference.iter().zip(other).enumerate() {
        assert_eq!(
            expected,
            found,
            "seed {seed}, step {step}, on {store}; before:\n{:#?}",
            &reference[..step]
        );
    }
    assert_eq!(reference.len(), other.len());
}

async fn play(bench: Bench, seed: u64) -> Trace {
    const STEPS: usize = 40;
    let (sim, client) = line().await;
    let world = World::ALL[usize::try_from(seed % 3).unwrap()];
    let campaigns = Vec::new();
    let mut play = Play { world, bench, sim, client, campaigns, enqueued: 0, trace: Vec::new() };
    let mut doings = Doings(seed);
    for _ in 0..STEPS {
        let told = play.step(&mut doings).await;
        let looks = play.look().await;
        play.trace.push(format!("{told}\n{looks}"));
    }
    play.trace
}

impl Play {
    async fn step(&mut self, doings: &mut Doings) -> String {
        match doings.next(12) {
            0..=2 => self.enqueue(doings).await,
            3 => self.start_campaign(doings).await,
            4 => self.change_campaign(doings).await,
            5 => self.act(doings).await,
            6 => {
                let by = [60, 20 * 60, 25 * 3600][usize::try_from(doings.next(3)).unwrap()];
                self.bench.clock.advance(Duration::from_secs(by));
                self.sim.advance(Duration::from_secs(by));
                format!("{by} seconds later")
            }
            7 | 8 => self.fault(doings),
            _ => self.work().await,
        }
    }

    async fn enqueue(&mut self, doings: &mut Doings) -> String {
        // Now and then one of before, with other contents or the same.
        let number =
            if doings.next(5) == 0 { doings.next(self.enqueued + 1) } else { self.enqueued };
        self.enqueued = self.enqueued.max(number + 1);
        let text = if doings.next(10) == 0 { "other" } else { "hello" };
        let kind = doings.next(4);
        let first = usize::try_from(number).unwrap() * 10;
        let mut to: Vec<String> = (first..first + 6).map(user).collect();
        let send = match (self.world, kind) {
            (World::Campaign, _) | (_, 0 | 1) => NewDelivery::push(to.remove(0), text),
            (World::Sends, _) | (_, 2) => NewDelivery::multicast(to, text),
            _ => {
                to[3] = format!("unheard-of-{number}");
                NewDelivery::multicast(to, text)
            }
        };
        let policy = [UnknownPolicy::Hold, UnknownPolicy::Drop, UnknownPolicy::SendAgain];
        let priority = [Priority::High, Priority::Normal, Priority::Low];
        let pick = |below: u64| usize::try_from(below).unwrap();
        let send = send
            .idempotency_key(number.to_string())
            .on_unknown(policy[pick(doings.next(3))])
            .priority(priority[pick(doings.next(3))])
            .fairness_key(match (self.world, doings.next(3)) {
                (World::Sends, _) | (_, 0) => "",
                (_, 1) => "shop",
                _ => "news",
            });
        let send = match doings.next(6) {
            0 => send.at(self.bench.clock.now() + Duration::from_secs(10 * 60)),
            1 => send.expires_at(self.bench.clock.now() + Duration::from_secs(30 * 60)),
            _ => send,
        };
        let answer = self.bench.outbox.enqueue(send).await;
        format!("enqueue {number}: {}", told(answer.map(|it| it.existing)))
    }

    async fn start_campaign(&mut self, doings: &mut Doings) -> String {
        let number = self.campaigns.len();
        if self.world == World::Sends || (self.world == World::Campaign && number > 0) {
            return "no campaign".to_owned();
        }
        let start = self.bench.outbox.new_campaign("bulk").idempotency_key(number.to_string());
        let start = start.dedupe(doings.next(2) == 0).strict(doings.next(3) == 0);
        let campaign = start.start().await.unwrap();
        let first = 10_000 * (number + 1);
        let mut list: String =
            (first..first + 600).chain(first..first + 5).map(|n| user(n) + "\n").collect();
        if doings.next(3) == 0 {
            list += "U123\n";
        }
        let fed = campaign.feed(std::io::Cursor::new(list)).await;
        self.campaigns.push(campaign);
        format!("campaign {number}: {}", told(fed.map(|fed| fed.progress.total)))
    }

    async fn change_campaign(&mut self, doings: &mut Doings) -> String {
        let (which, change) = (doings.next(4), doings.next(3));
        let Some(campaign) = self.campaigns.get(usize::try_from(which).unwrap()) else {
            return "no such campaign".to_owned();
        };
        let changed = match change {
            0 => campaign.pause().await,
            1 => campaign.resume().await,
            _ => campaign.cancel().await,
        };
        format!("change {change} of campaign {which}: {}", told(changed.map(drop)))
    }

    async fn act(&mut self, doings: &mut Doings) -> String {
        let (which, act) = (doings.next(20), doings.next(4));
        let rows = self.rows().await;
        let Some(row) = rows.get(usize::try_from(which).unwrap()) else {
            return "no such delivery".to_owned();
        };
        let (outbox, id) = (&self.bench.outbox, row.id);
        let acted = match act {
            0 => outbox.cancel(id).await,
            1 => outbox.retry(id).await,
            2 => outbox.retry_may_duplicate(id).await,
            _ => outbox.drop_dead_letter(id).await,
        };
        format!("act {act} on {which}: {}", told(acted))
    }

    fn fault(&mut self, doings: &mut Doings) -> String {
        let (path, what) = (doings.next(2), doings.next(5));
        let paths = self.world.fails_at();
        let Some(path) = paths.get(usize::try_from(path).unwrap() % paths.len().max(1)) else {
            return "LINE does not fail".to_owned();
        };
        let rule = match what {
            0 => FaultRule::drop_after_accept(),
            1 => FaultRule::answer(500),
            2 => FaultRule::answer(500).after_accept(),
            3 => FaultRule::answer(403),
            _ => FaultRule::truncate(),
        };
        // One at a time, which the next request meets, whichever comes after it.
        self.sim.clear_faults();
        self.sim.fault(rule.on("POST", &format!("/v2/bot/message/{path}")).times(1)).unwrap();
        format!("fault {what} on the next {path}")
    }

    /// Lets a worker do all that is due. The clock stands still, so nothing falls due meanwhile.
    async fn work(&mut self) -> String {
        let worker = self.bench.outbox.worker().channel("default", self.client.clone());
        let worker = worker.limits(Limits::none()).concurrency(1).quota_every(None);
        let now = self.bench.clock.now();
        let done = async {
            loop {
                let rows = self.rows().await;
                let paused = self.paused().await;
                let open = |it: &hikyaku_sender::Listed| {
                    let is_due = it.state == State::Ready && it.due <= now;
                    let stands_still = it.campaign.is_some_and(|of| paused.contains(&of));
                    it.state == State::InFlight || (is_due && !stands_still)
                };
                if !rows.iter().any(open) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        let report =
            tokio::time::timeout(Duration::from_secs(60), Box::pin(worker.run(done))).await;
        let report = report.expect("the worker leaves due work").unwrap();
        format!(
            "work: {} accepted, {} rejected, {} unknown",
            report.accepted, report.rejected, report.unknown
        )
    }

    /// The campaigns of which nothing is sent now.
    async fn paused(&self) -> Vec<CampaignId> {
        let campaigns = self.bench.outbox.campaigns(100).await.unwrap();
        let paused = campaigns.iter().filter(|(_, it)| it.state == CampaignPhase::Paused);
        paused.map(|(id, _)| *id).collect()
    }

    /// All deliveries, in an order that does not depend on which of two was cut in two first.
    async fn rows(&self) -> Vec<hikyaku_sender::Listed> {
        let all = Filter::default().limit(10_000);
        let mut rows = self.bench.outbox.list(all).await.unwrap();
        rows.sort_unstable_by_key(|row| row.retry_key);
        rows
    }

    async fn look(&self) -> String {
        use std::fmt::Write;

        let mut looks = String::new();
        for row in self.rows().await {
            let to = row.to.first().map(String::as_str).unwrap_or_default();
            writeln!(
                looks,
                "{:?} {:?} {} {} to {}, {to}: attempts {}, doubt {}, status {:?}, key {}",
                row.fairness_key,
                row.kind,
                row.state,
                row.recipients,
                row.to.len(),
                row.attempts,
                row.may_have_landed,
                row.last_status,
                row.retry_key
            )
            .unwrap();
        }
        for campaign in &self.campaigns {
            writeln!(looks, "{}", told(campaign.progress().await)).unwrap();
        }
        for path in ["/v2/bot/message/push", "/v2/bot/message/multicast"] {
            let made = self.sim.requests().into_iter().filter(|it| it.path == path);
            // Which of two goes first is chance, where one was cut in two meanwhile.
            let key = |headers: &http::HeaderMap| headers.get("x-line-retry-key").cloned();
            let mut keys: Vec<String> =
                made.map(|it| format!("{:?} {:?}", key(&it.headers), it.status)).collect();
            keys.sort_unstable();
            writeln!(looks, "{path}: {keys:?}").unwrap();
        }
        writeln!(looks, "reached {}, twice {:?}", self.sim.people_reached(), self.sim.duplicates())
            .unwrap();
        looks
    }
}

/// What came of it, without ids, which databases give in their own ways.
fn told<T: std::fmt::Debug>(answer: Result<T, Error>) -> String {
    match answer {
        Ok(value) => format!("{value:?}"),
        Err(why) => format!("{:?}", why.kind()).replace(|c: char| c.is_ascii_digit(), ""),
    }
}
