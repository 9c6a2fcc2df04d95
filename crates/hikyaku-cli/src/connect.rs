use std::time::Duration;

use clap::Args;
use hikyaku::{Client, ClientBuilder, RetryPolicy, transport::HyperTransport};

use crate::{
    channel::{self, Issuer, IssuerArgs},
    environment::unless_empty,
    failure::{invalid, usage},
    network::NetworkArgs,
    output::Output,
    profile::{Profile, ProfileArgs},
    secret::Secret,
};

// The channel and the way to reach LINE. A flag overrides the environment, the environment overrides the
// profile.
#[derive(Debug, Args)]
#[command(next_help_heading = "Connection")]
pub(crate) struct Connection {
    /// Channel access token, or @FILE; prefer the variable: other users can read arguments
    #[arg(
        long,
        env = unless_empty("LINE_CHANNEL_ACCESS_TOKEN"),
        hide_env_values = true,
        value_name = "TOKEN",
        allow_hyphen_values = true
    )]
    token: Option<Secret>,

    #[arg(
        long,
        env = unless_empty("HIKYAKU_API_URL"),
        hide_env_values = true,
        value_name = "URL",
        help = "Base URL of the API [default: https://api.line.me]"
    )]
    api_url: Option<String>,

    #[arg(
        long,
        env = unless_empty("HIKYAKU_DATA_URL"),
        hide_env_values = true,
        value_name = "URL",
        help = "Base URL of contents [default: https://api-data.line.me]"
    )]
    data_url: Option<String>,

    #[arg(
        long,
        env = unless_empty("HIKYAKU_MANAGER_URL"),
        hide_env_values = true,
        value_name = "URL",
        help = "Base URL for attaching module channels [default: https://manager.line.biz]"
    )]
    manager_url: Option<String>,

    #[command(flatten)]
    profile: ProfileArgs,

    #[command(flatten)]
    patience: Patience,
}

// Timeouts and retries. The flags are global, so that they may also follow a verb's own verb.
#[derive(Debug, Args)]
pub(crate) struct Patience {
    /// Retries after the first attempt, where a retry cannot send twice [default: 3]
    #[arg(long, global = true, value_name = "N", conflicts_with = "no_retry")]
    retries: Option<u32>,

    /// Do not retry
    #[arg(long, global = true)]
    no_retry: bool,

    /// Timeout of one attempt, in seconds [default: 10]
    #[arg(
        long,
        global = true,
        value_name = "SECONDS",
        value_parser = seconds,
        allow_negative_numbers = true
    )]
    timeout: Option<Duration>,

    #[command(flatten)]
    pub(crate) network: NetworkArgs,
}

impl Connection {
    /// Builds the client for these settings.
    pub(crate) fn client(&self, output: Output) -> anyhow::Result<Client> {
        self.client_of(None, output)
    }

    /// Builds the client; it issues tokens with these arguments if no token is given.
    pub(crate) fn client_of(
        &self,
        issuer: Option<&IssuerArgs>,
        output: Output,
    ) -> anyhow::Result<Client> {
        let profile = self.profile.read()?;
        let asked_for = issuer.is_some_and(IssuerArgs::is_asked_for);
        if self.token.is_some() && !asked_for && profile.has_token() {
            // One of them may belong to another channel, for which the profile's address is wrong.
            output.note(
                "the profile's token is not used: --token or LINE_CHANNEL_ACCESS_TOKEN is set",
            );
        }
        if asked_for || (self.token.is_none() && !profile.has_token()) {
            let issuer = match issuer {
                Some(issuer) => issuer.read(&profile)?,
                None => channel::issuer(&profile)?,
            };
            if let Some(Issuer { tokens, of_profile }) = issuer {
                self.may_send(&profile, of_profile)?;
                return self.build(Client::builder_with(tokens), &profile);
            }
        }
        self.may_send(&profile, self.token.is_none())?;
        self.build(Client::builder(self.token(&profile)?), &profile)
    }

    /// Builds the client of a profile that the command line names, with only that profile's token.
    pub(crate) fn client_of_profile(&self, name: &str) -> anyhow::Result<Client> {
        self.client_of_loaded(&Profile::load(name)?)
    }

    /// Builds the client of a profile that the command line or a file that it names asks for, with only that profile's token.
    pub(crate) fn client_of_loaded(&self, profile: &Profile) -> anyhow::Result<Client> {
        let builder = match (profile.token()?, channel::issuer(profile)?) {
            (Some(token), _) => Client::builder(token),
            (None, Some(issuer)) => Client::builder_with(issuer.tokens),
            (None, None) => {
                return Err(usage(format!(
                    "profile {} has no token of its own; give it token_file, or channel_id and channel_secret_file",
                    profile.name()
                )));
            }
        };
        self.build(builder, profile)
    }

    /// Returns whether the command line names a profile.
    pub(crate) fn names_a_profile(&self) -> bool {
        self.profile.is_given()
    }

    /// Returns the token of the client, unless the client issues its own.
    pub(crate) fn given_token(&self) -> anyhow::Result<Option<String>> {
        let profile = self.profile.read()?;
        if self.token.is_some() || profile.has_token() {
            self.token(&profile).map(Some)
        } else {
            Ok(None)
        }
    }

