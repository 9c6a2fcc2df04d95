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
    poster::Poster,
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
    tls::{self, Tls},
};

/// The settings of a simulator; made by [`Sim::builder`].
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
    /// Sets the port of the listener for `api.line.me`. 0, the default, lets the system pick one.
    pub fn port(mut self, port: u16) -> Self {
        self.settings.port = port;
        self
    }

    /// Sets the port of the listener for `api-data.line.me`. 0, the default, lets the system pick one.
    pub fn data_port(mut self, port: u16) -> Self {
        self.settings.data_port = port;
        self
    }

    /// Serves the paths of both hosts on the API's listener, for programs with a single setting for LINE's URL. By
    /// default, a path of the other host is answered with 404, as by LINE. [`Self::data_port`] then has no effect.
    pub fn one_listener(mut self) -> Self {
        self.settings.one_listener = true;
        self
    }

    /// Sets the address to listen on; the default is 127.0.0.1. On any other address, anyone who can reach it controls
    /// the simulator.
    pub fn bind_address(mut self, address: IpAddr) -> Self {
        self.settings.bind_address = address;
        self
    }

    /// Speaks HTTPS on both listeners, with a certificate for this machine that is made at each start. Clients are to trust
    /// [`Sim::ca_certificate`].
    pub fn tls(mut self) -> Self {
        self.settings.tls = Some(tls::Source::Memory);
        self
    }

    /// Like [`Self::tls`], with a certificate that is kept in this folder, so that it is the same at the next start:
    /// `ca.pem` is what clients are to trust, and `server.pem` the certificate with its key, which only its owner can read.
    /// A new one is made after two years, and when it is to be good for further hosts.
    pub fn tls_in(mut self, folder: impl Into<PathBuf>) -> Self {
        self.settings.tls = Some(tls::Source::Folder(folder.into()));
        self
    }

    /// Allows calls to the control API by this host name, in addition to `localhost` and IP addresses. Other names are
    /// refused, because a web page in a browser could have made them point here. A certificate of [`Self::tls`] is good for
    /// it, too.
    pub fn allow_host(mut self, name: impl Into<String>) -> Self {
        self.settings.allowed_hosts.push(name.into());
        self
    }

    /// Sets how many connections each listener serves at once; the default is 4,096. Further ones wait.
    pub fn most_connections(mut self, connections: usize) -> Self {
        self.settings.most_connections = connections.max(1);
        self
    }

    /// Sets the name of the first channel's account, in the bot info and on the page; the default is `simulated account
    /// 1`.
    pub fn account_name(mut self, name: impl Into<String>) -> Self {
        self.settings.account_name = Some(name.into());
        self
    }

    /// Sets the number of friends that the first channel's account has at the start, and after each reset; the default is
    /// none.
    pub fn friends(mut self, count: usize) -> Self {
        self.settings.friends = count;
        self
    }

    /// Sets the clock at the start; the default is the machine's.
    pub fn clock(mut self, mode: ClockMode) -> Self {
        self.settings.clock = mode;
        self
    }

    /// Sets the seed of random numbers: the same seed gives the same faults and the same narrowcast audiences.
    pub fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = seed;
        self
    }

    /// Starts with the contents of a seed. Relative paths of images in it start at `folder`. A webhook URL, redelivery
    /// and quota that are set on this builder apply to the first channel as well.
    pub fn begin_with(mut self, seed: Seed, folder: impl Into<PathBuf>) -> Self {
        (self.seed, self.folder) = (Some(seed), folder.into());
        self
    }

    /// Keeps the state in a file, and continues from it at the next start; a seed then applies only to the first start.
    /// The file is written at the latest a second after a change, and by [`Sim::stop`], so a crash loses the changes of
    /// the last second. It contains the channels' credentials, and only its owner can read it.
    pub fn state_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.state = Some(path.into());
        self
    }

    /// Treats every id in LINE's form as a friend, without adding it. This is for sends to millions by id; broadcasts
    /// and narrowcasts still reach only the friends who were added.
    pub fn any_user_is_friend(mut self) -> Self {
        self.settings.any_user_is_friend = true;
        self
    }

    /// Sets whether LINE's rate limits are enforced; they are by default.
    pub fn rate_limits(mut self, on: bool) -> Self {
        self.settings.rate_limits = on;
        self
    }

    /// Sets the monthly quota of messages. There is none by default.
    pub fn quota(mut self, limit: u64) -> Self {
        self.settings.quota = Some(limit);
        self
    }

    /// Sets how long reply tokens are valid; the default is one minute, as LINE documents.
    pub fn reply_token_life(mut self, life: Duration) -> Self {
        self.settings.reply_token_life = life;
        self
    }

    /// Sets how long a narrowcast looks for its recipients, and how long it then sends; the defaults are one and two
    /// seconds, since LINE does not document them.
    pub fn narrowcast_phases(mut self, waiting: Duration, sending: Duration) -> Self {
        let narrowcast = &mut self.settings.narrowcast;
        (narrowcast.waiting, narrowcast.sending) = (waiting, sending);
        self
    }

    /// Sets how long an upload of ids to an audience is under way, by the simulator's clock; the default is no time. An
    /// audience takes ten uploads at a time and is `IN_PROGRESS` until its first one is done.
    pub fn audience_job_time(mut self, time: Duration) -> Self {
        self.settings.audience_job = time;
        self
    }

    /// Sets whether narrowcasts need the minimum numbers that LINE demands for privacy: 100 friends for a filter by
    /// attributes, 50 recipients. They do by default.
    pub fn narrowcast_minimums(mut self, on: bool) -> Self {
        self.settings.narrowcast.minimums = on;
        self
    }

    /// Sets the URL of the first channel's webhooks. [`Sim::set_webhook`] sets it later, and for other channels.
    pub fn webhook(mut self, url: impl Into<String>) -> Self {
        self.settings.webhook.url = Some(url.into());
        self
    }

    /// Sets whether failed webhooks of the first channel are redelivered. As with LINE, they are not by default.
    pub fn webhook_redelivery(mut self, on: bool) -> Self {
        self.settings.webhook.redelivery = on;
        self
    }

    /// Sets the delays, by the simulator's clock, before each redelivery of a failed webhook; the default is 1, 5, 15,
    /// 30 and 60 minutes, since LINE does not document them.
    pub fn redelivery_schedule(mut self, waits: impl Into<Vec<Duration>>) -> Self {
        self.settings.webhook.schedule = waits.into();
        self
    }

    /// Sends webhooks to `https` URLs of this machine whatever certificate the bot shows. By default, it must be one that
    /// Mozilla's authorities or the simulator's own ([`Self::tls`]) have signed.
    pub fn insecure_webhooks(mut self) -> Self {
        self.settings.webhook.insecure = true;
        self
    }

    /// Allows webhooks to other machines.
    pub fn allow_remote_webhooks(mut self) -> Self {
        self.settings.webhook.remote_allowed = true;
        self
    }

    /// Sets how many deliveries the outbox keeps completely; the default is 100,000. The count for each user is exact
    /// however many there are.
    pub fn keep_messages(mut self, deliveries: usize) -> Self {
        self.settings.keep_deliveries = deliveries;
        self
    }

    /// Sets how many requests the log keeps; the default is 10,000, and at most 64 MiB.
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
        let tls = self.settings.tls.as_ref().map(|source| {
            Tls::new(source, bind_address, &self.settings.allowed_hosts).map_err(|cause| {
                let folder = match source {
                    tls::Source::Memory => PathBuf::new(),
                    tls::Source::Folder(folder) => folder.clone(),
                };
                StartError::Certificate { folder, source: cause }
            })
        });
        let tls = tls.transpose()?;
        let authority = tls.as_ref().map(|tls| tls.certificate.authority.as_str());
        let poster = Poster::new(
            webhook.remote_allowed,
            tls::client(authority, webhook.insecure)
                .map_err(|source| StartError::Certificate { folder: PathBuf::new(), source })?,
        );
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
        let scheme = if tls.is_some() { "https" } else { "http" };
        let urls = (url(scheme, api_address), url(scheme, data_address));
        let shared = Arc::new(Shared::new(world, urls, (tls, poster)));
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
fn url(scheme: &str, address: SocketAddr) -> String {
    let ip = match address.ip() {
        ip if !ip.is_unspecified() => ip,
        IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
    };
    format!("{scheme}://{}", SocketAddr::new(ip, address.port()))
}

