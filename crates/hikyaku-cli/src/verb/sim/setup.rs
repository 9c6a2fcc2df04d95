use std::{
    fmt,
    net::IpAddr,
    path::{Path, PathBuf},
};

use anstyle::{Effects, Style};
use clap::Args;
use hikyaku_sim::{Sim as Simulator, StartError};
use serde::Serialize;

use super::seed::SeedFile;
use crate::{environment, failure::usage, invocation, output::visible};

const STRONG: Style = Style::new().effects(Effects::BOLD);
const NAME: Style = Style::new().effects(Effects::DIMMED);

// The initial state of a simulator.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each flag is one")]
pub(super) struct Setup {
    /// Serve the paths of both hosts on the API's port
    #[arg(long)]
    one_listener: bool,

    /// Begin with the channels, people, groups and rich menus of this TOML file
    #[arg(long, value_name = "FILE")]
    seed: Option<String>,

    /// Keep the state in this file, and go on from what is in it; --seed and --friends are then for the first start
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,

    /// Listen at this address of the machine; on any but the default one, everybody who reaches it controls the simulator
    /// [default: 127.0.0.1]
    #[arg(long, value_name = "ADDRESS")]
    bind: Option<IpAddr>,

    /// Let its control API be called by this host name, besides localhost and addresses; may come several times
    #[arg(long, value_name = "NAME")]
    allow_host: Vec<String>,

    /// Begin with this many friends of the account, beside those of --seed
    #[arg(long, value_name = "N")]
    friends: Option<usize>,

    /// Speak HTTPS, by a certificate of its own; kept beside --state, or else among the user's files, and the lines to trust
    /// it are printed
    #[arg(long)]
    tls: bool,

    /// Send signed webhooks to the bot at this URL of this machine
    #[arg(long, value_name = "URL")]
    webhook: Option<String>,

    /// Send webhooks that fail again, after 1, 5, 15, 30 and 60 minutes
    #[arg(long)]
    webhook_redelivery: bool,

    /// Send webhooks to https URLs of this machine whatever certificate the bot shows; else it is to show the one of --tls
    #[arg(long)]
    insecure_webhooks: bool,

    /// Let webhooks go to other machines, too
    #[arg(long)]
    allow_remote_webhooks: bool,
}

/// What a person and a program need to speak to a simulator; the names are those of a profile's keys, but for the page's.
#[derive(Serialize)]
pub(super) struct Credentials {
    /// The page with the chats, for a browser.
    page_url: String,
    pub(super) api_url: String,
    data_url: String,
    /// Nothing is served for this host. It is named so that no call goes to LINE's.
    manager_url: String,
    /// The certificate to trust, where HTTPS is spoken.
    #[serde(skip_serializing_if = "Option::is_none")]
    ca_file: Option<String>,
    channel_id: String,
    channel_secret: String,
    token: String,
    friends: Vec<String>,
    /// All channels, where there are several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    channels: Vec<ChannelCredentials>,
}

/// What shows who one of several channels is.
#[derive(Serialize)]
struct ChannelCredentials {
    name: String,
    channel_id: String,
    channel_secret: String,
    token: String,
}

impl Setup {
    /// Starts the simulator for these flags; `friends` is the default number of friends.
    pub(super) async fn start(
        self,
        port: u16,
        data_port: u16,
        friends: usize,
    ) -> anyhow::Result<(Simulator, Credentials)> {
        let mut builder = Simulator::builder()
            .port(port)
            .data_port(data_port)
            .webhook_redelivery(self.webhook_redelivery);
        if self.one_listener {
            builder = builder.one_listener();
        }
        if let Some(address) = self.bind {
            builder = builder.bind_address(address);
        }
        for name in self.allow_host {
            builder = builder.allow_host(name);
        }
        if self.allow_remote_webhooks {
            builder = builder.allow_remote_webhooks();
        }
        if self.insecure_webhooks {
            builder = builder.insecure_webhooks();
        }
        if let Some(url) = self.webhook {
            builder = builder.webhook(url);
        }
        if self.tls {
            builder = builder.tls_in(certificates(self.state.as_deref())?);
        }
        if let Some(path) = self.state {
            builder = builder.state_file(path);
        }
        let seed = self.seed.as_deref().map(SeedFile::read).transpose()?;
        let friends = if seed.is_some() { 0 } else { friends };
        if let Some(file) = &seed {
            builder = file.begin(builder)?;
        }
        builder = builder.friends(self.friends.unwrap_or(friends));
        let sim = builder.start().await.map_err(|error| match (error, &seed) {
            (StartError::Webhook(why), _) => usage(format!("--webhook: {why}")),
            (StartError::Seed(why), Some(file)) => file.refuse(&why),
            (error @ StartError::State { .. }, _) => usage(format!("--state: {error}")),
            (error @ StartError::Certificate { .. }, _) => usage(format!("--tls: {error}")),
            (error, _) => error.into(),
        })?;
        let credentials = Credentials::of(&sim);
        Ok((sim, credentials))
    }
}

/// The variables by which programs are told of a certificate to trust: this command, Node.js, whatever uses OpenSSL (Python,
/// Ruby) or Go, and curl and Requests, which look elsewhere.
const TRUST: [&str; 5] = [
    "HIKYAKU_CA_FILE",
    "NODE_EXTRA_CA_CERTS",
    "SSL_CERT_FILE",
    "CURL_CA_BUNDLE",
    "REQUESTS_CA_BUNDLE",
];

