use std::{collections::BTreeMap, future::Future, net::SocketAddr, sync::Arc, time::Duration};

use hikyaku::transport::HyperTransport;
use hikyaku_sender::{Limits, Outbox, Worker};
use tokio::{
    net::TcpListener,
    sync::{Mutex, Notify, Semaphore, mpsc, watch},
    task::JoinSet,
};

use crate::{
    Config, Error, Listener, PageSettings, PictureSettings, Served, State,
    account::{Account, Accounts},
    adapter::Adapters,
    aftermath::{self, Aftermath},
    alert::Alerts,
    declared_keys::DeclaredKeys,
    deliver::Courier,
    door::{self, Door},
    drain::Drain,
    forward::Bot,
    hook::{Hook, SignInCommand},
    line::{LineDoor, Means},
    oauth::OAuth,
    outcome_post::Receiver,
    patience::Patience,
    picture::Pictures,
    server::{self, CONNECTIONS, Service, UPLOADS},
    site::{self, LineLogin, Site},
    throttle::Throttle,
    usage::Usage,
};

/// A gateway that listens but is not running yet.
#[must_use = "a gateway does nothing until it runs"]
#[derive(Debug)]
pub struct Gateway {
    door: Arc<Door>,
    listeners: Vec<(TcpListener, Arc<Service>)>,
    addresses: BTreeMap<String, SocketAddr>,
    worker: SilentWorker,
    receivers: Vec<Receiver>,
    drain: Drain,
}

/// How long the worker waits for LINE's answers once nobody waits for it any more: a supervisor kills what has not ended ten
/// seconds after it was told to, and callers have had three of them.
const WORKER_TIME: Duration = Duration::from_secs(6);

/// The timeout for connecting to LINE.
const CONNECT_TIME: Duration = Duration::from_secs(5);

/// How often it is written down how much tokens are used.
const USAGE_TIME: Duration = Duration::from_secs(5);

/// A worker has clients, and they have tokens.
struct SilentWorker(Worker);

impl std::fmt::Debug for SilentWorker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Worker")
    }
}

impl Gateway {
    /// Opens the store and binds the listeners.
    ///
    /// # Errors
    /// The configuration is invalid, the store cannot be used, or an address is in use.
    pub async fn open(config: Config) -> Result<Self, Error> {
        let outbox = Outbox::open(&config.store).await?;
        Self::over(outbox, config).await
    }

