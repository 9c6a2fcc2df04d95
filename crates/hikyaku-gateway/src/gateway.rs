use std::{collections::BTreeMap, future::Future, net::SocketAddr, sync::Arc, time::Duration};

use hikyaku::{operation::Host, transport::HyperTransport};
use hikyaku_sender::{Outbox, Worker};
use http::HeaderValue;
use tokio::{
    net::TcpListener,
    sync::{Notify, Semaphore, watch},
    task::JoinSet,
};

use crate::{
    Channel, Config, DeclaredKey, Error, PageSettings, PictureSettings, Served, State,
    account::{Account, Accounts},
    adapter::Adapters,
    aftermath::{self, Aftermath},
    alert::Alerts,
    deliver::Courier,
    door::Door,
    hook::{Hook, SignInCommand},
    known_keys::KnownKeys,
    line::{self, LineDoor, Upstream},
    oauth::OAuth,
    patience::Patience,
    picture::Pictures,
    server::{self, Service, UPLOADS},
    site::{self, LineLogin, Site},
    throttle::Throttle,
    token::SecretKind,
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
}

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
        let (mut worker, mut accounts) = (outbox.worker(), BTreeMap::new());
        for (name, channel) in &config.channel {
            let client = channel.client(name)?;
            worker = worker.channel(name, client.clone());
            accounts.insert(name.clone(), Account::new(client, channel.verifier(name)?));
        }
        let accounts = Arc::new(Accounts(accounts));
        let state = State::open(&outbox).await?;
        let is_https = config.is_https();
        let oauth =
            OAuth::new(state.clone(), accounts.clone(), config.oauth.channel.clone(), is_https);
        let oauth = Arc::new(oauth);
        let public_url =
            config.public_url.as_deref().map(|url| url.trim_end_matches('/').to_owned());
        let sign_in = sign_in_command(&config, public_url.as_deref());
        let command = sign_in.as_ref().map(|it| it.text.clone());
        let line_login = config.pages.login()?;
        let line_login =
            line_login.map(|channel| LineLogin { channel, url: config.pages.login_url.clone() });
        let alerts = Alerts(config.alerts.clone());
        let hook = Hook {
            state: state.clone(),
            accounts: accounts.clone(),
            alerts: alerts.clone(),
            sign_in,
            free_replies: config.notify.free_replies,
        };
        let has_webhook = config.serves(Served::Webhook);
        let rehost = config.pictures.rehost;
        let pictures = pictures(&config, &state)?;
        let patience = Arc::new(Patience::default());
        let line = Arc::new(line_door(&config, &outbox, &state, &accounts, &alerts, &patience)?);
        let courier = Courier {
            outbox: outbox.clone(),
            state: state.clone(),
            settings: config.notify,
            accounts: accounts.clone(),
            alerts,
            patience,
            has_webhook,
            waits: Notify::new(),
            carried: Notify::new(),
        };
        let usage = Usage::new(state.clone());
        let door = Arc::new(Door { outbox, state, courier, pictures, rehost, usage });
        let adapters = Arc::new(Adapters { door: door.clone(), templates: config.template });
        let site = Arc::new(Site {
            outbox: door.outbox.clone(),
            state: door.state.clone(),
            door: door.clone(),
            accounts,
            channel: config.oauth.channel,
            public_url,
            line_login,
            command,
            operator: config.operator,
            declared_keys: line.keys.declared(),
            entries: Throttle::new(site::ENTRIES),
        });
        let uploads = Arc::new(Semaphore::new(UPLOADS));
        let (mut listeners, mut addresses) = (Vec::new(), BTreeMap::new());
        for (name, listen) in config.listen {
            let certificate = listen.certificate(&name)?;
            let cannot = |why| Error::because(format!("cannot listen at {}", listen.address), why);
            let listener = TcpListener::bind(listen.address).await.map_err(cannot)?;
            addresses.insert(name, listener.local_addr().map_err(cannot)?);
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
            };
            listeners.push((listener, Arc::new(service)));
        }
        Ok(Self { door, listeners, addresses, worker: SilentWorker(worker) })
    }

    /// Returns the addresses of the listeners, by the names in the configuration.
    pub fn addresses(&self) -> &BTreeMap<String, SocketAddr> {
        &self.addresses
    }

    /// Returns the gateway's tables, with its tokens and keys.
    pub fn state(&self) -> &State {
        &self.door.state
    }

    /// Serves and delivers until `stop`. Then it accepts no more requests, answers pending ones, and waits for LINE's
    /// responses to requests in flight.
    ///
    /// # Errors
    /// The worker failed in a way that waiting does not fix: another process holds the store, or the store is damaged.
    pub async fn run(self, stop: impl Future<Output = ()>) -> Result<(), Error> {
        let (stopping, stopped) = watch::channel(());
        let mut servers = JoinSet::new();
        for (listener, service) in self.listeners {
            let mut stopped = stopped.clone();
            servers.spawn(async move {
                // An error: the gateway stops.
                server::serve(listener, service, async { drop(stopped.changed().await) }).await;
            });
        }
        // The worker goes on while the last requests wait for it.
        let (served, all_served) = watch::channel(());
        let mut worker = Box::pin(self.worker.0.run(async {
            let mut all_served = all_served;
            drop(all_served.changed().await);
        }));
        let outbox = &self.door.outbox;
        let cursor = outbox.outcome_cursor(aftermath::CURSOR)?;
        let Door { state, courier, .. } = &*self.door;
        let aftermath = Aftermath { outbox, state, alerts: &courier.alerts };
        let aftermath = &aftermath;
        let mut told = stopped;
        let until = async {
            // An error: the gateway stops.
            drop(told.changed().await);
        };
        let mut outcomes =
            Box::pin(cursor.run(until, |outcome| async move { aftermath.deal(&outcome).await }));
        let mut windows = Box::pin(courier.close_windows());
        let usage = &self.door.usage;
        tokio::select! {
            () = write_usage(usage) => {}
            () = &mut windows => {}
            end = &mut outcomes => {
                end?;
                return Err(Error::new("the reader of outcomes ended by itself"));
            }
            report = &mut worker => {
                report?;
                return Err(Error::new("the worker ended by itself"));
            }
            () = stop => {}
        }
        drop(stopping);
        let drain = async {
            // Those who wait for others are told before.
            tokio::select! {
                () = windows => {}
                () = async { while servers.join_next().await.is_some() {} } => {}
            }
            drop(served);
        };
        let (report, (), end) = tokio::join!(worker, drain, outcomes);
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

/// The pictures that are hosted, where they are served under a public URL.
fn pictures(config: &Config, state: &State) -> Result<Option<Arc<Pictures>>, Error> {
    let Some(url) = config.public_url.as_ref().filter(|_| config.serves(Served::Pictures)) else {
        return Ok(None);
    };
    let PictureSettings { folder, disk_mb, rehost_from, .. } = config.pictures.clone();
    let budget = disk_mb.saturating_mul(1_000_000);
    Pictures::open(state.clone(), folder, url, budget, rehost_from).map(|it| Some(Arc::new(it)))
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

/// The door for LINE's own API, to all channels.
fn line_door(
    config: &Config,
    outbox: &Outbox,
    state: &State,
    accounts: &Arc<Accounts>,
    alerts: &Alerts,
    patience: &Arc<Patience>,
) -> Result<LineDoor, Error> {
    let (mut channels, mut drop_in) = (BTreeMap::new(), Vec::new());
    for (name, channel) in &config.channel {
        let token = channel.token(name)?;
        if let Some(key) = &channel.drop_in {
            drop_in.push((state.hash(SecretKind::ApiKey, &token), key.clone()));
        }
        channels.insert(name.clone(), upstream(name, channel, &token)?);
    }
    let declared = config.key.iter().map(DeclaredKey::read).collect::<Result<_, _>>()?;
    Ok(LineDoor {
        outbox: outbox.clone(),
        state: state.clone(),
        accounts: accounts.clone(),
        alerts: alerts.clone(),
        patience: patience.clone(),
        keys: KnownKeys::new(state.clone(), drop_in, declared),
        mistakes: Throttle::new(line::MISTAKES),
        settings: config.line.clone(),
        transport: HyperTransport::new(CONNECT_TIME),
        channels,
    })
}

/// Where a channel's requests are passed on to. A channel that is pointed at a simulator never reaches LINE by a host that was
/// forgotten.
fn upstream(name: &str, channel: &Channel, token: &str) -> Result<Upstream, Error> {
    let set = |url: &str| url.trim_end_matches('/').to_owned();
    let or_lines = |url: &Option<String>, host: Host| match url {
        Some(url) => Some(set(url)),
        None => channel.api_url.is_none().then(|| host.default_url().to_owned()),
    };
    let mut token = HeaderValue::try_from(format!("Bearer {token}"))
        .map_err(|why| Error::because(format!("channel.{name}: the token"), why))?;
    token.set_sensitive(true);
    Ok(Upstream {
        token,
        api: channel.api_url.as_deref().map_or(Host::Api.default_url().to_owned(), set),
        data: or_lines(&channel.data_url, Host::Data),
        manager: or_lines(&channel.manager_url, Host::Manager),
    })
}
