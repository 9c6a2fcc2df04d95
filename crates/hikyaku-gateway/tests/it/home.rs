//! A gateway at work, and bytes to and from it.

use std::{net::SocketAddr, path::PathBuf};

use hikyaku_gateway::{AccessToken, ApiKey, Config, Gateway, NewApiKey, NewToken, Served, State};
use hikyaku_model::UserId;
use hikyaku_sender::{Clock, Outbox};
use hikyaku_sim::{Person, Sim};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::oneshot,
    task::JoinHandle,
};

use crate::cluster::Cluster;

pub(crate) const OK: &str = r#"{"status":200,"message":"ok"}"#;

/// A gateway that runs, and Alice, who has token `t1`; `srv` is the name of `t2`, of a group of three.
pub(crate) struct Home {
    pub(crate) sim: Sim,
    pub(crate) alice: UserId,
    pub(crate) group: String,
    pub(crate) t1: AccessToken,
    pub(crate) t2: AccessToken,
    pub(crate) outbox: Outbox,
    pub(crate) state: State,
    pub(crate) address: SocketAddr,
    stop: oneshot::Sender<()>,
    running: JoinHandle<Result<(), hikyaku_gateway::Error>>,
    /// Where uploaded pictures are, if they are taken.
    pub(crate) pictures: Option<PathBuf>,
    _folder: Option<tempfile::TempDir>,
}

/// What is not as usual.
#[derive(Default)]
pub(crate) struct Settings<'a> {
    /// Lines in `[notify]`.
    pub(crate) notify: &'a str,
    /// The token for LINE.
    pub(crate) token: Option<&'a str>,
    /// Megabytes for pictures, where uploads are taken.
    pub(crate) disk_mb: Option<u64>,
    /// The URL of a store that outlives it.
    pub(crate) store: Option<String>,
    /// Changes the configuration.
    pub(crate) adapt: Option<Adapt<'a>>,
}

/// Changes a configuration, beside the simulator that it is for.
pub(crate) type Adapt<'a> = Box<dyn FnOnce(&mut Config, &Sim) + 'a>;

pub(crate) fn config(store: &str, sim: &Sim, token: &str, notify: &str) -> Config {
    Config::parse(&config_file(store, sim, token, notify)).unwrap()
}

/// What is in the file of a configuration.
pub(crate) fn config_file(store: &str, sim: &Sim, token: &str, notify: &str) -> String {
    let (api_url, data_url, secret) = (sim.api_url(), sim.data_url(), sim.channel_secret());
    let secret = secret.expose();
    format!(
        "store = \"{store}\"\n[listen.all]\naddress = \"127.0.0.1:0\"\n\
         serve = [\"notify\", \"line\", \"metrics\", \"oauth\", \"webhook\", \"pages\", \"operator\"]\n\
         [channel.default]\ntoken = \"{token}\"\nsecret = \"{secret}\"\napi_url = \"{api_url}\"\ndata_url = \"{data_url}\"\n\
         drop_in = \"dropped in\"\n[notify]\n{notify}"
    )
}

impl Home {
    pub(crate) async fn new() -> Self {
        Self::with("", None).await
    }

    /// With these lines in `[notify]`, and this token for LINE.
    pub(crate) async fn with(notify: &str, token: Option<&str>) -> Self {
        Self::start(Settings { notify, token, ..Settings::default() }).await
    }

    /// With a configuration that this has changed.
    pub(crate) async fn configured(change: impl FnOnce(&mut Config)) -> Self {
        let adapt: Adapt<'_> = Box::new(|config, _| change(config));
        Self::start(Settings { adapt: Some(adapt), ..Settings::default() }).await
    }

    /// With a configuration that is changed so, for this simulator.
    pub(crate) async fn changed(change: impl FnOnce(&mut Config, &Sim)) -> Self {
        let adapt: Adapt<'_> = Box::new(change);
        Self::start(Settings { adapt: Some(adapt), ..Settings::default() }).await
    }

    /// One that takes uploads of pictures, with so many megabytes for them.
    pub(crate) async fn with_pictures(disk_mb: u64) -> Self {
        Self::start(Settings { disk_mb: Some(disk_mb), ..Settings::default() }).await
    }

    /// One that takes pictures, with a configuration that this has changed.
    pub(crate) async fn configured_with_pictures(change: impl FnOnce(&mut Config)) -> Self {
        let adapt: Adapt<'_> = Box::new(|config, _| change(config));
        let disk_mb = Some(1000);
        Self::start(Settings { disk_mb, adapt: Some(adapt), ..Settings::default() }).await
    }

    /// On a PostgreSQL; nothing where there is none.
    pub(crate) async fn on_postgres() -> Option<Self> {
        let store = Some(Cluster::shared()?.database());
        Some(Self::start(Settings { store, ..Settings::default() }).await)
    }

