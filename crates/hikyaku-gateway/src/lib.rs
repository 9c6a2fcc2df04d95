//! A server for LINE's own API and for LINE Notify's, which LINE shut down on 2025-03-31. It delivers through the
//! Messaging API.
//!
//! Bots and old scripts change only a host name. A request is stored on disk before it is answered, and sent by
//! [`hikyaku_sender`], so a kill loses nothing.
//!
//! ```no_run
//! use hikyaku_gateway::{Config, Gateway};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let gateway = Gateway::open(Config::read("gateway.toml")?).await?;
//! gateway.run(std::future::pending()).await?;
//! # Ok(())
//! # }
//! ```
//!
//! `docs/gateway.md` in the repository explains the setup.

mod account;
mod adapter;
mod aftermath;
mod alert;
mod answer;
mod api_key;
mod backlog;
mod body;
mod calendar;
mod callback;
mod certificate;
mod chat_id;
mod config;
mod cookie;
mod declared_keys;
mod deliver;
mod door;
mod drain;
mod error;
mod fields;
mod file_version;
mod forward;
mod gateway;
mod hook;
mod http2;
mod joined;
mod known_keys;
mod language;
mod leaving;
mod line;
mod notification;
mod oauth;
mod one_header;
mod outcome_post;
mod page;
mod page_settings;
mod patience;
mod picture;
mod rehost;
mod route;
mod server;
mod site;
mod spelling;
mod state;
mod sticker;
mod stream;
mod template;
mod throttle;
mod token;
mod usage;
mod visitor;
mod window;
mod withdrawn;
mod words;

pub use api_key::{ApiKey, ApiKeyRow, CallClass, IssuedApiKey, NewApiKey, Rights, Target};
pub use config::{
    AlertSettings, Channel, Config, DeclaredKey, DeliveryMode, LineCheck, LineSettings, Listener,
    NotifySettings, OAuthSettings, OnQuota, OutcomeSettings, PictureSettings, Served,
};
pub use error::{Error, ErrorKind};
pub use gateway::Gateway;
pub use page_settings::{OperatorAccess, OperatorSettings, PageSettings};
pub use rehost::{Network, Rehost};
pub use route::{ADAPTER_ROUTES, Access, ROUTES, Route};
pub use state::{
    ChatRow, IssuedToken, NewService, NewToken, RegisteredService, ServiceRow, SpendRow, State,
    TokenChange, TokenRow, UnlinkedToken,
};
pub use template::Template;
pub use token::AccessToken;
pub use visitor::Visitor;
