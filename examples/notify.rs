//! Sends a notification through LINE Notify's API, as a server of `hikyaku gateway` speaks it.
//! `cargo run --example notify -- 'the backup is done'`; `NOTIFY_URL` is the gateway and `LINE_NOTIFY_TOKEN` one of its tokens.
//! `hikyaku gateway --demo` prints both.
use std::{env, error::Error as StdError};

use hikyaku::{
    Error,
    notify::{Notified, NotifyClient, NotifyToken},
};

pub(crate) async fn notify(
    gateway: &str,
    token: &NotifyToken,
    message: &str,
) -> Result<Notified, Error> {
    let client = NotifyClient::builder().api_base_url(gateway).build()?;
    Ok(client.notify(token, message).await?.into_inner())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn StdError>> {
    let message = env::args().nth(1).ok_or("cargo run --example notify -- MESSAGE")?;
    let token = NotifyToken::new(env::var("LINE_NOTIFY_TOKEN")?)?;
    match notify(&env::var("NOTIFY_URL")?, &token, &message).await {
        Ok(_) => Ok(()),
        // The API has no retry keys, so sending it again could deliver it twice.
        Err(why) if why.may_have_landed() => Err(format!("perhaps delivered: {why}").into()),
        Err(why) => Err(why.into()),
    }
}