/// Where the certificates of a simulator are kept that keeps its state in this file.
fn certificates(state: Option<&Path>) -> anyhow::Result<PathBuf> {
    let folder = if let Some(state) = state {
        let mut folder = state.as_os_str().to_owned();
        folder.push(".tls");
        folder.into()
    } else {
        let states = environment::value("XDG_STATE_HOME").map(PathBuf::from);
        // XDG's rules say to ignore a relative path.
        let states = states.filter(|path| path.is_absolute());
        let states = states.or_else(|| std::env::home_dir().map(|home| home.join(".local/state")));
        let states = states.ok_or_else(|| {
            usage("there is no folder to keep a certificate in; add --state FILE, or set HOME")
        })?;
        states.join("hikyaku/sim.tls")
    };
    // Others read its name from the environment, in folders of their own.
    Ok(std::path::absolute(folder)?)
}

impl Credentials {
    /// Those of a simulator.
    pub(super) fn of(sim: &Simulator) -> Self {
        let channels = sim.channels();
        let channels = if channels.len() > 1 { channels } else { Vec::new() };
        Self {
            page_url: sim.page_url(),
            api_url: sim.api_url(),
            data_url: sim.data_url(),
            manager_url: sim.api_url(),
            ca_file: sim.ca_file().map(|path| path.display().to_string()),
            channel_id: sim.channel_id(),
            channel_secret: sim.channel_secret().expose().to_owned(),
            token: sim.channel_token().expose().to_owned(),
            friends: sim.friends().iter().map(|id| id.as_str().to_owned()).collect(),
            channels: channels
                .iter()
                .map(|channel| ChannelCredentials {
                    name: channel.account_name(),
                    channel_id: channel.channel_id(),
                    channel_secret: channel.channel_secret().expose().to_owned(),
                    token: channel.channel_token().expose().to_owned(),
                })
                .collect(),
        }
    }

    /// The environment of a program that is to speak to the simulator. Every name by which LINE's own examples read a
    /// token or a secret is among them, so that none of a real channel is used by mistake.
    pub(super) fn environment(&self) -> Vec<(&'static str, String)> {
        let mut environment = vec![
            ("HIKYAKU_API_URL", self.api_url.clone()),
            ("HIKYAKU_DATA_URL", self.data_url.clone()),
            ("HIKYAKU_MANAGER_URL", self.manager_url.clone()),
            ("HIKYAKU_SIM_FRIENDS", self.friends.join(" ")),
            ("LINE_CHANNEL_ID", self.channel_id.clone()),
            ("LINE_CHANNEL_SECRET", self.channel_secret.clone()),
            ("CHANNEL_SECRET", self.channel_secret.clone()),
            ("LINE_CHANNEL_ACCESS_TOKEN", self.token.clone()),
            ("LINE_CHANNEL_TOKEN", self.token.clone()),
            ("CHANNEL_ACCESS_TOKEN", self.token.clone()),
        ];
        if let Some(file) = &self.ca_file {
            environment.extend(TRUST.map(|name| (name, file.clone())));
        }
        environment
    }
}

impl fmt::Display for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { api_url, data_url, manager_url, channel_id, channel_secret, token, .. } = self;
        let rows = [
            ("API", api_url),
            ("contents", data_url),
            ("channel", channel_id),
            ("secret", channel_secret),
            ("token", token),
        ];
        writeln!(f, "{STRONG}LINE, simulated{STRONG:#}: open {} in a browser\n", self.page_url)?;
        for (name, value) in rows.into_iter().chain(self.friends.iter().map(|id| ("friend", id))) {
            writeln!(f, "  {NAME}{name:<9}{NAME:#} {value}")?;
        }
        for channel in self.channels.iter().skip(1) {
            let ChannelCredentials { name, channel_id, channel_secret, token } = channel;
            writeln!(f, "\n  {STRONG}{}{STRONG:#}", visible(name))?;
            for (name, value) in
                [("channel", channel_id), ("secret", channel_secret), ("token", token)]
            {
                writeln!(f, "  {NAME}{name:<9}{NAME:#} {value}")?;
            }
        }
        writeln!(f, "\n{STRONG}In another terminal{STRONG:#}\n")?;
        if let Some(alias) = invocation::alias() {
            writeln!(f, "  {alias}")?;
        }
        writeln!(f, "  export HIKYAKU_API_URL={api_url} HIKYAKU_DATA_URL={data_url}")?;
        writeln!(f, "  export HIKYAKU_MANAGER_URL={manager_url}")?;
        writeln!(
            f,
            "  export LINE_CHANNEL_ACCESS_TOKEN={token} LINE_CHANNEL_SECRET={channel_secret}"
        )?;
        if let Some(file) = &self.ca_file {
            let [ours, node, others, ..] = TRUST;
            writeln!(f, "  export {ours}={file} {node}={file}")?;
            writeln!(
                f,
                "  export {others}={file}  {NAME}# Python, Go, Ruby; also {}{NAME:#}",
                TRUST[4]
            )?;
        }
        let curl = match &self.ca_file {
            Some(file) => format!("curl --cacert {file}"),
            None => "curl".to_owned(),
        };
        let commands = [
            (format!("{curl} -X POST {api_url}/_sim/v1/users"), "another friend; prints the id"),
            ("hikyaku broadcast --text hello".to_owned(), "to all friends"),
            ("hikyaku sim trigger message --text hi".to_owned(), "a friend writes to the bot"),
            ("hikyaku sim tail".to_owned(), "watch requests and webhooks"),
            (format!("{curl} {api_url}/_sim/v1/outbox/latest"), "what arrived last"),
        ];
        for (command, what) in commands {
            writeln!(f, "  {command:<56} {NAME}# {what}{NAME:#}")?;
        }
        write!(f, "\nCtrl-C stops it")
    }
}