    /// Opens a gateway like [`open`](Self::open), over the caller's outbox: a test's, with its clock.
    ///
    /// # Errors
    /// Those of [`open`](Self::open).
    pub async fn over(outbox: Outbox, config: Config) -> Result<Self, Error> {
        config.check()?;
        let drain = Drain::default();
        let (worker, accounts) = channels(&config, outbox.worker().drain(WORKER_TIME))?;
        let state = State::open(&outbox).await?;
        let (speaks, is_https) = (config.oauth.channel.clone(), config.is_https());
        let oauth = Arc::new(OAuth::new(state.clone(), accounts.clone(), speaks, is_https));
        let public_url =
            config.public_url.as_deref().map(|url| url.trim_end_matches('/').to_owned());
        let sign_in = sign_in_command(&config, public_url.as_deref());
        let command = sign_in.as_ref().map(|it| it.text.clone());
        let login_url = config.pages.login_url.clone();
        let line_login = config.pages.login()?.map(|channel| LineLogin { channel, url: login_url });
        let alerts = Alerts(config.alerts.clone());
        let transport = HyperTransport::new(CONNECT_TIME);
        let hook = Hook {
            bots: Arc::new(bots(&config, &transport)?),
            state: state.clone(),
            accounts: accounts.clone(),
            alerts: alerts.clone(),
            sign_in,
            free_replies: config.notify.free_replies,
        };
        let (pictures, receivers) = (pictures(&config, &state)?, Receiver::all(&config)?);
        let patience = Arc::new(Patience::default());
        let uploads = Arc::new(Semaphore::new(UPLOADS));
        let declared_keys = Arc::new(DeclaredKeys::read(&config)?);
        let means = Means {
            outbox: outbox.clone(),
            state: state.clone(),
            accounts: accounts.clone(),
            alerts: alerts.clone(),
            patience: patience.clone(),
            declared_keys: declared_keys.clone(),
            transport,
            drain: drain.clone(),
            pictures: pictures.clone(),
            uploads: uploads.clone(),
        };
        let line = Arc::new(LineDoor::open(&config, means)?);
        let courier = Courier {
            has_webhook: config.serves(Served::Webhook),
            outbox: outbox.clone(),
            state: state.clone(),
            settings: config.notify,
            accounts: accounts.clone(),
            alerts,
            patience,
            waits: Notify::new(),
            carried: Notify::new(),
            drain: drain.clone(),
        };
        let door = Arc::new(Door {
            usage: Usage::new(state.clone()),
            rehost: config.pictures.rehost,
            mistakes: Throttle::new(door::MISTAKES),
            proven: Mutex::default(),
            outbox,
            state,
            courier,
            pictures,
        });
        let adapters = Arc::new(Adapters { door: door.clone(), templates: config.template });
        let bound = bind(config.listen).await?;
        let site = Arc::new(Site {
            outbox: door.outbox.clone(),
            state: door.state.clone(),
            door: door.clone(),
            accounts,
            channel: config.oauth.channel,
            public_url,
            notify_url: notify_url(&bound),
            line_login,
            command,
            operator: config.operator,
            declared_keys,
            entries: Throttle::new(site::ENTRIES),
        });
        let (mut listeners, mut addresses) = (Vec::new(), BTreeMap::new());
        for (name, listen, listener) in bound {
            let certificate = listen.certificate(&name)?;
            addresses.insert(name, listen.address);
            let service = Service {
                door: door.clone(),
                adapters: adapters.clone(),
                line: line.clone(),
                oauth: oauth.clone(),
                hook: hook.clone(),
                site: site.clone(),
                uploads: uploads.clone(),
                serve: listen.serve,
                certificate,
                behind_proxy: listen.behind_proxy,
                drain: drain.clone(),
                requests: Arc::new(Semaphore::new(CONNECTIONS)),
            };
            listeners.push((listener, Arc::new(service)));
        }
        Ok(Self { door, listeners, addresses, worker: SilentWorker(worker), receivers, drain })
    }

    /// Returns the addresses of the listeners, by the names in the configuration.
    pub fn addresses(&self) -> &BTreeMap<String, SocketAddr> {
        &self.addresses
    }

    /// Returns the gateway's tables, with its tokens and keys.
    pub fn state(&self) -> &State {
        &self.door.state
    }

    /// Serves and delivers until `stop`. Then it accepts no more requests, answers pending ones within three seconds, and waits
    /// for LINE's responses to requests in flight. `/readyz` is 503 meanwhile, and `/healthz` 200.
    ///
    /// # Errors
    /// The worker failed in a way that waiting does not fix: another process holds the store, or the store is damaged.
    pub async fn run(self, stop: impl Future<Output = ()>) -> Result<(), Error> {
        let Self { door, listeners, worker, receivers, drain, .. } = self;
        let (busy, mut idle) = mpsc::channel(1);
        let mut servers = JoinSet::new();
        for (listener, service) in listeners {
            servers.spawn(server::serve(listener, service, busy.clone()));
        }
        drop(busy);
        // What is being posted when everything else has ended is posted again later.
        let mut posts = JoinSet::new();
        for receiver in receivers {
            posts.spawn(receiver.run(door.outbox.clone(), door.state.clone(), drain.clone()));
        }
        // The worker goes on while the last requests wait for it.
        let (served, all_served) = watch::channel(());
        let mut worker = Box::pin(worker.0.run(async {
            let mut all_served = all_served;
            drop(all_served.changed().await);
        }));
        let outbox = &door.outbox;
        let cursor = outbox.outcome_cursor(aftermath::CURSOR)?;
        let Door { state, courier, .. } = &*door;
        let aftermath = Aftermath { outbox, state, alerts: &courier.alerts };
        let aftermath = &aftermath;
        let mut outcomes = Box::pin(
            cursor.run(drain.begun(), |outcome| async move { aftermath.deal(&outcome).await }),
        );
        let mut windows = Box::pin(courier.close_windows());
        let usage = &door.usage;
        tokio::select! {
            () = write_usage(usage) => {}
            () = &mut windows => {}
            end = &mut outcomes => {
                end?;
                return Err(Error::fault("the reader of outcomes ended by itself"));
            }
            report = &mut worker => {
                report?;
                return Err(Error::fault("the worker ended by itself"));
            }
            () = stop => {}
        }
        drain.begin();
        let drained = async {
            // Those who wait for others are told before. Nobody sends: it ends when all connections have.
            tokio::select! {
                () = windows => {}
                _ = idle.recv() => {}
                () = drain.over() => {}
            }
            drop(served);
            // Streams have longer.
            let _ = idle.recv().await;
        };
        let (report, (), end) = tokio::join!(worker, drained, outcomes);
        report?;
        end?;
        usage.write().await
    }
}

