//! What the operator is told: one message, not a flood.

use hikyaku_gateway::{AlertSettings, Config};
use hikyaku_sim::{FaultRule, Sim};

use crate::home::{Home, OK, Settings};

const PUSH: &str = "/v2/bot/message/push";

/// A gateway whose operator is told through a channel and an account of their own.
async fn with_operator(notify: &str) -> (Home, Sim, String) {
    let operators = Sim::start().await.unwrap();
    let chat = operators.add_friend().as_str().to_owned();
    let text = format!(
        "store = \"memory:\"\n[listen.a]\naddress = \"127.0.0.1:0\"\nserve = [\"notify\"]\n\
         [channel.ops]\ntoken = \"{}\"\napi_url = \"{}\"\n",
        operators.channel_token().expose(),
        operators.api_url()
    );
    let ops = Config::parse(&text).unwrap().channel.remove("ops").unwrap();
    let settings = Settings {
        notify,
        adapt: Some(Box::new(|config, _| {
            config.channel.insert("ops".to_owned(), ops);
            let channel = "ops".to_owned();
            config.alerts = Some(AlertSettings { channel, chat: chat.clone() });
        })),
        ..Settings::default()
    };
    let home = Home::start(settings).await;
    (home, operators, chat)
}

fn told(operators: &Sim) -> Vec<String> {
    let requests = operators.requests();
    let texts = requests.iter().filter(|it| it.path == PUSH).map(|it| {
        let body: serde_json::Value = serde_json::from_slice(&it.body).unwrap();
        body["messages"][0]["text"].as_str().unwrap().to_owned()
    });
    texts.collect()
}

/// The month is used up: nothing more is pushed, callers hear "queued", and the operator hears of it once.
#[tokio::test]
async fn a_used_up_month_parks_and_is_told_once() {
    let (home, operators, _) = with_operator("").await;
    home.sim.set_quota(10, 10);
    for _ in 0..3 {
        let answer = home.notify(&home.t1, "message=x").await;
        assert_eq!(
            (answer.body.as_str(), answer.header("x-gateway-delivery")),
            (OK, Some("queued"))
        );
    }
    operators.wait_for(1).await.unwrap();
    let text = "[gateway] the month of the channel default is used up. What it is to push waits until LINE allows more";
    assert_eq!(told(&operators), [text]);
    // The token of the account goes bad later; that is another thing.
    assert!(home.pushes() <= 1, "{}", home.pushes());
    home.stop().await;
}

/// With `on_quota = "refuse"`, the caller gets 429, and nothing is kept.
#[tokio::test]
async fn a_used_up_month_may_be_refused() {
    for delivery in ["direct", "queued"] {
        let notify = format!("on_quota = \"refuse\"\ndelivery = \"{delivery}\"");
        let home = Home::with(&notify, None).await;
        home.sim.set_quota(10, 10);
        let told = r#"{"status":429,"message":"You have reached your monthly limit."}"#;
        let mut last = home.notify(&home.t1, "message=x").await;
        // In queue mode, the first call may come before LINE has said so.
        for _ in 0..50 {
            if last.status == 429 {
                break;
            }
            tokio::task::yield_now().await;
            last = home.notify(&home.t1, "message=x").await;
        }
        assert_eq!((last.status, last.body.as_str()), (429, told), "{delivery}");
        home.stop().await;
    }
}

/// LINE refuses the channel's token: 500 for the caller, and one message for the operator.
#[tokio::test]
async fn a_refused_token_of_the_channel_is_told_once() {
    let (home, operators, _) = with_operator("").await;
    home.sim.fault(FaultRule::answer(401).on("POST", PUSH)).unwrap();
    for _ in 0..3 {
        assert_eq!(home.notify(&home.t1, "message=x").await.status, 500);
    }
    operators.wait_for(1).await.unwrap();
    let text = "[gateway] LINE refuses the token of the channel default. What it is to send waits for a new token";
    assert_eq!(told(&operators), [text]);
    home.stop().await;
}

/// A chat that blocks the account, or puts it out, is told once a day with the tokens that it ends.
#[tokio::test]
async fn a_chat_that_is_gone_is_told() {
    let (home, operators, _) = with_operator("").await;
    let idle = || async { drop(home.sim.webhooks().wait_until_idle().await.unwrap()) };
    home.sim.remove_from(&home.group);
    idle().await;
    home.sim.join(&home.group);
    idle().await;
    home.sim.remove_from(&home.group);
    idle().await;
    home.sim.block(&home.alice);
    idle().await;
    operators.wait_for(2).await.unwrap();
    let told = told(&operators);
    let ends = |text: &str, end: &str| text.starts_with("[gateway] ") && text.ends_with(end);
    let group = " has put the account out. Nothing is sent to it for the tokens 2 (srv)";
    let alice = " has blocked the account. Nothing is sent to it for the tokens 1 (cron)";
    assert!(told.len() == 2 && ends(&told[0], group) && ends(&told[1], alice), "{told:?}");
    home.stop().await;
}
