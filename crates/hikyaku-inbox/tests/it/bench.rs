//! An inbox in a store of its own, and a LINE that posts to it.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{Router as App, body::Body};
use hikyaku_inbox::{EventAct, EventFilter, Inbox, KeptEvent, KeptState, Settings};
use hikyaku_model::ChannelSecret;
use hikyaku_sender::{Datum, Error, Outbox, Transaction, Work};
use hikyaku_webhook::{Receiver, Router, Verifier, sign};
use http::{Request, StatusCode};
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tower_service::Service as _;

use crate::cluster::Cluster;

/// How long anything may take on a busy machine.
pub(crate) const LONGEST: Duration = Duration::from_secs(60);

#[derive(Clone)]
pub(crate) struct Bench {
    pub(crate) outbox: Outbox,
    pub(crate) inbox: Inbox,
    pub(crate) url: String,
    pub(crate) _folder: Option<Arc<TempDir>>,
}

pub(crate) fn secret() -> ChannelSecret {
    ChannelSecret::new("8c570fa6dd201bb328f1c1eac23a96d8").unwrap()
}

/// Quick, so that tests wait little.
pub(crate) fn quick() -> Settings {
    Settings::default()
        .lease(Duration::from_secs(1))
        .backoff(Duration::from_millis(20), Duration::from_millis(50))
        .attempts(3)
}

impl Bench {
    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("bot.db").display());
        Self::open(url, Some(Arc::new(folder))).await
    }

    /// Nothing where there is no PostgreSQL.
    pub(crate) async fn postgres() -> Option<Self> {
        Some(Self::open(Cluster::shared()?.database(), None).await)
    }

    async fn open(url: String, folder: Option<Arc<TempDir>>) -> Self {
        let outbox = Outbox::open(&url).await.unwrap();
        let inbox = Inbox::open(&outbox).await.unwrap().settings(quick());
        Self { outbox, inbox, url, _folder: folder }
    }

    /// A bot that serves this router from the inbox.
    pub(crate) fn serve<S: Clone + Send + Sync + 'static>(&self, router: Router<S>) -> Bot {
        let receiver = Receiver::new(Verifier::new(&secret()));
        let (route, work) = self.inbox.callback(receiver, router);
        Bot { app: App::new().route("/callback", route), work: tokio::spawn(work) }
    }

    /// A bot that keeps what comes and whose work is never done.
    pub(crate) async fn only_keeps(&self, bodies: &[String]) {
        let bot =
            self.serve(Router::new(()).fallback(async |_| std::future::pending::<()>().await));
        for body in bodies {
            assert_eq!(bot.post(body).await, StatusCode::OK);
        }
        bot.work.abort();
        let _ = bot.work.await;
    }

    /// The same for many bodies, posted at once.
    pub(crate) async fn only_keeps_many(&self, bodies: Vec<String>) {
        let bot = Arc::new(
            self.serve(Router::new(()).fallback(async |_| std::future::pending::<()>().await)),
        );
        let mut posts = tokio::task::JoinSet::new();
        for bodies in bodies.chunks(50) {
            for body in bodies {
                let (bot, body) = (bot.clone(), body.clone());
                posts.spawn(async move { assert_eq!(bot.post(&body).await, StatusCode::OK) });
            }
            while let Some(posted) = posts.join_next().await {
                posted.unwrap();
            }
        }
        bot.work.abort();
    }

    pub(crate) async fn events(&self, state: KeptState) -> Vec<KeptEvent> {
        self.inbox.list(EventFilter::default().state(state).limit(1000)).await.unwrap()
    }

    /// Waits until so many events are in a state.
    pub(crate) async fn until(&self, state: KeptState, count: usize) -> Vec<KeptEvent> {
        let began = Instant::now();
        loop {
            let events = self.events(state).await;
            if events.len() == count {
                return events;
            }
            let all = self.inbox.list(EventFilter::default().limit(1000)).await.unwrap();
            assert!(began.elapsed() < LONGEST, "{} of {count} are {state}: {all:#?}", events.len());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Waits until so many events or more are in a state, and no longer than this.
    pub(crate) async fn until_within(&self, state: KeptState, count: usize, longest: Duration) {
        let began = Instant::now();
        let filter = EventFilter::default().state(state);
        while self.inbox.preview(&filter, EventAct::Drop).await.unwrap().events < count as u64 {
            assert!(began.elapsed() < longest, "they are never {state}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The rows that one statement gives.
    pub(crate) async fn sql(&self, sql: &str) -> Vec<Vec<Datum>> {
        self.outbox.transact(Sql(sql.to_owned())).await.unwrap()
    }
}

pub(crate) struct Sql(pub(crate) String);

impl Work for Sql {
    type Out = Vec<Vec<Datum>>;

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<Self::Out, Error> {
        tx.query(&self.0, &[]).await
    }
}

pub(crate) struct Bot {
    pub(crate) app: App,
    pub(crate) work: JoinHandle<()>,
}

impl Bot {
    /// Posts a body as LINE does.
    pub(crate) async fn post(&self, body: &str) -> StatusCode {
        let request = Request::post("/callback")
            .header("x-line-signature", sign(&secret(), body.as_bytes()))
            .body(Body::from(body.to_owned()))
            .unwrap();
        self.app.clone().call(request).await.unwrap().status()
    }

    /// The server stops, and what it has begun ends.
    pub(crate) async fn stop(self) {
        drop(self.app);
        self.work.await.unwrap();
    }
}

/// A webhook with a text of a user.
pub(crate) fn says(user: &str, id: &str, at: i64, text: &str, again: bool) -> String {
    format!(
        r#"{{"destination":"U0","events":[{{"type":"message","mode":"active","timestamp":{at},"source":{{"type":"user","userId":"{user}"}},"webhookEventId":"{id}","deliveryContext":{{"isRedelivery":{again}}},"replyToken":"{id}","message":{{"type":"text","id":"{id}","quoteToken":"q","text":"{text}"}}}}]}}"#
    )
}
