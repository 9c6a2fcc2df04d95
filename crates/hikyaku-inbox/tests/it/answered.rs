//! A bot that answers, in programs of its own that are killed again and again, while its LINE loses answers: no question is
//! answered twice, and what was not answered for sure is for a person to see.

use std::{
    collections::{BTreeMap, HashMap},
    io::{BufRead, BufReader, Write},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU16, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use axum::Router as App;
use hikyaku::Client;
use hikyaku_inbox::{EventFilter, InContext, Inbox, KeptState};
use hikyaku_model::ChannelSecret;
use hikyaku_sender::{Filter, NewDelivery, Outbox, State, Time};
use hikyaku_sim::{FaultRule, Sim};
use hikyaku_webhook::{
    Context, Receiver, Router, Verifier,
    axum::{Queue, callback},
};
use tokio::net::{TcpListener, TcpStream};

use crate::{
    bench::{LONGEST, quick},
    cluster::Cluster,
};

/// How large the storm is; the environment says otherwise.
struct Size {
    /// How often each process is killed.
    kills: usize,
    chats: usize,
    /// How many questions are asked, by all chats together.
    questions: usize,
    /// How long a handler takes at most, in milliseconds.
    work: u64,
}

impl Size {
    fn told() -> Self {
        let told = |name: &str, default| {
            let told = std::env::var(format!("HIKYAKU_ANSWER_{name}"));
            told.map_or(default, |it| it.parse().expect("a number"))
        };
        let (kills, chats) = (told("KILLS", 6), told("CHATS", 8));
        Self {
            kills,
            chats,
            questions: told("QUESTIONS", kills * chats * 2),
            work: told("WORK", 36) as u64,
        }
    }
}

/// Six messages: one more than a reply holds.
async fn answer(context: Context<()>) -> Result<(), hikyaku_inbox::AnswerError> {
    let question = context.event.text().unwrap_or_default();
    // Some take long, and the next ones of their chats do not.
    let length = question.bytes().map(u64::from).sum::<u64>() % 7 * Size::told().work / 6;
    tokio::time::sleep(Duration::from_millis(length)).await;
    context.answer((0..6).map(|part| format!("{question}/{part}")).collect::<Vec<_>>())
}

/// The same from memory.
async fn answer_from_memory(context: Context<Outbox>) -> Result<(), hikyaku_sender::Error> {
    tokio::time::sleep(Duration::from_millis(20)).await;
    let question = context.event.text().unwrap_or_default();
    let Some(chat) = context.event.chat_id() else { return Ok(()) };
    let push = NewDelivery::push(&chat, format!("{question}/0"));
    context.state.enqueue(push.idempotency_key(question)).await.map(drop)
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
    let receiver = Receiver::new(Verifier::new(&ChannelSecret::new(secret).unwrap()));
    let route = if told("CHILD_INBOX").is_some() {
        let inbox = Inbox::open(&outbox).await.unwrap().settings(quick().attempts(10_000));
        let (route, work) = inbox.callback(receiver, Router::new(()).fallback(answer));
        tokio::spawn(work);
        route
    } else {
        let router = Router::new(outbox.clone()).fallback(answer_from_memory);
        let (route, work) = callback(receiver, router, Queue::default().at_once(2));
        tokio::spawn(work);
        route
    };
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

struct Program(Child, u16);

impl Program {
    fn start(url: &str, sim: &Sim, inbox: bool) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        if inbox {
            command.env("CHILD_INBOX", "yes");
        }
        let mut child = command
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
        Self(child, port)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Programs that share a store, and the one address by which LINE reaches them, one after the other.
struct Nodes {
    url: String,
    sim: Sim,
    inbox: bool,
    running: Vec<Option<Program>>,
    ports: Arc<[AtomicU16]>,
}

impl Nodes {
    async fn start(count: usize, url: String, inbox: bool) -> Self {
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
        let ports: Arc<[AtomicU16]> = (0..count).map(|_| AtomicU16::new(0)).collect();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let callback = format!("http://{}/callback", listener.local_addr().unwrap());
        sim.set_webhook(callback).unwrap();
        tokio::spawn(balance(listener, ports.clone()));
        let mut nodes =
            Self { url, sim, inbox, running: (0..count).map(|_| None).collect(), ports };
        for node in 0..count {
            nodes.restart(node);
        }
        nodes
    }

    /// Kills a node and starts another in its place.
    fn restart(&mut self, node: usize) {
        self.running[node] = None;
        let program = Program::start(&self.url, &self.sim, self.inbox);
        self.ports[node].store(program.1, Ordering::SeqCst);
        self.running[node] = Some(program);
    }

    /// Asks questions while a node after the other is killed, and something else happens after half of the kills. What was
    /// asked.
    async fn storm(
        &mut self,
        users: &[hikyaku_model::UserId],
        size: &Size,
        at_half: impl AsyncFnOnce(),
    ) -> Vec<String> {
        let (mut asked, mut at_half) = (Vec::new(), Some(at_half));
        let kills = size.kills * self.running.len();
        for kill in 0..kills {
            while asked.len() < size.questions * (kill + 1) / kills {
                let (turn, chat) = (asked.len() / users.len(), asked.len() % users.len());
                let question = format!("{chat}-{turn}");
                self.sim.user_says(&users[chat], &question);
                asked.push(question);
            }
            // In the middle of things, at another moment each time.
            let longest = 180.max(size.work * 3 / self.running.len() as u64);
            tokio::time::sleep(Duration::from_millis(20 + (kill as u64 * 37) % longest)).await;
            if kill * 2 >= kills
                && let Some(at_half) = at_half.take()
            {
                at_half().await;
            }
            self.restart(kill % self.running.len());
        }
        asked
    }

    /// Each message that arrived, and how often.
    fn arrived(&self) -> BTreeMap<String, usize> {
        let mut times = BTreeMap::new();
        for message in self.sim.outbox().iter().flat_map(|it| &it.messages) {
            *times.entry(message["text"].as_str().unwrap().to_owned()).or_default() += 1;
        }
        times
    }
}

impl Nodes {
    /// What each chat got came in the order of its questions, by LINE's clock, and of their parts; but for questions that LINE
    /// delivered only when later ones had been handled, and for sends that others may overtake. How many were overtaken.
    async fn assert_in_order(
        &self,
        users: &[hikyaku_model::UserId],
        inbox: &Inbox,
        outbox: &Outbox,
    ) -> usize {
        let all = inbox.list(EventFilter::default().limit(1_000_000)).await.unwrap();
        let in_time = all.iter().filter(|it| !it.late).map(|it| {
            let event: serde_json::Value = serde_json::from_str(&it.body).unwrap();
            (event["message"]["text"].as_str().unwrap().to_owned(), it.at)
        });
        let asked_at: HashMap<String, Time> = in_time.collect();
        let mut sent = self.sim.outbox();
        sent.sort_by_key(|it| it.seq);
        let mut overtaken = 0;
        for user in users {
            // What came so far: when its question was asked, which that is, its part, and when it was passed on.
            let mut came: Vec<(Time, &str, &str, Time)> = Vec::new();
            for send in sent.iter().filter(|it| it.to.as_str() == user.as_str()) {
                let arrived = Time::from_millis(send.at.as_millisecond());
                for message in &send.messages {
                    let text = message["text"].as_str().unwrap();
                    let (question, part) = text.split_once('/').unwrap();
                    let Some(asked) = asked_at.get(question) else { continue };
                    // Questions of one millisecond have no order that a program could know.
                    let is_before = |&&(when, other, its_part, _): &&(Time, &str, &str, Time)| {
                        when > *asked || (other == question && its_part > part)
                    };
                    if let Some((.., at)) = came.iter().find(is_before) {
                        may_be_overtaken(outbox, user, text, *at).await;
                        overtaken += 1;
                    }
                    came.push((*asked, question, part, arrived));
                }
            }
        }
        overtaken
    }
}

/// Whatever came before this part, at this moment, went past a send that had had its minute.
async fn may_be_overtaken(outbox: &Outbox, user: &hikyaku_model::UserId, text: &str, at: Time) {
    let all =
        outbox.list(Filter::default().order_key(user.as_str()).limit(1_000_000)).await.unwrap();
    let quoted = format!("{text:?}");
    let send = all.iter().find(|it| format!("{:?}", it.body).contains(&quoted)).unwrap();
    let requests = outbox.attempts(send.id).await.unwrap();
    let first = requests.first().map(|it| it.began).filter(|began| *began < at);
    let since = first.unwrap_or(send.created_at);
    let waited = at.since(since);
    assert!(
        waited >= Duration::from_secs(60),
        "{text} was overtaken after {waited:?}: {send:?}, {requests:?}"
    );
}

/// Passes connections on to the nodes in turn, and to the next where one is gone.
async fn balance(listener: TcpListener, ports: Arc<[AtomicU16]>) {
    let turn = AtomicUsize::new(0);
    loop {
        let (mut from, _) = listener.accept().await.unwrap();
        let first = turn.fetch_add(1, Ordering::Relaxed);
        let ports: Vec<u16> = (0..ports.len())
            .map(|n| ports[(first + n) % ports.len()].load(Ordering::SeqCst))
            .collect();
        tokio::spawn(async move {
            for port in ports {
                if let Ok(mut to) = TcpStream::connect(("127.0.0.1", port)).await {
                    let _ = tokio::io::copy_bidirectional(&mut from, &mut to).await;
                    return;
                }
            }
        });
    }
}

async fn answered_once_or_seen(count: usize, url: String, at_half: impl AsyncFnOnce()) {
    let (size, whole) = (Size::told(), Instant::now());
    let mut nodes = Nodes::start(count, url, true).await;
    let users = nodes.sim.add_friends(size.chats);
    let asked = nodes.storm(&users, &size, at_half).await;
    let longest = LONGEST + Duration::from_secs(size.kills as u64);
    let began = Instant::now();
    let mut last = String::new();
    let (outbox, inbox) = loop {
        assert!(began.elapsed() < longest * 3, "it never ends: {last}");
        tokio::time::sleep(Duration::from_millis(300)).await;
        // Read while the programs have it: a reader is no worker.
        let outbox = Outbox::open(&nodes.url).await.unwrap();
        let inbox = Inbox::open(&outbox).await.unwrap();
        let handled = EventFilter::default().state(KeptState::Handled).limit(1_000_000);
        let handled = inbox.list(handled).await.unwrap().len();
        let overview = outbox.overview().await.unwrap();
        let open = overview.count(State::Ready) + overview.count(State::InFlight);
        if handled == asked.len() && open == 0 {
            break (outbox, inbox);
        }
        let filter = Filter::default().state(State::Ready).state(State::InFlight);
        let open = outbox.list(filter.limit(3)).await.unwrap();
        let dead =
            inbox.list(EventFilter::default().state(KeptState::Dead).limit(3)).await.unwrap();
        let webhooks = nodes.sim.webhooks().errors().pop();
        last = format!("{handled} of {} handled, {webhooks:?}, {dead:?}, {open:?}", asked.len());
    };
    nodes.running.clear();
    let times = nodes.arrived();
    let twice: Vec<_> = times.iter().filter(|(_, times)| **times > 1).collect();
    assert!(twice.is_empty(), "said twice: {twice:?}");
    let overtaken = nodes.assert_in_order(&users, &inbox, &outbox).await;
    let unknown = Filter::default().state(State::Unknown).limit(1_000_000);
    let unknown = outbox.list(unknown).await.unwrap();
    let seen: Vec<String> = unknown.iter().map(|it| format!("{:?}", it.body)).collect();
    let mut missing = 0;
    for part in asked.iter().flat_map(|it| (0..6).map(move |part| format!("{it}/{part}"))) {
        if !times.contains_key(&part) {
            missing += 1;
            let text = format!("{part:?}");
            assert!(seen.iter().any(|it| it.contains(&text)), "{part} is lost, and nobody sees it");
        }
    }
    crate::tell(&format!(
        "{} questions in {} chats, {} kills of each of {count}: {} messages arrived once, {missing} did not and are told as \
         unknown; {} replies are unknown; {overtaken} messages were overtaken after their minute; {:?}",
        asked.len(),
        size.chats,
        size.kills,
        times.len(),
        unknown.len(),
        whole.elapsed(),
    ));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_question_is_answered_once_or_seen_through_kills_and_lost_answers_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("bot.db").display());
    answered_once_or_seen(1, url, async || {}).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_question_is_answered_once_or_seen_by_three_nodes_through_kills_and_a_failover() {
    let Some(primary) = Cluster::own() else { return };
    primary.sql("postgres", "CREATE DATABASE bot");
    let standby = primary.synchronous_standby();
    let [one, other] = [&primary, &standby].map(|it| it.host().display().to_string());
    let url =
        format!("postgres://postgres@/bot?target_session_attrs=read-write&host={one}&host={other}");
    answered_once_or_seen(3, url, async || {
        primary.kill();
        standby.promote();
    })
    .await;
}

/// The control: what the tests above count is missed where there is no inbox.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_inbox_kills_lose_questions_that_line_was_told_200_for() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("bot.db").display());
    let mut nodes = Nodes::start(1, url, false).await;
    let size = Size::told();
    let users = nodes.sim.add_friends(size.chats);
    let asked = nodes.storm(&users, &size, async || {}).await;
    // What is still to come has come when nothing more does.
    let began = Instant::now();
    let (mut before, mut still) = (0, Instant::now());
    while still.elapsed() < Duration::from_secs(5) {
        assert!(began.elapsed() < LONGEST * 3, "it never ends");
        let now = nodes.arrived().len();
        if now != before {
            (before, still) = (now, Instant::now());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(before < asked.len(), "nothing was lost");
}