/// The command of a chat that is answered with a link to sign in, where both are served.
fn sign_in_command(config: &Config, public_url: Option<&str>) -> Option<SignInCommand> {
    let PageSettings { command, language, .. } = &config.pages;
    let answers = config.serves(Served::Pages) && config.serves(Served::Webhook);
    let url = public_url.filter(|_| answers && !command.is_empty())?;
    let url = format!("{url}/my/enter?link=");
    Some(SignInCommand { text: command.clone(), url, lang: *language })
}

/// The worker of all channels, and the channels.
fn channels(config: &Config, mut worker: Worker) -> Result<(Worker, Arc<Accounts>), Error> {
    let (mut accounts, mut limits) = (BTreeMap::new(), Limits::default());
    for (name, channel) in &config.channel {
        let client = channel.client(name)?;
        for (lane, rate) in channel.limits(name)? {
            limits.set_for(name, lane, rate);
        }
        worker = worker.channel(name, client.clone());
        accounts.insert(name.clone(), Account::new(client, channel.verifier(name)?));
    }
    Ok((worker.limits(limits), Arc::new(Accounts(accounts))))
}

/// Listeners, with the addresses that they have got.
type Bound = Vec<(String, Listener, TcpListener)>;

async fn bind(listeners: BTreeMap<String, Listener>) -> Result<Bound, Error> {
    let mut bound = Vec::with_capacity(listeners.len());
    for (name, mut listen) in listeners {
        let address = listen.address;
        let cannot = |why| Error::because(format!("cannot listen at {address}"), why);
        let listener = TcpListener::bind(address).await.map_err(cannot)?;
        listen.address = listener.local_addr().map_err(cannot)?;
        bound.push((name, listen, listener));
    }
    Ok(bound)
}

/// The address of a listener that serves LINE Notify's API, for scripts on its network.
fn notify_url(bound: &[(String, Listener, TcpListener)]) -> Option<String> {
    let (_, listener, _) = bound.iter().find(|(_, it, _)| it.serve.contains(&Served::Notify))?;
    let scheme = if listener.certificate_file.is_some() { "https" } else { "http" };
    let Listener { address, .. } = listener;
    Some(if address.ip().is_unspecified() {
        // It has no name that scripts could use.
        format!("{scheme}://GATEWAY:{}", address.port())
    } else {
        format!("{scheme}://{address}")
    })
}

/// The pictures that are hosted, where they are served under a public URL.
fn pictures(config: &Config, state: &State) -> Result<Option<Arc<Pictures>>, Error> {
    let Some(url) = config.public_url.as_ref().filter(|_| config.serves(Served::Pictures)) else {
        return Ok(None);
    };
    let PictureSettings { folder, disk_mb, keep_days, rehost_from, .. } = config.pictures.clone();
    let keep = Duration::from_secs(u64::from(keep_days) * 24 * 60 * 60);
    let budget = disk_mb.saturating_mul(1_000_000);
    Pictures::open(state.clone(), folder, url, budget, keep, rehost_from)
        .map(|it| Some(Arc::new(it)))
}

/// Writes down how much tokens are used, every few seconds, and never ends.
async fn write_usage(usage: &Usage) {
    let mut often = tokio::time::interval(USAGE_TIME);
    loop {
        often.tick().await;
        if let Err(error) = usage.write().await {
            tracing::warn!(%error, "how much tokens are used could not be written down");
        }
    }
}

/// The bots that have the webhooks of their channels, too.
fn bots(config: &Config, transport: &HyperTransport) -> Result<BTreeMap<String, Bot>, Error> {
    let mut bots = BTreeMap::new();
    for (name, channel) in &config.channel {
        let Some(url) = &channel.forward_webhook else { continue };
        let bot = Bot::new(url, transport.clone());
        let wrong = |why| Error::invalid_because(format!("channel.{name}.forward_webhook"), why);
        bots.insert(name.clone(), bot.map_err(wrong)?);
    }
    Ok(bots)
}
