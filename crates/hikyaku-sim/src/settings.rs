use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
    time::Duration,
};

use hikyaku_model::limits::REPLY_TOKEN_LIFE;

use crate::{clock::ClockMode, seed::Seed, tls};

/// What a simulator is started with; `reset` goes back to it.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) bind_address: IpAddr,
    pub(crate) port: u16,
    pub(crate) data_port: u16,
    /// Whether the API's listener serves the paths of both hosts.
    pub(crate) one_listener: bool,
    pub(crate) allowed_hosts: Vec<String>,
    /// Where the certificate comes from, if HTTPS is spoken.
    pub(crate) tls: Option<tls::Source>,
    pub(crate) most_connections: usize,
    /// What the first channel's account is called.
    pub(crate) account_name: Option<String>,
    pub(crate) clock: ClockMode,
    pub(crate) seed: u64,
    /// What it begins with.
    pub(crate) seed_file: Option<Arc<Seed>>,
    /// How many friends the first channel's account has at the start, besides those of the seed.
    pub(crate) friends: usize,
    pub(crate) any_user_is_friend: bool,
    pub(crate) rate_limits: bool,
    pub(crate) quota: Option<u64>,
    pub(crate) reply_token_life: Duration,
    pub(crate) narrowcast: NarrowcastSettings,
    /// How long an upload to an audience is under way.
    pub(crate) audience_job: Duration,
    pub(crate) webhook: WebhookDefaults,
    pub(crate) keep_deliveries: usize,
    pub(crate) keep_requests: usize,
}

/// How narrowcasts run.
///
/// LINE does not say how long its phases last. Our choice: one second of filtering, two of sending.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NarrowcastSettings {
    pub(crate) waiting: Duration,
    pub(crate) sending: Duration,
    /// Whether LINE's minimums for privacy hold.
    pub(crate) minimums: bool,
}

/// How webhooks are delivered.
///
/// LINE does not say how often and when it sends a webhook again. Our choice: after 1, 5, 15, 30 and 60 minutes.
#[derive(Clone, Debug)]
pub(crate) struct WebhookDefaults {
    /// Where those of the first channel go.
    pub(crate) url: Option<String>,
    /// Whether the first channel's are sent again when they fail.
    pub(crate) redelivery: bool,
    /// How long to wait before each further try.
    pub(crate) schedule: Vec<Duration>,
    /// Whether they may leave this machine.
    pub(crate) remote_allowed: bool,
    /// Whether an endpoint of this machine may show any certificate.
    pub(crate) insecure: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            bind_address: Ipv4Addr::LOCALHOST.into(),
            port: 0,
            data_port: 0,
            one_listener: false,
            allowed_hosts: Vec::new(),
            tls: None,
            most_connections: 4096,
            account_name: None,
            clock: ClockMode::Wall,
            seed: 1,
            seed_file: None,
            friends: 0,
            any_user_is_friend: false,
            rate_limits: true,
            quota: None,
            reply_token_life: REPLY_TOKEN_LIFE,
            narrowcast: NarrowcastSettings {
                waiting: Duration::from_secs(1),
                sending: Duration::from_secs(2),
                minimums: true,
            },
            audience_job: Duration::ZERO,
            webhook: WebhookDefaults {
                url: None,
                redelivery: false,
                schedule: [1, 5, 15, 30, 60]
                    .map(|minutes| Duration::from_secs(minutes * 60))
                    .into(),
                remote_allowed: false,
                insecure: false,
            },
            keep_deliveries: 100_000,
            keep_requests: 10_000,
        }
    }
}