    pub(crate) async fn start(settings: Settings<'_>) -> Self {
        let Settings { notify, token, disk_mb, store, adapt } = settings;
        let folder = store.is_none().then(|| tempfile::tempdir().unwrap());
        let store = store.unwrap_or_else(|| {
            format!("sqlite:{}", folder.as_ref().unwrap().path().join("hikyaku.db").display())
        });
        let store = store.as_str();
        let sim = Sim::start().await.unwrap();
        let alice = sim
            .add_friend_as(Person { display_name: Some("Alice".to_owned()), ..Person::default() });
        let group = sim.add_group(&[alice.clone(), sim.add_friend(), sim.add_friend()]);
        let group = group.as_str().to_owned();
        let clock = Clock::from_fn(sim.clock());
        let outbox = Outbox::builder(store).clock(clock).open().await.unwrap();
        let real = sim.channel_token();
        let mut config = config(store, &sim, token.unwrap_or(real.expose()), notify);
        let pictures = folder.as_ref().filter(|_| disk_mb.is_some());
        let pictures = pictures.map(|folder| folder.path().join("pictures"));
        if let (Some(disk_mb), Some(folder)) = (disk_mb, &pictures) {
            config.public_url = Some("https://notify.example/".to_owned());
            config.listen.get_mut("all").unwrap().serve.push(Served::Pictures);
            config.pictures.folder.clone_from(folder);
            config.pictures.disk_mb = disk_mb;
        }
        if let Some(adapt) = adapt {
            adapt(&mut config, &sim);
        }
        let gateway = Gateway::over(outbox.clone(), config).await.unwrap();
        let state = gateway.state().clone();
        let address = gateway.addresses()["all"];
        sim.set_webhook(format!("http://{address}/webhook")).unwrap();
        let new = |name: &str, target: &str, called: &str| NewToken {
            name: name.to_owned(),
            target: target.to_owned(),
            target_name: Some(called.to_owned()),
            channel: "default".to_owned(),
        };
        let t1 = state.issue(new("cron", alice.as_str(), "Alice"), None).await.unwrap().token;
        let t2 = state.issue(new("srv", &group, "Ops"), None).await.unwrap().token;
        let (stop, stopped) = oneshot::channel();
        let running = tokio::spawn(gateway.run(async { drop(stopped.await) }));
        Self {
            sim,
            alice,
            group,
            t1,
            t2,
            outbox,
            address,
            stop,
            running,
            state,
            pictures,
            _folder: folder,
        }
    }

    /// Sends these bytes, and reads until the gateway closes the connection.
    pub(crate) async fn raw(&self, request: impl AsRef<[u8]>) -> String {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request.as_ref()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    /// As [`raw`](Self::raw), for an answer that is no text.
    pub(crate) async fn bytes(&self, request: impl AsRef<[u8]>) -> Bytes {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request.as_ref()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        let end = answer.windows(4).position(|it| it == b"\r\n\r\n").unwrap();
        let body = answer.split_off(end + 4);
        let Answer { status, head, .. } = Answer::read(String::from_utf8(answer).unwrap());
        Bytes { status, head, body }
    }

    /// A call with a token and these further headers.
    pub(crate) async fn call(
        &self,
        line: &str,
        token: &AccessToken,
        headers: &str,
        body: &str,
    ) -> Answer {
        let token = token.expose();
        let length = body.len();
        let request = format!(
            "{line} HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\
             {headers}Content-Length: {length}\r\n\r\n{body}"
        );
        Answer::read(self.raw(request).await)
    }

    pub(crate) async fn notify(&self, token: &AccessToken, form: &str) -> Answer {
        let headers = "Content-Type: application/x-www-form-urlencoded\r\n";
        self.call("POST /api/notify", token, headers, form).await
    }

    /// A request of a browser or a service, without a token.
    pub(crate) async fn request(&self, line: &str, headers: &str, body: &str) -> Answer {
        let length = body.len();
        let request = format!(
            "{line} HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
        );
        Answer::read(self.raw(request).await)
    }

    /// A key of the LINE door.
    pub(crate) async fn key(&self, new: NewApiKey) -> ApiKey {
        self.state.issue_key(new).await.unwrap().key
    }

    /// The messages of the newest push, as LINE got them.
    pub(crate) fn pushed(&self) -> serde_json::Value {
        let pushes = self.sim.requests();
        let push = pushes.iter().rfind(|it| it.path == "/v2/bot/message/push").expect("a push");
        serde_json::from_slice(&push.body).unwrap()
    }

    pub(crate) fn pushes(&self) -> usize {
        self.sim.requests().iter().filter(|it| it.path == "/v2/bot/message/push").count()
    }

    /// Ends it wherever it stands, and gives the simulator.
    pub(crate) async fn kill(self) -> Sim {
        self.running.abort();
        // Cancelled, that is.
        let _ = self.running.await;
        self.sim
    }

    pub(crate) async fn stop(self) {
        drop(self.stop);
        self.running.await.unwrap().unwrap();
    }
}

/// An answer, taken apart.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// As it came.
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn read(bytes: impl AsRef<str>) -> Self {
        let (head, body) = bytes.as_ref().split_once("\r\n\r\n").expect("a head");
        let status = head.split(' ').nth(1).and_then(|it| it.parse().ok()).expect(head);
        Self { status, head: format!("{head}\r\n"), body: body.to_owned() }
    }

    /// A header by its very letters.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        header(&self.head, name)
    }
}

/// An answer whose body is no text.
pub(crate) struct Bytes {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: Vec<u8>,
}

impl Bytes {
    /// A header by its very letters.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        header(&self.head, name)
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

/// Posts a form somewhere else than to the gateway's usual listener.
pub(crate) async fn post(address: &str, path: &str, headers: &str, form: &str) -> Answer {
    let length = form.len();
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{headers}\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{form}"
    );
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    Answer::read(answer)
}
