//! A bot that answers, in a program of its own that is killed again and again, while its LINE loses answers: no question is
//! answered twice, and what was not answered for sure is for a person to see.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Write},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use axum::Router as App;
use hikyaku::Client;
use hikyaku_inbox::{EventFilter, InContext, Inbox, KeptState};
use hikyaku_model::ChannelSecret;
use hikyaku_sender::{Filter, Outbox, State};
use hikyaku_sim::{FaultRule, Sim};
use hikyaku_webhook::{Context, Receiver, Router, Verifier};
use tokio::net::TcpListener;

use crate::bench::{LONGEST, quick};

const CHATS: usize = 8;

/// How often the bot is killed; `HIKYAKU_ANSWER_KILLS` says otherwise.
fn kills() -> usize {
    std::env::var("HIKYAKU_ANSWER_KILLS").ok().and_then(|it| it.parse().ok()).unwrap_or(6)
}

/// Six messages: one more than a reply holds.
async fn answer(context: Context<()>) -> Result<(), hikyaku_inbox::AnswerError> {
    tokio::time::sleep(Duration::from_millis(5)).await;
    let question = context.event.text().unwrap_or_default();
    context.answer((0..6).map(|part| format!("{question}/{part}")).collect::<Vec<_>>())
}

/// The program.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "another test starts it in a program of its own"]
async fn child() {
    let told = |name| std::env::var(name).ok();
    let (Some(url), Some(secret), Some(line), Some(token)) =
        (told("CHILD_STORE"), told("CHILD_SECRET"), told("CHILD_LINE"), told("CHILD_TOKEN"))
    else {
        return;
    };
    let outbox = Outbox::open(url).await.unwrap();
    let inbox = Inbox::open(&outbox).await.unwrap().settings(quick().attempts(10_000));
    let receiver = Receiver::new(Verifier::new(&ChannelSecret::new(secret).unwrap()));
    let (route, work) = inbox.callback(receiver, Router::new(()).fallback(answer));
    tokio::spawn(work);
    let client = Client::builder(token).base_url(line).timeout(Duration::from_secs(1));
    let worker = outbox.worker().channel("default", client.build().unwrap());
    let worker = worker.lease(Duration::from_secs(2));
    tokio::spawn(async {
        let ended = worker.run(std::future::pending()).await;
        panic!("the worker ended: {ended:?}");
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut out = std::io::stdout();
    writeln!(out, "\nport {}", listener.local_addr().unwrap().port()).unwrap();
    out.flush().unwrap();
    axum::serve(listener, App::new().route("/callback", route)).await.unwrap();
}

struct Program(Child);

impl Program {
    /// Starts it, and has LINE post to it.
    fn start(url: &str, sim: &Sim) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["answered::child", "--exact", "--ignored", "--nocapture", "--test-threads=1"])
            .env("CHILD_STORE", url)
            .env("CHILD_SECRET", sim.channel_secret().expose())
            .env("CHILD_LINE", sim.api_url())
            .env("CHILD_TOKEN", sim.channel_token().expose())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let port: u16 = lines
            .map_while(Result::ok)
            .find_map(|line| line.strip_prefix("port ")?.parse().ok())
            .expect("it opens its store and a port");
        sim.set_webhook(format!("http://127.0.0.1:{port}/callback")).unwrap();
        Self(child)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_question_is_answered_once_or_seen_through_kills_and_lost_answers() {
    let sim = Sim::builder()
        .rate_limits(false)
        .keep_messages(1_000_000)
        .keep_requests(1)
        .webhook_redelivery(true)
        .redelivery_schedule(vec![Duration::from_millis(300); 1000])
        .start()
        .await
        .unwrap();
    for path in ["/v2/bot/message/reply", "/v2/bot/message/push"] {
        sim.fault(FaultRule::drop_after_accept().on("POST", path).probability(0.05)).unwrap();
        sim.fault(FaultRule::answer(500).on("POST", path).probability(0.05)).unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("bot.db").display());
    let users = sim.add_friends(CHATS);
    let mut asked = 0;
    let mut program = Program::start(&url, &sim);
    for kill in 0..kills() {
        for _ in 0..2 {
            for (chat, user) in users.iter().enumerate() {
                sim.user_says(user, &format!("{chat}-{asked}"));
            }
            asked += 1;
        }
        // In the middle of things, at another moment each time.
        tokio::time::sleep(Duration::from_millis(20 + (kill as u64 * 37) % 180)).await;
        drop(program);
        program = Program::start(&url, &sim);
    }
    let longest = LONGEST + Duration::from_secs(kills() as u64);
    let began = Instant::now();
    let mut last = String::new();
    let outbox = loop {
        assert!(began.elapsed() < longest * 3, "it never ends: {last}");
        tokio::time::sleep(Duration::from_millis(300)).await;
        // Read while the program has it: a reader is no worker.
        let outbox = Outbox::open(&url).await.unwrap();
        let inbox = Inbox::open(&outbox).await.unwrap();
        let handled = EventFilter::default().state(KeptState::Handled).limit(1_000_000);
        let handled = inbox.list(handled).await.unwrap().len();
        let overview = outbox.overview().await.unwrap();
        let open = overview.count(State::Ready) + overview.count(State::InFlight);
        if handled == CHATS * asked && open == 0 {
            break outbox;
        }
        let filter = Filter::default().state(State::Ready).state(State::InFlight);
        let open = outbox.list(filter.limit(3)).await.unwrap();
        let dead =
            inbox.list(EventFilter::default().state(KeptState::Dead).limit(3)).await.unwrap();
        let webhooks = sim.webhooks().errors().pop();
        last = format!("{handled} of {} handled, {webhooks:?}, {dead:?}, {open:?}", CHATS * asked);
    };
    drop(program);
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for message in sim.outbox().iter().flat_map(|it| &it.messages) {
        *times.entry(message["text"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    let twice: Vec<_> = times.iter().filter(|(_, times)| **times > 1).collect();
    assert!(twice.is_empty(), "said twice: {twice:?}");
    let unknown = Filter::default().state(State::Unknown).limit(1_000_000);
    let unknown = outbox.list(unknown).await.unwrap();
    let seen: Vec<String> = unknown.iter().map(|it| format!("{:?}", it.body)).collect();
    let mut missing = 0;
    for chat in 0..CHATS {
        for part in (0..asked).flat_map(|n| (0..6).map(move |part| format!("{chat}-{n}/{part}"))) {
            if !times.contains_key(&part) {
                missing += 1;
                let text = format!("{part:?}");
                assert!(
                    seen.iter().any(|it| it.contains(&text)),
                    "{part} is lost, and nobody sees it"
                );
            }
        }
    }
    crate::tell(&format!(
        "{} questions, {} kills: {} messages arrived once, {missing} did not and are told as unknown; {} replies are unknown",
        CHATS * asked,
        kills(),
        times.len(),
        unknown.len()
    ));
}