    /// Returns whether a flag or the environment gives a token.
    pub(crate) fn has_token(&self) -> bool {
        self.token.is_some()
    }

    /// Builds the client for a call that is not authorised by the channel's token.
    pub(crate) fn client_without_token(&self) -> anyhow::Result<Client> {
        let profile = self.profile.read()?;
        // The authorisation comes from the command line or the environment.
        self.may_send(&profile, false)?;
        self.build(Client::without_token(), &profile)
    }

    /// The client of a channel that a file describes: its own token and hosts, and the patience of these settings.
    pub(crate) fn client_at(
        &self,
        token: &str,
        (api_url, data_url): (Option<&str>, Option<&str>),
    ) -> anyhow::Result<Client> {
        let mut builder = Client::builder(token);
        if let Some(url) = api_url {
            builder = builder.api_base_url(url);
        }
        if let Some(url) = data_url {
            builder = builder.data_base_url(url);
        }
        self.patient(builder, &Profile::default())
    }

    /// Returns the transport for requests that are not for LINE: by the client's proxy, trusting whom the client trusts.
    pub(crate) fn transport(&self) -> anyhow::Result<HyperTransport> {
        let profile = self.profile.read()?;
        self.patience.network.transport(profile.ca_file.as_deref())
    }

    /// Returns the transport that trusts public authorities alone, like LINE's apps: by the client's proxy.
    pub(crate) fn public_transport(&self) -> anyhow::Result<HyperTransport> {
        self.patience.network.public_transport()
    }

    /// Returns the named profile, or an empty one.
    pub(crate) fn profile(&self) -> anyhow::Result<Profile> {
        self.profile.read()
    }

    /// Checks whether a secret may go where this profile says. `own_secret` is whether the secret is the profile's own.
    fn may_send(&self, profile: &Profile, own_secret: bool) -> anyhow::Result<()> {
        let redirects = [
            ("api_url", self.api_url.is_none() && profile.api_url.is_some()),
            ("data_url", self.data_url.is_none() && profile.data_url.is_some()),
            ("manager_url", self.manager_url.is_none() && profile.manager_url.is_some()),
            ("ca_file", !self.patience.network.has_certificates() && profile.ca_file.is_some()),
        ];
        match redirects.iter().find(|(_, redirects)| *redirects) {
            Some((setting, _)) => profile.may_send(setting, own_secret),
            None => Ok(()),
        }
    }

    fn build(&self, mut builder: ClientBuilder, profile: &Profile) -> anyhow::Result<Client> {
        if let Some(url) = self.api_url.as_ref().or(profile.api_url.as_ref()) {
            builder = builder.api_base_url(url);
        }
        if let Some(url) = self.data_url.as_ref().or(profile.data_url.as_ref()) {
            builder = builder.data_base_url(url);
        }
        if let Some(url) = self.manager_url.as_ref().or(profile.manager_url.as_ref()) {
            builder = builder.manager_base_url(url);
        }
        self.patient(builder, profile)
    }

    fn patient(&self, builder: ClientBuilder, profile: &Profile) -> anyhow::Result<Client> {
        let mut builder = builder.retry(self.patience.retry(profile.retries));
        if let Some(timeout) = self.patience.timeout(profile.timeout()?) {
            builder = builder.timeout(timeout);
        }
        if let Some(pem) = self.patience.network.certificates(profile.ca_file.as_deref())? {
            builder = builder.root_certificates(pem);
        }
        if let Some(proxy) = self.patience.network.proxy()? {
            builder = builder.proxy(proxy);
        }
        Ok(builder.build()?)
    }

    fn token(&self, profile: &Profile) -> anyhow::Result<String> {
        let token = match &self.token {
            Some(token) => token.read()?,
            None => profile.token()?.ok_or_else(|| {
                usage(
                    "no channel access token; put it into LINE_CHANNEL_ACCESS_TOKEN, a profile or a file \
                     (--token @FILE)",
                )
            })?,
        };
        if token.is_empty() {
            return Err(invalid(
                "token",
                "the channel access token is empty; put the one from LINE's console into LINE_CHANNEL_ACCESS_TOKEN",
            ));
        }
        Ok(token)
    }
}

impl Patience {
    pub(crate) fn retry(&self, profile: Option<u32>) -> RetryPolicy {
        if self.no_retry {
            return RetryPolicy::none();
        }
        let default = RetryPolicy::default();
        let max_retries = self.retries.or(profile).unwrap_or(default.max_retries);
        default.max_retries(max_retries)
    }

    pub(crate) fn timeout(&self, profile: Option<Duration>) -> Option<Duration> {
        self.timeout.or(profile)
    }
}

/// Parses a time in seconds, with or without a fraction.
pub(crate) fn seconds(text: &str) -> Result<Duration, &'static str> {
    text.parse()
        .ok()
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .filter(|time| !time.is_zero())
        .ok_or("expected seconds above 0, such as 5 or 0.5")
}
