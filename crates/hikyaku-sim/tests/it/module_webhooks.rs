//! What the servers of modules are told, and who may answer.

use std::time::Duration;

use hikyaku_sim::{Module, Sim, WebhookState};
use serde_json::{Value, json};

use crate::{
    bot::{Bot, Received},
    http::{control, post, send},
    module::{BACK, call, code_form, form, start},
};

const OWN_BOT: &str = "Uffffffffffffffffffffffffffffffff";
const HANA: &str = "U00000000000000000000000000000001";
/// What modules call her.
pub(crate) const HANA_TO_MODULES: &str =
    "LU00000000000000000000000000000001-Uffffffffffffffffffffffffffffffff";
/// When all of this happens.
const NOW: i64 = 1_785_542_400_000;

async fn attach(sim: &Sim, module: &Module, scopes: &[&str]) {
    let code = module.agree(sim, BACK, scopes.iter().copied());
    let (id, secret) = (module.channel_id(), module.channel_secret());
    let credentials = format!("&client_id={id}&client_secret={}", secret.expose());
    form(sim, &[], &(code_form(&code) + &credentials)).await.is_status(200);
}

/// A simulator with a bot and a module that is attached, and their servers.
pub(crate) async fn with_module(scopes: &[&str]) -> (Sim, Bot, Module, Bot) {
    let sim = start().await;
    let (bot, server) = (Bot::that_answers(200).await, Bot::that_answers(200).await);
    sim.set_webhook(bot.url()).unwrap();
    let module = sim.add_module();
    module.set_webhook(server.url()).unwrap();
    attach(&sim, &module, scopes).await;
    sim.webhooks().wait_for(1).await.unwrap();
    (sim, bot, module, server)
}

pub(crate) async fn chat_control(sim: &Sim, module: &Module, chat: &str, act: &str, body: &str) {
    let token = module.channel_token();
    let path = format!("/v2/bot/chat/{chat}/control/{act}");
    call(sim, token.expose(), "POST", &path, body).await.is(200, "");
}

async fn reply(sim: &Sim, token: &str, reply_token: &str) -> u16 {
    let body = json!({
        "replyToken": reply_token, "messages": [{ "type": "text", "text": "from the module" }],
    });
    call(sim, token, "POST", "/v2/bot/message/reply", &body.to_string()).await.status
}

/// The whole body, with the id of its event left out, which no test can know.
fn body(received: &Received) -> Value {
    let mut json = received.json();
    let id = json["events"][0].as_object_mut().unwrap().remove("webhookEventId").unwrap();
    assert_eq!(id.as_str().unwrap().len(), 26);
    json
}

/// The body of an event that concerns a module alone.
fn special(event: Value) -> Value {
    let mut event = event;
    event["deliveryContext"] = json!({ "isRedelivery": false });
    event["timestamp"] = NOW.into();
    event["mode"] = "active".into();
    json!({ "destination": OWN_BOT, "events": [event] })
}

#[tokio::test]
async fn a_module_hears_with_its_own_secret_what_it_is_attached_to() {
    let (sim, _bot, module, server) = with_module(&["message:send", "message:receive"]).await;
    let request = &server.received()[0];
    let verifier = hikyaku_webhook::Verifier::new(&module.channel_secret());
    let signature = &*request.headers["x-line-signature"];
    assert_eq!(verifier.verify(signature, request.body.as_bytes()), Ok(()));
    let attached = json!({
        "type": "module",
        "module": {
            "type": "attached", "botId": OWN_BOT, "scopes": ["message:send", "message:receive"],
        },
    });
    assert_eq!(body(request), special(attached));
    let [webhook] = &*module.webhooks() else { panic!("{:?}", module.webhooks()) };
    assert_eq!((&*webhook.channel_id, webhook.state), ("sim-module-1", WebhookState::Delivered));
    assert_eq!(sim.webhooks().all(), []);

    sim.set_suspended(true);
    sim.set_suspended(true);
    sim.set_suspended(false);
    let detach = json!({ "botId": OWN_BOT }).to_string();
    let token = module.channel_token();
    call(&sim, token.expose(), "POST", "/v2/bot/channel/detach", &detach).await.is(200, "");
    sim.webhooks().wait_for(4).await.unwrap();
    let bodies: Vec<_> = server.received().iter().skip(1).map(body).collect();
    let detached = json!({ "type": "module", "module": { "type": "detached", "botId": OWN_BOT } });
    assert_eq!(
        bodies,
        [
            special(json!({ "type": "botSuspended" })),
            special(json!({ "type": "botResumed" })),
            special(detached),
        ]
    );
    // It hears of nothing any more.
    sim.user_says(sim.add_friend(), "still there?");
    sim.webhooks().wait_for(5).await.unwrap();
    assert_eq!(server.received().len(), 4);
}

