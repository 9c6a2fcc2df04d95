//! What bots share at LINE's own API: the month.

use std::time::Duration;

use hikyaku_gateway::{NewApiKey, OnQuota};
use serde_json::json;

use crate::{
    home::Home,
    line::{Bot, body},
};

/// LINE had said so before anything was sent, and is asked again soon.
#[tokio::test]
async fn a_month_that_was_used_up_at_the_beginning_and_is_raised_goes_on() {
    let home = Home::changed(|config, sim| {
        sim.set_quota(5, 5);
        config.line.on_quota = OnQuota::Park;
    })
    .await;
    let key = home.key(NewApiKey::new("bot", "default")).await;
    let bot = Bot { home, key };
    let parked = bot.push("", "later").await;
    assert_eq!(
        (parked.status, body(&parked)["delivery"]["waiting_for"].clone()),
        (202, json!("quota"))
    );
    assert_eq!(bot.asked(), 0);
    bot.home.sim.set_quota(6, 5);
    bot.home.sim.advance(Duration::from_secs(60));
    bot.until_delivered(1).await;
    bot.stop().await;
}
