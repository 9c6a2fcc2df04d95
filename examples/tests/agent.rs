//! The agent against the simulator's clock, with a model that takes its time, and through a kill in the middle of it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[expect(dead_code, reason = "its `main` serves; the test does")]
#[path = "../agent.rs"]
mod agent;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use agent::{Agent, Model};
use hikyaku::Client;
use hikyaku_inbox::Settings;
use hikyaku_model::SendKind;
use hikyaku_sender::{Clock, Limits, Outbox};
use hikyaku_sim::Sim;
use hikyaku_webhook::{Receiver, Verifier};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

const CHATS: usize = 12;

/// Takes 20 to 90 seconds by the simulator's clock.
fn slow_model(sim: &Sim) -> Model {
    let (now, asked) = (sim.clock(), Arc::new(AtomicU64::new(0)));
    Arc::new(move |question| {
        let (now, nth) = (now.clone(), asked.fetch_add(1, Ordering::SeqCst));
        Box::pin(async move {
            let end = now() + Duration::from_secs(20 + nth * 37 % 71);
            while now() < end {
                tokio::time::sleep(Duration::from_millis(3)).await;
            }
            Ok(format!("**{question}** indeed"))
        })
    })
}

/// The simulated seconds go by faster than the real ones in which leases are renewed.
const LEASE: Duration = Duration::from_secs(30 * 60);

/// The agent's handlers and server, and its worker.
struct Running(Vec<JoinHandle<()>>, JoinHandle<()>, oneshot::Sender<()>);

impl Running {
    async fn start(sim: &Sim, store: &str) -> Self {
        let line = Client::builder(sim.channel_token().expose()).base_url(sim.api_url());
        let line = line.build().unwrap();
        let outbox =
            Outbox::builder(store).clock(Clock::from_fn(sim.clock())).open().await.unwrap();
        let receiver = Receiver::new(Verifier::new(&sim.channel_secret())).clock(sim.clock());
        let settings = Settings::default().lease(LEASE).at_once(64);
        let agent = Agent { line: line.clone(), model: slow_model(sim) };
        let (server, work) = agent::serve(agent, &outbox, receiver, settings).await.unwrap();
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        sim.set_webhook(format!("http://{}/callback", listener.local_addr().unwrap())).unwrap();
        let worker = outbox.worker().channel("default", line).limits(Limits::none()).lease(LEASE);
        let (stop, stopped) = oneshot::channel();
        let tasks = vec![
            tokio::spawn(work),
            tokio::spawn(async { axum::serve(listener, server).await.unwrap() }),
        ];
        let worker = async { drop(worker.run(async { drop(stopped.await) }).await) };
        Self(tasks, tokio::spawn(worker), stop)
    }

    /// The handlers stop where they are, as a kill has it. What the worker has begun ends: its own kills are tried elsewhere.
    async fn kill(self) {
        let Self(tasks, worker, stop) = self;
        for task in tasks {
            task.abort();
            let _ = task.await;
        }
        stop.send(()).unwrap();
        worker.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_question_is_answered_once_by_a_slow_model_and_through_a_kill() {
    let sim = Sim::builder().rate_limits(false).start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("agent.db").display());
    let running = Running::start(&sim, &store).await;
    let users = sim.add_friends(CHATS);
    for (n, user) in users.iter().enumerate() {
        sim.user_says(user, &format!("first {n}"));
        sim.user_says(user, &format!("second {n}"));
    }
    sim.webhooks().wait_until_idle().await.unwrap();
    let ticking = {
        let sim = sim.clone();
        tokio::spawn(async move {
            loop {
                sim.advance(Duration::from_millis(100));
                tokio::time::sleep(Duration::from_millis(3)).await;
            }
        })
    };
    // In the middle of the first questions: some are answered, some not.
    let patient = sim.within(Duration::from_secs(120));
    patient.wait_for(CHATS as u64 / 2).await.unwrap();
    // Nobody may see it at work at just this moment, but somebody does soon.
    let at_work = async {
        while !users.iter().any(|user| sim.loading_until(user).is_some()) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), at_work).await.expect("somebody sees it at work");
    running.kill().await;
    // What the killed handlers had begun is taken over when their leases have ended.
    sim.advance(LEASE);
    let running = Running::start(&sim, &store).await;
    let all = patient.wait_for(2 * CHATS as u64).await.unwrap();
    ticking.abort();
    for (n, user) in users.iter().enumerate() {
        let mine: Vec<_> = all
            .iter()
            .filter(|it| it.to == *user)
            .filter_map(hikyaku_sim::Delivery::text)
            .collect();
        assert_eq!(mine, [format!("first {n} indeed"), format!("second {n} indeed")]);
    }
    let replies = all.iter().filter(|it| it.kind == SendKind::Reply).count();
    assert!(replies > 0 && replies < all.len(), "{replies} of {} are replies", all.len());
    assert_eq!(sim.quota_used(), (all.len() - replies) as u64);
    running.kill().await;
}

/// A server with `OpenAI`'s chat API, as far as the agent needs it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_model_behind_a_local_server_is_asked() {
    use axum::{Json, Router, http::StatusCode, routing::post};
    use serde_json::{Value, json};

    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}/v1/chat/completions", listener.local_addr().unwrap());
    let complete = async |Json(asked): Json<Value>| {
        let question = asked["messages"][1]["content"].as_str().unwrap_or_default().to_owned();
        if question == "fail" {
            return (
                StatusCode::SERVICE_UNAVAILABLE,
                Json(json!({ "error": "loading the model" })),
            );
        }
        let text = format!("{} heard {question}", asked["model"].as_str().unwrap_or_default());
        let choice = json!({ "index": 0, "message": { "role": "assistant", "content": text } });
        (StatusCode::OK, Json(json!({ "choices": [choice] })))
    };
    let app = Router::new().route("/v1/chat/completions", post(complete));
    tokio::spawn(async { axum::serve(listener, app).await.unwrap() });

    let sim = Sim::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let model = agent::model(url, "tiny".to_owned());
    assert_eq!(model("hello".to_owned()).await.unwrap(), "tiny heard hello");
    let error = model("fail".to_owned()).await.unwrap_err().to_string();
    assert!(error.contains("503") && error.contains("loading the model"), "{error}");
    // In a group it answers when it is mentioned.
    let store = format!("sqlite:{}", folder.path().join("agent.db").display());
    let line =
        Client::builder(sim.channel_token().expose()).base_url(sim.api_url()).build().unwrap();
    let outbox = Outbox::open(store).await.unwrap();
    let receiver = Receiver::new(Verifier::new(&sim.channel_secret()));
    let agent = Agent { line: line.clone(), model };
    let (server, work) = agent::serve(agent, &outbox, receiver, Settings::default()).await.unwrap();
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    sim.set_webhook(format!("http://{}/callback", listener.local_addr().unwrap())).unwrap();
    tokio::spawn(work);
    tokio::spawn(async { axum::serve(listener, server).await });
    tokio::spawn(outbox.worker().channel("default", line).run(std::future::pending()));
    let user = sim.add_friend();
    let group = sim.add_group(std::slice::from_ref(&user));
    sim.member_says(&group, &user, "not for the bot");
    let asks = hikyaku_sim::UserMessage::text("@bot are you there?").mentioning_bot();
    sim.member_sends(&group, &user, asks);
    let answers = sim.within(Duration::from_secs(60)).wait_for(1).await.unwrap();
    assert_eq!(answers[0].text(), Some("tiny heard are you there?"));
}
