use std::{
    fmt, io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{net::TcpListener, sync::watch, task::JoinSet};

use super::{Running, Sim};
use crate::{
    clock::ClockMode,
    deliver, keep,
    keep::StateFile,
    seed::{InvalidSeed, Seed},
    serve,
    settings::Settings,
    shared::Shared,
    snapshot,
    state::{
        World,
        log::Host,
        webhook::{InvalidWebhookUrl, deliverable},
    },
};

/// Settings of a simulator to be started; made by [`Sim::builder`].
#[derive(Clone, Debug, Default)]
#[must_use = "nothing runs until `start` is awaited"]
pub struct SimBuilder {
    settings: Settings,
    seed: Option<Seed>,
    /// Where the paths of the seed begin.
    folder: PathBuf,
    state: Option<PathBuf>,
}

impl SimBuilder {
    /// The port of the listener that stands for `api.line.me`. 0, the default, lets the system pick one.
    pub fn port(mut self, port: u16) -> Self {
        self.settings.port = port;
        self
    }

    /// The port of the listener that stands for `api-data.line.me`. 0, the default, lets the system pick one.
    pub fn data_port(mut self, port: u16) -> Self {
        self.settings.data_port = port;
        self
    }

    /// Lets the API's listener serve the paths of both hosts, so that a program with one setting for LINE's URL can be
    /// pointed at it. LINE itself answers 404 to a path of the other host, and so does a simulator without this.
    /// [`Self::data_port`] then has no meaning.
    pub fn one_listener(mut self) -> Self {
        self.settings.one_listener = true;
        self
    }

    /// The address to listen on; 127.0.0.1 by default. On any other address, everybody who reaches it controls the
    /// simulator.
    pub fn bind_address(mut self, address: IpAddr) -> Self {
        self.settings.bind_address = address;
        self
    }

    /// Lets the control API be called by this host name, in addition to `localhost` and addresses. Other names are
    /// refused, because a page in a browser could have made them point here.
    pub fn allow_host(mut self, name: impl Into<String>) -> Self {
        self.settings.allowed_hosts.push(name.into());
        self
    }

    /// How many connections each listener serves at once; 4,096 by default. More of them wait.
    pub fn most_connections(mut self, connections: usize) -> Self {
        self.settings.most_connections = connections.max(1);
        self
    }

    /// What the first channel's account is called, in the bot info and on the page; `simulated account 1` without it.
    pub fn account_name(mut self, name: impl Into<String>) -> Self {
        self.settings.account_name = Some(name.into());
        self
    }

    /// The clock at the start; the machine's by default.
    pub fn clock(mut self, mode: ClockMode) -> Self {
        self.settings.clock = mode;
        self
    }

    /// What chance begins with: the same seed brings the same faults and the same narrowcast audiences.
    pub fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = seed;
        self
    }

    /// Begins with what a seed names. Paths of pictures in it begin in this folder. A webhook URL, redelivery and quota
    /// that are set here are the first channel's, too.
    pub fn begin_with(mut self, seed: Seed, folder: impl Into<PathBuf>) -> Self {
        (self.seed, self.folder) = (Some(seed), folder.into());
        self
    }

    /// Keeps the state in a file, and goes on from what is in it; a seed is then for the first start alone. It is written
    /// a second after a change at the latest and by [`Sim::stop`], so a crash loses what happened in the last second.
    /// The file holds the channels' credentials, and is for its owner alone.
    pub fn state_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.state = Some(path.into());
        self
    }

    /// Takes everybody whose id is of LINE's form for a friend, without their being added. For sends to millions
    /// by id; broadcasts and narrowcasts still reach those who were added only.
    pub fn any_user_is_friend(mut self) -> Self {
        self.settings.any_user_is_friend = true;
        self
    }

    /// Whether LINE's rate limits hold; they do by default.
    pub fn rate_limits(mut self, on: bool) -> Self {
        self.settings.rate_limits = on;
        self
    }

    /// How many messages a channel may send in a month. Without it there is no limit.
    pub fn quota(mut self, limit: u64) -> Self {
        self.settings.quota = Some(limit);
        self
    }

    /// How long reply tokens are good; one minute by default, as LINE says.
    pub fn reply_token_life(mut self, life: Duration) -> Self {
        self.settings.reply_token_life = life;
        self
    }

    /// How long a narrowcast picks its recipients, and how long it then sends; one and two seconds by default, as LINE
    /// does not say.
    pub fn narrowcast_phases(mut self, waiting: Duration, sending: Duration) -> Self {
        let narrowcast = &mut self.settings.narrowcast;
        (narrowcast.waiting, narrowcast.sending) = (waiting, sending);
        self
    }

    /// Whether narrowcasts need the numbers of recipients that LINE demands for privacy: 100 friends to filter by
    /// attributes, 50 recipients. They do by default.
    pub fn narrowcast_minimums(mut self, on: bool) -> Self {
        self.settings.narrowcast.minimums = on;
        self
    }

    /// Where the first channel's webhooks go. [`Sim::set_webhook`] sets it later, and for other channels.
    pub fn webhook(mut self, url: impl Into<String>) -> Self {
        self.settings.webhook.url = Some(url.into());
        self
    }

    /// Whether the first channel's webhooks are sent again when they fail. As with LINE, they are not by default.
    pub fn webhook_redelivery(mut self, on: bool) -> Self {
        self.settings.webhook.redelivery = on;
        self
    }

    /// How long to wait, by the simulator's clock, before each further try to deliver a webhook that failed, where
    /// redelivery is on: 1, 5, 15, 30 and 60 minutes by default, as LINE does not say.
    pub fn redelivery_schedule(mut self, waits: impl Into<Vec<Duration>>) -> Self {
        self.settings.webhook.schedule = waits.into();
        self
    }

    /// Lets webhooks go to other machines than this one.
    pub fn allow_remote_webhooks(mut self) -> Self {
        self.settings.webhook.remote_allowed = true;
        self
    }

    /// How many deliveries the outbox keeps whole; 100,000 by default. The count for each person is exact however many
    /// there are.
    pub fn keep_messages(mut self, deliveries: usize) -> Self {
        self.settings.keep_deliveries = deliveries;
        self
    }

    /// How many requests the log keeps; 10,000 by default, and at most 64 MiB.
    pub fn keep_requests(mut self, requests: usize) -> Self {
        self.settings.keep_requests = requests;
        self
    }

    /// Starts the simulator.
    ///
    /// # Errors
    /// A port cannot be listened on, the webhook URL is not one that webhooks can go to, or the seed contradicts itself, or
    /// the state's file cannot be gone on from.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub async fn start(mut self) -> Result<Sim, StartError> {
        if let Some(mut seed) = self.seed {
            seed.read_pictures(&self.folder).map_err(StartError::Seed)?;
            self.settings.seed_file = Some(Arc::new(seed));
        }
        let Settings { bind_address, port, data_port, one_listener, ref webhook, .. } =
            self.settings;
        if let Some(url) = &webhook.url {
            deliverable(url, webhook.remote_allowed).map_err(StartError::Webhook)?;
        }
        let (file, world) = match self.state {
            None => (None, World::new(self.settings).map_err(StartError::Seed)?),
            Some(path) => {
                let refuse = |why: String| StartError::State { path: path.clone(), why };
                let (file, saved) =
                    StateFile::open(path.clone()).map_err(|error| refuse(error.to_string()))?;
                let world = match saved {
                    None => World::new(self.settings).map_err(StartError::Seed)?,
                    Some(json) => {
                        let mut world = snapshot::import(&json, self.settings).map_err(refuse)?;
                        world.set_first_webhook();
                        world
                    }
                };
                (Some(Arc::new(file)), world)
            }
        };
        let listen = async |port| {
            let address = SocketAddr::new(bind_address, port);
            let error = |source| StartError::Listen { address, source };
            let listener = TcpListener::bind(address).await.map_err(error)?;
            let address = listener.local_addr().map_err(error)?;
            Ok::<_, StartError>((listener, address))
        };
        let (api, api_address) = listen(port).await?;
        let data = if one_listener { None } else { Some(listen(data_port).await?) };
        let data_address = data.as_ref().map_or(api_address, |(_, address)| *address);
        let shared = Shared::new(world, url(api_address), url(data_address));
        let shared = Arc::new(shared);
        let (stop, stopping) = watch::channel(false);
        let mut tasks = JoinSet::new();
        tasks.spawn(serve::serve(api, Host::Api, shared.clone(), stopping.clone()));
        if let Some((data, _)) = data {
            tasks.spawn(serve::serve(data, Host::Data, shared.clone(), stopping.clone()));
        }
        let (postman, until) = (shared.clone(), stopping.clone());
        tasks.spawn(async move {
            tokio::select! {
                () = deliver::deliver(postman) => {}
                () = serve::stopped(until) => {}
            }
        });
        let (timekeeper, until) = (shared.clone(), stopping.clone());
        tasks.spawn(async move {
            tokio::select! {
                () = timekeeper.keep_time() => {}
                () = serve::stopped(until) => {}
            }
        });
        if let Some(file) = &file {
            tasks.spawn(keep::keep(file.clone(), shared.clone(), stopping.clone()));
        }
        let tasks = Mutex::new(tasks);
        Ok(Sim::new(Running { shared, stop, tasks, file }))
    }
}

/// The URL of a listener. One on all addresses is reached on the loopback one.
fn url(address: SocketAddr) -> String {
    let ip = match address.ip() {
        ip if !ip.is_unspecified() => ip,
        IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
    };
    format!("http://{}", SocketAddr::new(ip, address.port()))
}

/// Why a simulator could not start.
#[derive(Debug)]
#[non_exhaustive]
pub enum StartError {
    /// A port cannot be listened on.
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// Webhooks cannot go to the URL.
    Webhook(InvalidWebhookUrl),
    /// What it is to begin with contradicts itself, or names a picture that cannot be read.
    Seed(InvalidSeed),
    /// The file of the state cannot be read or gone on from.
    State {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listen { address, .. } => {
                write!(f, "cannot listen on {address}: choose another port, or 0 for a free one")
            }
            Self::Webhook(invalid) => invalid.fmt(f),
            Self::Seed(invalid) => invalid.fmt(f),
            Self::State { path, why } => write!(f, "{}: {why}", path.display()),
        }
    }
}

impl std::error::Error for StartError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Listen { source, .. } => Some(source),
            Self::Webhook(_) | Self::Seed(_) | Self::State { .. } => None,
        }
    }
}
