//! What a simulator begins with.

use hikyaku_sim::{Friendship, Seed, Sim, StartError};
use serde_json::{Value, json};

use crate::http::{call, control, get, get_data, send};

/// A rich menu's picture is beside the sample.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/sim");

async fn start(seed: Value) -> Result<Sim, StartError> {
    let seed: Seed = serde_json::from_value(seed).unwrap();
    Sim::builder().begin_with(seed, FOLDER).start().await
}

async fn refused(seed: Value) -> String {
    start(seed).await.expect_err("it makes no sense").to_string()
}

#[tokio::test]
async fn channels_have_credentials_of_their_own_or_visibly_fake_ones() {
    let sim = start(json!({ "channel": [
        { "name": "Hanaya", "id": "2000000001", "secret": "my-secret", "token": "my-token",
          "plan": "communication", "quota_used": 12 },
        { "quota": 5 },
    ] }))
    .await
    .unwrap();
    let channels = sim.channels();
    assert_eq!(channels.len(), 2);
    assert_eq!(sim.channel_id(), "2000000001");
    assert_eq!(
        (sim.channel_secret().expose(), sim.channel_token().expose()),
        ("my-secret", "my-token")
    );
    assert_eq!(channels[1].channel_id(), "sim-channel-2");
    assert_eq!(channels[1].channel_token().expose(), "sim-token-2");
    assert_eq!(get(&sim, "/v2/bot/info").await.json()["displayName"], "Hanaya");
    get(&sim, "/v2/bot/message/quota").await.is(200, r#"{"type":"limited","value":200}"#);
    get(&sim, "/v2/bot/message/quota/consumption").await.is(200, r#"{"totalUsage":12}"#);
    get(&channels[1], "/v2/bot/message/quota").await.is(200, r#"{"type":"limited","value":5}"#);
}

#[tokio::test]
async fn people_of_one_provider_are_nobody_to_the_channels_of_another() {
    let sim = start(json!({
        "channel": [{ "name": "a", "provider": "A" }, { "name": "b", "provider": "B" }],
        "person": [
            { "name": "Hana", "language": "ja", "picture": "https://example.com/p.png" },
            { "name": "Hana", "provider": "B" },
        ],
    }))
    .await
    .unwrap();
    let [a, b] = [&sim, &sim.channels()[1]];
    let (hana, other) = (a.friends(), b.friends());
    assert_eq!((hana.len(), other.len()), (1, 1));
    assert_ne!(hana, other);
    let profile = get(a, &format!("/v2/bot/profile/{}", hana[0])).await;
    assert_eq!(
        profile.json(),
        json!({ "userId": hana[0], "displayName": "Hana", "language": "ja",
                "pictureUrl": "https://example.com/p.png" })
    );
    get(b, &format!("/v2/bot/profile/{}", hana[0])).await.is_status(404);
    let push = json!({ "to": hana[0], "messages": [{ "type": "text", "text": "a" }] }).to_string();
    call(b, "POST", "/v2/bot/message/push", &push).await.is_status(400);
    call(a, "POST", "/v2/bot/message/push", &push).await.is_status(200);
    let link = format!("/v2/bot/user/{}/linkToken", hana[0]);
    call(b, "POST", &link, "").await.is_status(404);
    let users = control(b, "GET", &format!("/users?channel={}", b.channel_id()), "").await.json();
    assert_eq!(users["users"].as_array().unwrap().len(), 1);
    assert_eq!(users["users"][0]["userId"], other[0].as_str());
    let say = format!("/chats/{}/messages?channel={}", hana[0], b.channel_id());
    control(b, "POST", &say, r#"{"text":"hi"}"#).await.is_status(404);
}

#[tokio::test]
async fn friends_groups_menus_and_coupons_are_there_and_come_back_at_a_reset() {
    let seed = json!({
        "clock": { "fixed": "2026-12-01T00:00:00Z" },
        "channel": [{ "name": "shop" }, { "name": "news" }],
        "login": [{ "id": "login", "secret": "s", "channel": "news", "redirect_uris": ["http://a/"] }],
        "person": [
            { "name": "Hana", "id": "U0123456789abcdef0123456789abcdef" },
            { "name": "Ken", "friend_of": ["shop"], "has_blocked": ["news"] },
        ],
        "group": [{ "name": "Family", "members": ["Hana", "Ken"] }],
        "room": [{ "members": ["U0123456789abcdef0123456789abcdef"], "channels": ["news"] }],
        "rich_menu": [{
            "name": "main", "chat_bar_text": "Menu", "image": "menu.png", "alias": "main", "default": true,
            "area": [{ "x": 0, "y": 0, "width": 800, "height": 270,
                       "action": { "type": "message", "text": "shop" } }],
        }],
        "coupon": [{ "channel": "shop", "coupon": {
            "title": "10 % off", "startTimestamp": 1_796_050_800, "endTimestamp": 1_798_642_800,
            "maxUseCountPerTicket": 1, "timezone": "ASIA_TOKYO", "visibility": "PUBLIC",
            "acquisitionCondition": { "type": "normal" },
            "reward": { "type": "discount", "priceInfo": { "type": "percentage", "percentage": 10 } },
        } }],
    });
    let sim = start(seed).await.unwrap();
    let news = &sim.channels()[1];
    for _ in 0..2 {
        // In the order of their ids: Ken's was made.
        let (ken, hana) = (sim.friends()[0].clone(), sim.friends()[1].clone());
        assert_eq!(hana.as_str(), "U0123456789abcdef0123456789abcdef");
        assert_eq!((sim.friends().len(), news.friends().len()), (2, 1));
        let groups = control(&sim, "GET", "/groups", "").await.json();
        let group = groups["chats"][0]["id"].as_str().unwrap().to_owned();
        let summary = get(&sim, &format!("/v2/bot/group/{group}/summary")).await.json();
        assert_eq!(summary["groupName"], "Family");
        let menu = get(&sim, &format!("/v2/bot/user/{hana}/richmenu")).await;
        assert_eq!(menu.status, 404, "it is the default one, and linked to nobody");
        let menu = sim.rich_menu_of(&hana).unwrap();
        let alias = get(&sim, "/v2/bot/richmenu/alias/main").await.json();
        assert_eq!(alias["richMenuId"], menu.as_str());
        let picture = get_data(&sim, &format!("/v2/bot/richmenu/{menu}/content")).await;
        assert_eq!((picture.status, &*picture.headers["content-type"]), (200, "image/png"));
        let coupons = get(&sim, "/v2/bot/coupon?status=RUNNING").await.json();
        assert_eq!(coupons["items"][0]["title"], "10 % off", "{coupons}");
        let clock = control(&sim, "GET", "/clock", "").await.json();
        assert_eq!(clock["now"], "2026-12-01T00:00:00Z");
        assert_eq!(news.login().channel_id(), "login");
        let users = control(&sim, "GET", "/users?channel=sim-channel-2", "").await.json();
        assert_eq!(users["users"].as_array().unwrap().len(), 2);
        sim.add_friend();
        sim.set_friendship(&ken, Friendship::Blocked);
        control(&sim, "POST", "/reset", "").await.is_status(204);
    }
    // The channel of a login with a secret of its own answers by it.
    let body = "grant_type=authorization_code&code=x&redirect_uri=http://a/&client_id=login&client_secret=no";
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let url = sim.api_url();
    let token = send(&url, "POST", "/oauth2/v2.1/token", &headers, body.as_bytes()).await.unwrap();
    assert_eq!(token.json()["error_description"], "invalid client_secret");
}

#[tokio::test]
async fn what_contradicts_itself_is_refused_with_its_place() {
    let area = json!({ "x": 0, "y": 0, "width": 800, "height": 270,
                       "action": { "type": "message", "txet": "shop", "text": "a" } });
    let menu = |key: &str, value: Value| {
        let mut menu = json!({ "name": "m", "chat_bar_text": "M", "image": "menu.png" });
        menu[key] = value;
        json!({ "rich_menu": [menu] })
    };
    let person = |key: &str, value: Value| {
        let mut person = json!({ "name": "Hana" });
        person[key] = value;
        json!({ "channel": [{ "name": "Hanaya" }], "person": [person] })
    };
    for (seed, words) in [
        (
            person("friend_of", json!(["Hanya"])),
            "person[0].friend_of[0]: there is no channel `Hanya`; did you mean `Hanaya`?",
        ),
        (person("provider", json!("Nobody Ltd.")), "person[0].provider: there is no provider"),
        (person("id", json!("U1")), "person[0].id: `U1` is not `U` and 32 lower-case hex digits"),
        (json!({ "clock": {} }), "clock: give either `fixed` or `offset`"),
        (json!({ "channel": [{ "id": "1" }, { "id": "1" }] }), "channel[1].id: two channels"),
        (
            json!({ "channel": [{ "token": "t" }, { "token": "t" }] }),
            "channel[1].token: two channels",
        ),
        (json!({ "channel": [{ "plan": "light", "quota": 3 }] }), "channel[0].quota: give either"),
        (json!({ "channel": [{ "webhook": "https://bot.example/" }] }), "channel[0].webhook: "),
        (
            json!({ "group": [{ "members": ["Hana"] }] }),
            "group[0].members[0]: there is no person `Hana`",
        ),
        (
            json!({ "person": [{ "name": "A" }, { "name": "A" }], "room": [{ "members": ["A"] }] }),
            "room[0].members[0]: several are called `A`",
        ),
        (
            json!({ "group": [{ "id": "R00000000000000000000000000000001", "members": [] }] }),
            "group[0].id: ",
        ),
        (
            json!({ "channel": [{ "name": "a" }, { "name": "b" }],
                    "group": [{ "members": [], "channels": ["a", "b"] }] }),
            "group[0].channels: only one account can be in a group or room at a time",
        ),
        (menu("image", json!("none.png")), "rich_menu[0].image: "),
        (menu("area", json!([area])), "rich_menu[0]: there is no key `areas[0].action.txet` here"),
        (menu("chat_bar_text", json!("a bar that is too long")), "rich_menu[0]: "),
    ] {
        let told = refused(seed.clone()).await;
        assert!(told.starts_with(words), "{seed}: {told}");
    }
    for wrong in [
        r#"{"chanel":[]}"#,
        r#"{"channel":[{"nam":"a"}]}"#,
        r#"{"person":[{"name":"a","freind_of":[]}]}"#,
        r#"{"person":[{}]}"#,
    ] {
        assert!(serde_json::from_str::<Seed>(wrong).is_err(), "{wrong}");
    }
    let secret = serde_json::from_str::<Seed>(r#"{"channel":[{"secret":"very secret"}]}"#);
    let told = secret.unwrap_err().to_string();
    assert!(!told.contains("very"), "{told}");
}
