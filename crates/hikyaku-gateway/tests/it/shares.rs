//! What bots share at LINE's own API: the month, the lanes, and the form of answers.

use std::time::Duration;

use hikyaku_gateway::{NewApiKey, OnQuota};
use hikyaku_sender::NewHold;
use hikyaku_sim::FaultRule;
use serde_json::json;

use crate::{
    home::Home,
    line::{Bot, PUSH, body},
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

/// One of its sends is among the first that are on their way together, behind hundreds of another's.
#[tokio::test]
async fn a_key_that_floods_does_not_make_another_wait() {
    const AT_ONCE: usize = 64;

    let bot = Bot::new().await;
    let c = bot.home.key(NewApiKey::new("c", "default")).await;
    let hold = bot.home.outbox.hold(NewHold::new("a test")).await.unwrap();
    let at_once = "Prefer: respond-async\r\n";
    for number in 0..300 {
        assert_eq!(bot.push(at_once, &format!("a{number}")).await.status, 202);
    }
    let line = format!("POST {PUSH}");
    let of_c = bot.call_with(c.expose(), &line, at_once, &bot.to_alice("of c")).await;
    assert_eq!(of_c.status, 202, "{of_c:?}");
    let slow = FaultRule::delay(Duration::from_millis(50)).on("POST", PUSH);
    bot.home.sim.fault(slow).unwrap();
    bot.home.outbox.release(hold.id).await.unwrap();
    bot.until_delivered(301).await;
    let asked = bot.requests();
    let place = asked.iter().position(|it| String::from_utf8_lossy(&it.body).contains("of c"));
    assert!(place.is_some_and(|place| place < 2 * AT_ONCE), "{place:?}");
    bot.home.stop().await;
}

#[tokio::test]
async fn heads_are_lines_own_and_readiness_is_not_lines() {
    let bot = Bot::new().await;
    let push = bot.push("", "hello").await;
    for line in push.head.lines().skip(1) {
        let (name, _) = line.split_once(": ").unwrap();
        assert_eq!(name, name.to_ascii_lowercase(), "{push:?}");
    }
    let asked = "Origin: https://shop.example\r\nAccess-Control-Request-Method: POST\r\n";
    let options = bot.call(&format!("OPTIONS {PUSH}"), asked, "").await;
    assert_eq!((options.status, options.head.contains("access-control")), (405, false));
    bot.home.sim.fault(FaultRule::drop_before()).unwrap();
    assert_eq!(bot.call("GET /v2/bot/info", "", "").await.status, 502);
    for path in ["/readyz", "/healthz"] {
        assert_eq!(bot.home.request(&format!("GET {path}"), "", "").await.status, 200, "{path}");
    }
    bot.stop().await;
}
