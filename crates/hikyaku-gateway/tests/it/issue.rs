//! Channel access tokens that a bot issues through the gateway, and uses there.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hikyaku_gateway::NewApiKey;
use serde_json::Value;

use crate::{
    home::{Answer, Home, post},
    line::PUSH,
    pages::FORM,
};

async fn home(has_id: bool) -> Home {
    let home = Home::changed(|config, sim| {
        let channel = config.channel.get_mut("default").unwrap();
        channel.channel_id = has_id.then(|| sim.channel_id());
    })
    .await;
    home.key(NewApiKey::new("dropped in", "default")).await;
    home
}

impl Home {
    async fn post_form(&self, path: &str, form: &str) -> Answer {
        self.request(&format!("POST {path}"), FORM, form).await
    }

    async fn push_as(&self, token: &str) -> u16 {
        let body =
            format!(r#"{{"to":"{}","messages":[{{"type":"text","text":"hi"}}]}}"#, self.alice);
        let headers =
            format!("Authorization: Bearer {token}\r\nContent-Type: application/json\r\n");
        self.request(&format!("POST {PUSH}"), &headers, &body).await.status
    }

    /// A key that was looked up is known for a moment.
    async fn until_refused(&self, token: &str) {
        let headers = format!("Authorization: Bearer {token}\r\n");
        while self.request("GET /v2/bot/info", &headers, "").await.status != 401 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    fn asked_for_tokens(&self) -> usize {
        self.sim.requests().iter().filter(|it| it.path.contains("oauth")).count()
    }
}

fn client(home: &Home) -> String {
    let (id, secret) = (home.sim.channel_id(), home.sim.channel_secret());
    format!("grant_type=client_credentials&client_id={id}&client_secret={}", secret.expose())
}

fn token(answer: &Answer) -> String {
    assert_eq!((answer.status, answer.header("x-hikyaku-answer")), (200, Some("line")));
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    body["access_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_token_that_was_issued_through_the_gateway_acts_as_the_key() {
    let home = home(true).await;
    let short = token(&home.post_form("/v2/oauth/accessToken", &client(&home)).await);
    assert_ne!(short, home.sim.channel_token().expose());
    assert_eq!((home.push_as(&short).await, home.sim.delivered()), (200, 1));
    let verified = home.post_form("/v2/oauth/verify", &format!("access_token={short}")).await;
    assert_eq!(verified.status, 200, "{verified:?}");
    let revoked = home.post_form("/v2/oauth/revoke", &format!("access_token={short}")).await;
    assert_eq!(revoked.status, 200, "{revoked:?}");
    home.until_refused(&short).await;

    // This one lives for a quarter of an hour.
    let stateless = token(&home.post_form("/oauth2/v3/token", &client(&home)).await);
    assert_eq!((home.push_as(&stateless).await, home.sim.delivered()), (200, 2));
    home.sim.advance(Duration::from_secs(15 * 60));
    home.until_refused(&stateless).await;
    home.stop().await;
}

#[tokio::test]
async fn tokens_of_others_are_neither_issued_nor_ended() {
    let home = home(true).await;
    let id = home.sim.channel_id();
    let assertion = |iss: &str| {
        let claims = URL_SAFE_NO_PAD.encode(format!(r#"{{"iss":"{iss}","sub":"{iss}"}}"#));
        format!("grant_type=client_credentials&client_assertion=e30.{claims}.e30")
    };
    let own = home.sim.channel_token();
    for (path, form) in [
        ("/v2/oauth/accessToken", client(&home).replace(&id, "1999999999")),
        ("/v2/oauth/accessToken", String::new()),
        ("/oauth2/v3/token", "client_id=".to_owned()),
        ("/oauth2/v2.1/token", assertion("1999999999")),
        ("/oauth2/v2.1/token", "client_assertion=x".to_owned()),
        ("/v2/oauth/revoke", format!("access_token={}", own.expose())),
        ("/v2/oauth/verify", "access_token=unknown".to_owned()),
    ] {
        let refused = home.post_form(path, &form).await;
        assert_eq!(refused.status, 403, "{path} {form}");
        assert_eq!(refused.header("x-hikyaku-error"), Some("forbidden"));
    }
    // Whose a request is must be said once, in its body.
    let other = home.sim.add_channel();
    let mixed = format!("{}&client_id={id}", assertion(&other.channel_id()));
    assert_eq!(home.post_form("/oauth2/v2.1/token", &mixed).await.status, 403);
    for (path, form) in [
        ("/v2/oauth/accessToken", format!("{}&client_id={}", client(&home), other.channel_id())),
        ("/v2/oauth/accessToken", format!("{}&client_secret=x", client(&home))),
        ("/v2/oauth/accessToken?client_id=1", client(&home)),
    ] {
        assert_eq!(home.post_form(path, &form).await.status, 400, "{path} {form}");
    }
    assert_eq!(home.asked_for_tokens(), 0);
    // LINE judges what its channel's name is under.
    let wrong = client(&home).replace(home.sim.channel_secret().expose(), &"0".repeat(32));
    for (path, form) in [("/v2/oauth/accessToken", wrong), ("/oauth2/v2.1/token", assertion(&id))] {
        let refused = home.post_form(path, &form).await;
        assert!((400..=401).contains(&refused.status), "{refused:?}");
        assert_eq!(refused.header("x-hikyaku-answer"), Some("line"));
    }
    assert_eq!(home.asked_for_tokens(), 2);
    // Who tries secrets is slowed down.
    while home.post_form("/v2/oauth/accessToken", "").await.status != 429 {}
    home.stop().await;
}

#[tokio::test]
async fn without_the_channels_id_no_token_is_issued() {
    let home = home(false).await;
    let refused = home.post_form("/v2/oauth/accessToken", &client(&home)).await;
    assert_eq!((refused.status, home.asked_for_tokens()), (403, 0), "{refused:?}");
    home.stop().await;
}

/// Whatever made LINE issue it: what counts is whose LINE says that it is.
#[tokio::test]
async fn a_token_of_another_channel_acts_as_no_key() {
    let home = home(true).await;
    let other = home.sim.add_channel();
    let issued = async |path: &str| {
        let id = other.channel_id();
        let form = client(&home)
            .replace(&home.sim.channel_id(), &id)
            .replace(home.sim.channel_secret().expose(), other.channel_secret().expose());
        let address = home.sim.api_url();
        let address = address.strip_prefix("http://").unwrap();
        post(address, path, "", &form).await
    };
    for path in ["/v2/oauth/accessToken", "/oauth2/v3/token"] {
        let answer = issued(path).await;
        let body: Value = serde_json::from_str(&answer.body).unwrap();
        let token = body["access_token"].as_str().unwrap().to_owned();
        let rule = hikyaku_sim::FaultRule::answer(200).on("POST", path).times(1);
        home.sim.fault(rule.body(body)).unwrap();
        let refused = home.post_form(path, &client(&home)).await;
        assert_eq!((refused.status, refused.header("x-hikyaku-error")), (403, Some("forbidden")));
        assert!(!refused.body.contains(&token), "{refused:?}");
        assert_eq!(home.push_as(&token).await, 401, "{path}");
    }
    // Of the channel itself, it is taken by the same way.
    assert_eq!(home.post_form("/oauth2/v3/token", &client(&home)).await.status, 200);
    assert_eq!(home.sim.delivered(), 0);
    home.stop().await;
}