/// The reason why a simulator could not start.
#[derive(Debug)]
#[non_exhaustive]
pub enum StartError {
    /// A port cannot be bound.
    Listen {
        /// The address.
        address: SocketAddr,
        /// The cause.
        source: io::Error,
    },
    /// There is no certificate to speak HTTPS with.
    Certificate {
        /// The folder in which it is to be kept, if any.
        folder: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The webhook URL is not allowed.
    Webhook(InvalidWebhookUrl),
    /// The seed contradicts itself, or names an image that cannot be read.
    Seed(InvalidSeed),
    /// The file with the state cannot be read, or its state cannot be continued.
    State {
        /// The file.
        path: PathBuf,
        /// The cause.
        why: String,
    },
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listen { address, .. } => {
                write!(f, "cannot listen on {address}: choose another port, or 0 for a free one")
            }
            Self::Certificate { folder, source } if folder.as_os_str().is_empty() => {
                write!(f, "cannot make a certificate: {source}")
            }
            Self::Certificate { folder, source } => {
                write!(f, "cannot keep a certificate in {}: {source}", folder.display())
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
            Self::Listen { source, .. } | Self::Certificate { source, .. } => Some(source),
            Self::Webhook(_) | Self::Seed(_) | Self::State { .. } => None,
        }
    }
}