#[tokio::test]
async fn all_are_told_and_the_one_that_speaks_can_answer() {
    let (sim, bot, module, server) = with_module(&["message:send", "message:receive"]).await;
    let hana = sim.add_friend();
    assert_eq!(hana.as_str(), HANA);
    let own_token = sim.channel_token();
    let token = module.channel_token();
    let (own_token, token) = (own_token.expose(), token.expose());
    let said = sim.user_says(&hana, "hi");
    sim.webhooks().wait_for(3).await.unwrap();
    let message = |said: &hikyaku_sim::Said| {
        json!({
            "type": "text", "id": said.message_id, "text": "hi",
            "quoteToken": said.quote_token, "markAsReadToken": said.mark_as_read_token,
        })
    };
    let active = |user: &str, said: &hikyaku_sim::Said| {
        json!({ "destination": OWN_BOT, "events": [{
            "type": "message", "message": message(said), "timestamp": NOW, "mode": "active",
            "deliveryContext": { "isRedelivery": false }, "replyToken": said.reply_token,
            "source": { "type": "user", "userId": user },
        }] })
    };
    let standby = |user: &str, said: &hikyaku_sim::Said| {
        json!({ "destination": OWN_BOT, "events": [{
            "type": "message", "message": message(said), "timestamp": NOW, "mode": "standby",
            "deliveryContext": { "isRedelivery": false },
            "source": { "type": "user", "userId": user },
        }] })
    };
    assert_eq!(body(&bot.received()[0]), active(HANA, &said));
    assert_eq!(body(&server.received()[1]), standby(HANA_TO_MODULES, &said));
    assert_eq!(reply(&sim, token, &said.reply_token).await, 400);
    assert_eq!(reply(&sim, own_token, &said.reply_token).await, 200);

    // She has the same id in the module's own calls as in its webhooks.
    chat_control(&sim, &module, HANA_TO_MODULES, "acquire", r#"{"ttl":60}"#).await;
    let said = sim.user_says(&hana, "hi");
    sim.webhooks().wait_for(6).await.unwrap();
    let source = json!({ "type": "user", "userId": HANA_TO_MODULES });
    let activated = json!({
        "type": "activated", "chatControl": { "expireAt": NOW + 60_000 }, "source": source,
    });
    assert_eq!(body(&server.received()[2]), special(activated));
    assert_eq!(body(&server.received()[3]), active(HANA_TO_MODULES, &said));
    assert_eq!(body(&bot.received()[1]), standby(HANA, &said));
    assert_eq!(reply(&sim, own_token, &said.reply_token).await, 400);
    assert_eq!(reply(&sim, token, &said.reply_token).await, 200);
    assert_eq!(sim.outbox().last().unwrap().text(), Some("from the module"));

    chat_control(&sim, &module, HANA, "release", "").await;
    sim.webhooks().wait_for(7).await.unwrap();
    let deactivated = json!({ "type": "deactivated", "source": source });
    assert_eq!(body(&server.received()[4]), special(deactivated));
    // What is not the module's is not given back.
    chat_control(&sim, &module, HANA, "release", "").await;
    let said = sim.user_says(&hana, "hi");
    sim.webhooks().wait_for(9).await.unwrap();
    assert_eq!(body(&bot.received()[2]), active(HANA, &said));
}

#[tokio::test]
async fn an_id_for_modules_names_the_account_and_no_other() {
    let (sim, _bot, module, server) = with_module(&["message:receive"]).await;
    let second = sim.add_channel();
    attach(&second, &module, &["message:receive"]).await;
    let hana = second.add_friend();
    let id = format!("L{hana}-{}", second.bot_user_id());
    // The header would be the other way to say so; without both it is the first account, whose friend she is not.
    let token = module.channel_token();
    let path = format!("/v2/bot/chat/{hana}/control/acquire");
    call(&sim, token.expose(), "POST", &path, "").await.is_status(404);
    chat_control(&sim, &module, &id, "acquire", "").await;
    sim.webhooks().wait_for(3).await.unwrap();
    let activated = server.received().pop().unwrap().json();
    assert_eq!(activated["destination"], json!(second.bot_user_id()));
    assert_eq!(activated["events"][0]["source"]["userId"], json!(id));
    let invalid = r#"{"message":"The value for the 'chatId' parameter is invalid"}"#;
    let bearer = format!("Bearer {}", token.expose());
    let headers = [("authorization", &*bearer), ("x-line-bot-id", OWN_BOT)];
    let path = format!("/v2/bot/chat/{id}/control/acquire");
    let answer = crate::http::send(&sim.api_url(), "POST", &path, &headers, b"").await.unwrap();
    answer.is(400, invalid);
    for wrong in ["LU1-U2", "L", &format!("L{group}-{OWN_BOT}", group = "C".repeat(33))] {
        let path = format!("/v2/bot/chat/{wrong}/control/release");
        call(&sim, token.expose(), "POST", &path, "").await.is(400, invalid);
    }
}

#[tokio::test]
async fn of_two_modules_the_one_that_takes_the_chat_last_speaks() {
    let (sim, bot, first, first_server) = with_module(&["message:receive"]).await;
    let (second, second_server) = (sim.add_module(), Bot::that_answers(200).await);
    second.set_webhook(second_server.url()).unwrap();
    attach(&sim, &second, &["message:receive"]).await;
    sim.webhooks().wait_for(2).await.unwrap();
    let hana = sim.add_friend();
    chat_control(&sim, &first, HANA, "acquire", "").await;
    // Taking it anew prolongs it, and changes nothing else.
    chat_control(&sim, &first, HANA, "acquire", r#"{"expired":false,"ttl":0}"#).await;
    sim.advance(Duration::from_secs(3));
    chat_control(&sim, &second, HANA, "acquire", r#"{"ttl":5}"#).await;
    sim.user_says(&hana, "hi");
    sim.webhooks().wait_for(8).await.unwrap();
    let told = |bot: &Bot| -> Vec<_> {
        let word = |event: &Value| {
            let [kind, mode] = ["type", "mode"].map(|key| event[key].as_str().unwrap().to_owned());
            format!("{kind} {mode} {}", event["replyToken"].is_string())
        };
        bot.events().iter().map(word).collect()
    };
    let [module, activated, deactivated] =
        ["module", "activated", "deactivated"].map(|word| format!("{word} active false"));
    let [active, standby] = ["message active true", "message standby false"].map(str::to_owned);
    assert_eq!(told(&first_server), [&*module, &activated, &deactivated, &standby]);
    assert_eq!(told(&second_server), [&*module, &activated, &active]);
    assert_eq!(told(&bot), [&*standby]);
    // Nobody hears of a time that is over, but the next event goes to the account's own bot.
    sim.advance(Duration::from_secs(5));
    sim.user_says(&hana, "hi");
    sim.webhooks().wait_for(11).await.unwrap();
    assert_eq!(told(&first_server)[4..], [&*standby]);
    assert_eq!(told(&second_server)[3..], [&*standby]);
    assert_eq!(told(&bot), [&*standby, &active]);
}

#[tokio::test]
async fn a_module_without_the_permission_hears_only_of_itself_and_cannot_answer() {
    let (sim, bot, module, server) = with_module(&["profile:read"]).await;
    let hana = sim.add_friend();
    chat_control(&sim, &module, HANA, "acquire", "").await;
    let said = sim.user_says(&hana, "hi");
    sim.webhooks().wait_for(3).await.unwrap();
    assert_eq!(server.events().len(), 2);
    assert_eq!(bot.events()[0]["mode"], "standby");
    let token = module.channel_token();
    let body = json!({
        "replyToken": said.reply_token, "messages": [{ "type": "text", "text": "hi" }],
    })
    .to_string();
    let answer = call(&sim, token.expose(), "POST", "/v2/bot/message/reply", &body).await;
    answer.is(403, r#"{"message":"Access to this API is not available for your account"}"#);
}

#[tokio::test]
async fn a_module_calls_for_an_account_by_the_ids_that_it_knows() {
    let (sim, _bot, module, _server) =
        with_module(&["message:send", "profile:read", "account:manage"]).await;
    let hana = sim.add_friend();
    let token = module.channel_token();
    let token = token.expose();
    let text = r#"{"type":"text","text":"from the module"}"#;
    let push = format!(r#"{{"to":"{HANA_TO_MODULES}","messages":[{text}]}}"#);
    call(&sim, token, "POST", "/v2/bot/message/push", &push).await.is_status(200);
    let multicast = format!(r#"{{"to":["{HANA_TO_MODULES}"],"messages":[{text}]}}"#);
    call(&sim, token, "POST", "/v2/bot/message/multicast", &multicast).await.is(200, "{}");
    let broadcast = format!(r#"{{"messages":[{text}]}}"#);
    call(&sim, token, "POST", "/v2/bot/message/broadcast", &broadcast).await.is(200, "{}");
    assert_eq!(sim.delivery_count(&hana), 3);
    assert!(sim.outbox().iter().all(|delivery| delivery.channel_id == sim.channel_id()));
    let used = call(&sim, token, "GET", "/v2/bot/message/quota/consumption", "").await;
    used.is(200, r#"{"totalUsage":3}"#);
    let audience = format!(r#"{{"description":"a","audiences":[{{"id":"{HANA_TO_MODULES}"}}]}}"#);
    call(&sim, token, "POST", "/v2/bot/audienceGroup/upload", &audience).await.is_status(202);
    let profile = call(&sim, token, "GET", &format!("/v2/bot/profile/{HANA_TO_MODULES}"), "").await;
    profile.is(200, &format!(r#"{{"displayName":"user 1","userId":"{HANA_TO_MODULES}"}}"#));
    let info = call(&sim, token, "GET", "/v2/bot/info", "").await.json();
    assert_eq!(info["userId"], OWN_BOT);
    // A retry key is good once, as for the account's own channel.
    let key = "123e4567-e89b-12d3-a456-426614174000";
    let bearer = format!("Bearer {token}");
    let headers = [
        ("authorization", &*bearer),
        ("content-type", "application/json"),
        ("x-line-retry-key", key),
    ];
    for status in [200, 409] {
        let path = "/v2/bot/message/push";
        let sent = send(&sim.api_url(), "POST", path, &headers, push.as_bytes()).await.unwrap();
        assert_eq!(sent.status, status);
    }
    // The id that another account's module knows is nobody's here.
    let other = push.replace("-Uffff", "-Ueeee");
    let invalid =
        r#"{"message":"The property, 'to', in the request body is invalid (line: -, column: -)"}"#;
    call(&sim, token, "POST", "/v2/bot/message/push", &other).await.is(400, invalid);
    let refused = r#"{"message":"Access to this API is not available for your account"}"#;
    for (method, path) in [
        // Not granted, and in no list of LINE's.
        ("GET", "/v2/bot/coupon"),
        ("GET", "/v2/bot/richmenu/list"),
    ] {
        call(&sim, token, method, path, "").await.is(403, refused);
    }
    let headers = [("authorization", &*bearer), ("x-line-bot-id", "U0")];
    let elsewhere = send(&sim.api_url(), "GET", "/v2/bot/info", &headers, b"").await.unwrap();
    elsewhere.is(403, refused);
}

#[tokio::test]
async fn a_default_rich_menu_of_a_module_is_not_told_to_the_accounts_own_channel() {
    let (sim, _bot, module, _server) = with_module(&["account:manage"]).await;
    let hana = sim.add_friend();
    let menu = crate::rich_menu::make_with_image(&sim).await;
    let token = module.channel_token();
    let path = format!("/v2/bot/user/all/richmenu/{menu}");
    call(&sim, token.expose(), "POST", &path, "").await.is(200, "{}");
    assert_eq!(sim.rich_menu_of(&hana), Some(menu));
    crate::http::get(&sim, "/v2/bot/user/all/richmenu")
        .await
        .is(403, r#"{"message":"the richmenu is owned by another channel","details":[]}"#);
    post(&sim, &path, "").await.is(200, "{}");
    crate::http::get(&sim, "/v2/bot/user/all/richmenu").await.is_status(200);
}

#[tokio::test]
async fn the_header_says_which_account_a_module_speaks_for() {
    let (sim, _bot, module, _server) = with_module(&["message:send"]).await;
    let second = sim.add_channel();
    attach(&sim, &module, &[]).await;
    attach(&second, &module, &["message:send"]).await;
    let hana = sim.add_user();
    second.set_friendship(&hana, hikyaku_sim::Friendship::Friend);
    let (token, bot) = (module.channel_token(), second.bot_user_id());
    let bearer = format!("Bearer {}", token.expose());
    let body = json!({
        "to": format!("L{hana}-{bot}"), "messages": [{ "type": "text", "text": "hi" }],
    });
    let push = async |bot: &str| {
        let headers = [
            ("authorization", &*bearer),
            ("content-type", "application/json"),
            ("x-line-bot-id", bot),
        ];
        let (path, body) = ("/v2/bot/message/push", body.to_string());
        send(&sim.api_url(), "POST", path, &headers, body.as_bytes()).await.unwrap().status
    };
    assert_eq!(push(bot.as_str()).await, 200);
    // The first account took the permission back.
    assert_eq!(push(OWN_BOT).await, 403);
    assert_eq!(sim.outbox()[0].channel_id, second.channel_id());
    // Each account has its own rate.
    let rate = r#"{"method":"POST","path":"/v2/bot/message/push","rate":{"count":1,"per":"1h"}}"#;
    control(&sim, "PUT", "/ratelimit", rate).await.is_status(204);
    attach(&sim, &module, &["message:send"]).await;
    assert_eq!(push(bot.as_str()).await, 200);
    assert_eq!(push(bot.as_str()).await, 429);
    assert_eq!(push(OWN_BOT).await, 400);
}

#[tokio::test]
async fn a_module_with_default_active_speaks_from_the_start() {
    let sim = start().await;
    let (bot, server) = (Bot::that_answers(200).await, Bot::that_answers(200).await);
    sim.set_webhook(bot.url()).unwrap();
    let added = control(&sim, "POST", "/modules", r#"{"defaultActive":true}"#).await;
    added.is_status(201);
    assert_eq!(added.json()["defaultActive"], true);
    let module = sim.add_default_active_module();
    module.set_webhook(server.url()).unwrap();
    attach(&sim, &module, &["message:send", "message:receive"]).await;
    let hana = sim.add_friend();
    let said = sim.user_says(&hana, "hi");
    sim.webhooks().wait_for(3).await.unwrap();
    assert_eq!(
        (&bot.events()[0]["mode"], &server.events()[1]["mode"]),
        (&json!("standby"), &json!("active"))
    );
    let own = sim.channel_token();
    assert_eq!(reply(&sim, own.expose(), &said.reply_token).await, 400);
    assert_eq!(reply(&sim, module.channel_token().expose(), &said.reply_token).await, 200);
    // Nobody else of its kind can be attached; others can, and take chats.
    let code = json!({ "redirectUri": BACK, "scopes": ["message:send"] }).to_string();
    let code = control(&sim, "POST", "/modules/sim-module-1/codes", &code).await.json();
    let credentials = "&client_id=sim-module-1&client_secret=sim-module-secret-1";
    let code = code_form(code["code"].as_str().unwrap()) + credentials;
    form(&sim, &[], &code).await.is(
        400,
        r#"{"error":"access_denied","error_description":"another module channel with the Default Active feature is attached to the account"}"#,
    );
    let other = sim.add_module();
    attach(&sim, &other, &["message:send"]).await;
    chat_control(&sim, &other, HANA, "acquire", "").await;
    sim.webhooks().wait_for(4).await.unwrap();
    assert_eq!(server.events()[2]["type"], "deactivated");
    chat_control(&sim, &other, HANA, "release", "").await;
    sim.user_says(&hana, "hi");
    sim.webhooks().wait_for(6).await.unwrap();
    assert_eq!(server.events()[3]["mode"], "active");
    // A state brings it back, and a module that is detached speaks no more.
    sim.import(&sim.export()).unwrap();
    let detach = json!({ "botId": OWN_BOT }).to_string();
    let token = module.channel_token();
    call(&sim, token.expose(), "POST", "/v2/bot/channel/detach", &detach).await.is(200, "");
    sim.user_says(&hana, "hi");
    sim.webhooks().wait_for(8).await.unwrap();
    assert_eq!(bot.events()[2]["mode"], "active");
}

#[tokio::test]
async fn who_blocks_and_comes_back_finds_the_accounts_own_bot() {
    let (sim, bot, module, server) = with_module(&["message:receive"]).await;
    let hana = sim.add_friend();
    chat_control(&sim, &module, HANA, "acquire", r#"{"expired":false}"#).await;
    sim.block(&hana);
    sim.follow(&hana);
    sim.webhooks().wait_for(6).await.unwrap();
    let modes = |bot: &Bot, from: usize| -> Vec<_> {
        let events = bot.events();
        let words = events[from..].iter().map(|event| json!([event["type"], event["mode"]]));
        words.collect()
    };
    let never = &server.events()[1];
    assert_eq!(never["chatControl"]["expireAt"], json!(253_402_207_200_999_i64));
    assert_eq!(modes(&bot, 0), [json!(["unfollow", "standby"]), json!(["follow", "active"])]);
    assert_eq!(modes(&server, 2), [json!(["unfollow", "active"]), json!(["follow", "standby"])]);
}

#[tokio::test]
async fn people_in_groups_have_the_ids_that_modules_know() {
    let (sim, _bot, _module, server) = with_module(&["message:receive"]).await;
    let (hana, ken) = (sim.add_friend(), sim.add_friend());
    let group = sim.add_group(std::slice::from_ref(&hana));
    sim.member_joins(&group, &ken);
    let text = hikyaku_sim::UserMessage::text("@hana @bot hi").mentioning(&hana).mentioning_bot();
    sim.member_sends(&group, &ken, text);
    sim.webhooks().wait_for(5).await.unwrap();
    let (joined, said) = (&server.events()[1], &server.events()[2]);
    let ken = "LU00000000000000000000000000000002-Uffffffffffffffffffffffffffffffff";
    assert_eq!(joined["joined"]["members"], json!([{ "type": "user", "userId": ken }]));
    assert_eq!(joined["source"], json!({ "type": "group", "groupId": group.as_str() }));
    let source = json!({ "type": "group", "groupId": group.as_str(), "userId": ken });
    assert_eq!(said["source"], source);
    assert_eq!(
        said["message"]["mention"]["mentionees"],
        json!([
            { "type": "user", "index": 0, "length": 5, "userId": HANA_TO_MODULES, "isSelf": false },
            { "type": "user", "index": 6, "length": 4, "userId": OWN_BOT, "isSelf": true },
        ])
    );
}

#[tokio::test]
async fn a_modules_webhooks_are_set_and_read_over_http() {
    let sim = start().await;
    let server = Bot::that_answers(500).await;
    control(&sim, "POST", "/modules", "").await.is_status(201);
    let far = r#"{"webhook":{"url":"http://example.com/"}}"#;
    let refused = control(&sim, "PATCH", "/modules/sim-module-1", far).await;
    assert_eq!((refused.status, &refused.json()["pointer"]), (400, &json!("/webhook/url")));
    let set = json!({ "webhook": { "url": server.url(), "redelivery": true } }).to_string();
    control(&sim, "PATCH", "/modules/x", &set).await.is_status(404);
    control(&sim, "PATCH", "/modules/sim-module-1", &set).await.is_status(200);
    let agreed = json!({ "redirectUri": BACK, "scopes": ["message:receive"] }).to_string();
    let code = control(&sim, "POST", "/modules/sim-module-1/codes", &agreed).await.json();
    let credentials = "&client_id=sim-module-1&client_secret=sim-module-secret-1";
    let code = code_form(code["code"].as_str().unwrap()) + credentials;
    form(&sim, &[], &code).await.is_status(200);
    let modules = control(&sim, "GET", "/modules", "").await.json();
    assert_eq!(
        modules,
        json!({ "modules": [{
            "channelId": "sim-module-1",
            "channelAccessToken": "sim-module-token-1",
            "channelSecret": "sim-module-secret-1",
            "webhook": { "url": server.url(), "active": true, "redelivery": true },
            "defaultActive": false,
            "accounts": [{ "channelId": "sim-channel-1", "scopes": ["message:receive"] }],
        }] })
    );
    let path = "/webhooks?channel=sim-module-1&wait=9s&count=1";
    let webhooks = control(&sim, "GET", path, "").await.json();
    assert_eq!(webhooks["webhooks"][0]["state"], "scheduled");
    assert_eq!(webhooks["webhooks"][0]["channelId"], "sim-module-1");
    let errors = control(&sim, "GET", "/webhooks/errors?channel=sim-module-1", "").await.json();
    assert_eq!(errors["errors"][0]["channelId"], "sim-module-1");
    assert_eq!(control(&sim, "GET", "/webhooks/errors", "").await.json(), json!({ "errors": [] }));
    control(&sim, "GET", "/webhooks?channel=sim-login-1", "").await.is_status(404);
    // It is posted again as a module's, too.
    sim.advance(Duration::from_secs(60));
    sim.webhooks().wait_for(2).await.unwrap();
    assert_eq!(server.events()[1]["deliveryContext"]["isRedelivery"], true);

    let suspend = r#"{"suspended":true}"#;
    let channel = control(&sim, "PATCH", "/channels/sim-channel-1", suspend).await.json();
    assert_eq!(channel["suspended"], true);
    control(&sim, "DELETE", "/modules/sim-module-1/accounts/x", "").await.is_status(404);
    let account = "/modules/sim-module-1/accounts/sim-channel-1";
    control(&sim, "DELETE", account, "").await.is(204, "");
    control(&sim, "DELETE", account, "").await.is_status(404);
    sim.webhooks().wait_for(4).await.unwrap();
    let detached = json!({
        "type": "module",
        "module": { "type": "detached", "botId": OWN_BOT, "reason": "bot_deleted" },
    });
    let mut last = body(&server.received()[3]);
    last["events"][0]["timestamp"] = NOW.into();
    assert_eq!(last, special(detached));
    // The state brings it all back.
    let state = sim.export();
    let other = start().await;
    other.import(&state).unwrap();
    assert_eq!(other.export(), state);
    let detach = json!({ "botId": OWN_BOT }).to_string();
    post(&other, "/v2/bot/channel/detach", &detach).await.is_status(400);
}
