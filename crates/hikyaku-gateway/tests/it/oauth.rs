//! Services that ask people for tokens.

use std::time::Duration;

use hikyaku_gateway::{AccessToken, NewService, RegisteredService};
use hikyaku_sim::Delivery;
use serde_json::Value;

use crate::{
    cluster::Cluster,
    home::{Answer, Home, OK, Settings},
    nodes::{Held, Second},
};

const CALLBACK: &str = "http://127.0.0.1:5000/callback";
const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";

pub(crate) async fn service(home: &Home, name: &str) -> RegisteredService {
    let callbacks = vec![CALLBACK.to_owned(), "https://b.example/cb?x=1".to_owned()];
    home.state.add_service(NewService { name: name.to_owned(), callbacks }).await.unwrap()
}

/// What a service asks for; `redirect_uri` is not encoded, as services often send it.
fn wish(service: &RegisteredService, more: &str) -> String {
    let id = &service.client_id;
    format!(
        "response_type=code&client_id={id}&redirect_uri={CALLBACK}&scope=notify&state=s%26%3D1{more}"
    )
}

async fn authorize(home: &Home, query: &str) -> Answer {
    home.request(&format!("GET /oauth/authorize?{query}"), "", "").await
}

/// A page in a browser.
struct Page {
    cookie: String,
    flow: String,
    code: String,
}

impl Page {
    async fn open(home: &Home, query: &str) -> Self {
        let answer = authorize(home, query).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let cookie = answer.header("set-cookie").unwrap();
        assert!(cookie.ends_with("; Path=/oauth; HttpOnly; SameSite=Lax"), "{cookie}");
        let cookie = cookie.split(';').next().unwrap().to_owned();
        let flow = between(&answer.body, "name=\"flow\" value=\"", "\"").to_owned();
        let code = between(&answer.body, "class=\"code\">", "<").to_owned();
        Self { cookie, flow, code }
    }

    async fn act(&self, home: &Home, form: &str) -> Answer {
        let headers = format!("Cookie: a=b; {}\r\n{FORM}", self.cookie);
        let form = format!("flow={}&{form}", self.flow);
        home.request("POST /oauth/consent", &headers, &form).await
    }

    /// Alice sends the code and enters the number that she gets.
    async fn is_alices(&self, home: &Home) -> Answer {
        let number = home.number_for(&self.code).await;
        let answer = self.act(home, &format!("act=answer&number={number}")).await;
        assert!(answer.body.contains("value=\"agree\""), "{answer:?}");
        answer
    }
}

impl Home {
    /// What the account says to a text of Alice's.
    async fn number_for(&self, code: &str) -> String {
        let before = self.sim.delivered();
        self.sim.user_says(&self.alice, code);
        let said = self.said(before).await;
        between(&said, "this number on its page: ", "\n").to_owned()
    }

    /// The text of what comes after so many deliveries.
    pub(crate) async fn said(&self, before: u64) -> String {
        let all: Vec<Delivery> = self.sim.wait_for(before + 1).await.unwrap();
        let last = serde_json::to_value(all.last().unwrap()).unwrap();
        last["messages"][0]["text"].as_str().unwrap_or_else(|| panic!("{last}")).to_owned()
    }

    async fn exchange(&self, service: &RegisteredService, code: &str) -> Answer {
        self.request("POST /oauth/token", FORM, &exchange(service, code)).await
    }
}

fn exchange(service: &RegisteredService, code: &str) -> String {
    let RegisteredService { client_id, client_secret, .. } = service;
    format!(
        "grant_type=authorization_code&code={code}&redirect_uri={CALLBACK}&client_id={client_id}&client_secret={client_secret}"
    )
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = text.split_once(start).unwrap_or_else(|| panic!("no {start} in {text}"));
    rest.split_once(end).unwrap_or_else(|| panic!("no {end} in {rest}")).0
}

/// Where a redirect leads, and the code in it.
fn code_of(answer: &Answer) -> &str {
    assert_eq!(answer.status, 302, "{answer:?}");
    let location = answer.header("location").unwrap();
    let query = location.strip_prefix(CALLBACK).unwrap().strip_prefix("?code=").unwrap();
    query.strip_suffix("&state=s%26%3D1").unwrap()
}

pub(crate) async fn a_code(home: &Home, service: &RegisteredService) -> String {
    let page = Page::open(home, &wish(service, "")).await;
    page.is_alices(home).await;
    let answer = page.act(home, &format!("act=agree&chat={}", home.alice.as_str())).await;
    code_of(&answer).to_owned()
}

pub(crate) async fn exchanged(home: &Home, service: &RegisteredService, code: &str) -> Answer {
    home.exchange(service, code).await
}

pub(crate) async fn a_token(home: &Home, service: &RegisteredService) -> (String, AccessToken) {
    let code = a_code(home, service).await;
    let answer = home.exchange(service, &code).await;
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    let token = body["access_token"].as_str().unwrap_or_else(|| panic!("{answer:?}"));
    (code, AccessToken::import(token).unwrap())
}

async fn a_person_agrees_and_the_service_gets_a_token(home: Home) {
    let service = service(&home, "Clinic").await;
    assert_eq!((service.client_id.len(), service.client_secret.len()), (22, 43));
    let page = Page::open(&home, &wish(&service, "")).await;
    let choices = page.is_alices(&home).await;
    assert!(choices.body.contains("1-on-1 chat with"), "{choices:?}");
    let answer = page.act(&home, &format!("act=agree&chat={}", home.alice.as_str())).await;
    let code = code_of(&answer);
    assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
    assert!(code.len() == 43 && code.bytes().all(|it| it.is_ascii_alphanumeric()), "{code}");

    let answer = home.exchange(&service, code).await;
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("Content-Type"), Some("application/json"));
    let start = r#"{"status":200,"message":"access_token is issued","access_token":""#;
    let token = answer.body.strip_prefix(start).unwrap_or_else(|| panic!("{answer:?}"));
    let token = AccessToken::import(token.strip_suffix("\"}").unwrap()).unwrap();
    assert_eq!(home.notify(&token, "message=your+turn").await.body, OK);
    assert_eq!(home.pushed()["messages"][0]["text"], "[Clinic] your turn");
    let status = home.call("GET /api/status", &token, "", "").await;
    let named = r#"{"status":200,"message":"ok","targetType":"USER","target":"Alice"}"#;
    assert_eq!(status.body, named);
    assert_eq!(home.call("POST /api/revoke", &token, FORM, "{}").await.body, OK);
    assert_eq!(home.notify(&token, "message=x").await.status, 401);
    home.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_agrees_on_sqlite() {
    a_person_agrees_and_the_service_gets_a_token(Home::new().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_agrees_on_postgres() {
    if let Some(home) = Home::on_postgres().await {
        a_person_agrees_and_the_service_gets_a_token(home).await;
    }
}

#[tokio::test]
async fn the_answer_may_be_posted_by_the_browser() {
    let home = Home::new().await;
    let service = service(&home, "A \"shop\" <b>").await;
    let page = Page::open(&home, &wish(&service, "&response_mode=form_post")).await;
    page.is_alices(&home).await;
    let answer = page.act(&home, &format!("act=agree&chat={}", home.alice.as_str())).await;
    assert_eq!((answer.status, answer.header("location")), (200, None));
    let form = format!("<form method=\"post\" action=\"{CALLBACK}\">");
    assert!(answer.body.contains(&form), "{answer:?}");
    assert!(answer.body.contains("name=\"state\" value=\"s&amp;=1\""), "{answer:?}");
    assert!(answer.body.contains("<button class=\"act act-main\">"), "{answer:?}");
    assert!(answer.body.contains("A &quot;shop&quot; &lt;b&gt;"), "{answer:?}");
    let code = between(&answer.body, "name=\"code\" value=\"", "\"");
    assert_eq!(home.exchange(&service, code).await.status, 200);
    home.stop().await;
}

#[tokio::test]
async fn a_person_may_decline() {
    let home = Home::new().await;
    let service = service(&home, "Clinic").await;
    let page = Page::open(&home, &wish(&service, "")).await;
    let answer = page.act(&home, "act=decline").await;
    let location = format!(
        "{CALLBACK}?error=access_denied&state=s%26%3D1&error_description=the%20person%20did%20not%20agree"
    );
    assert_eq!((answer.status, answer.header("location")), (302, Some(location.as_str())));
    assert_eq!(page.act(&home, "act=look").await.status, 400);
    let page = Page::open(&home, &wish(&service, "&response_mode=form_post")).await;
    let answer = page.act(&home, "act=decline").await;
    assert!(answer.body.contains("name=\"error\" value=\"access_denied\""), "{answer:?}");
    home.stop().await;
}

#[tokio::test]
async fn nobody_is_sent_to_an_address_that_is_not_registered() {
    let home = Home::new().await;
    let service = service(&home, "Clinic").await;
    let right = wish(&service, "");
    let gone = self::service(&home, "Gone").await;
    assert!(home.state.remove_service(gone.id).await.unwrap());
    for query in [
        right.replace(&service.client_id, "0123456789012345678901"),
        right.replace(&format!("&client_id={}", service.client_id), ""),
        wish(&gone, ""),
        right.replace(CALLBACK, ""),
        right.replace(CALLBACK, &format!("{CALLBACK}/more")),
        right.replace(CALLBACK, &format!("{CALLBACK}%23x")),
        right.replace(CALLBACK, &format!("{CALLBACK}?x=1")),
        right.replace(CALLBACK, &CALLBACK.to_uppercase()),
        right.replace(CALLBACK, "https://b.example/cb"),
        right.replace(CALLBACK, "https://evil.example/cb"),
        right.replace(CALLBACK, "javascript:alert(1)"),
    ] {
        let answer = authorize(&home, &query).await;
        assert_eq!((answer.status, answer.header("location")), (400, None), "{query}");
        assert!(answer.body.starts_with("<!DOCTYPE html>"), "{answer:?}");
        assert!(!answer.body.contains("evil.example") && !answer.body.contains("<form"));
    }
    home.stop().await;
}

#[tokio::test]
async fn what_else_is_wrong_is_told_to_the_service() {
    let home = Home::new().await;
    let service = service(&home, "Clinic").await;
    let right = wish(&service, "");
    let long = format!("&state={}", "x".repeat(2001));
    for (query, error, state) in [
        (right.replace("&state=s%26%3D1", ""), "invalid_request", ""),
        (right.replace("&state=s%26%3D1", &long), "invalid_request", ""),
        (right.replace("=notify", "=profile"), "invalid_scope", "&state=s%26%3D1"),
        (right.replace("&scope=notify", ""), "invalid_request", "&state=s%26%3D1"),
        (right.replace("=code&", "=token&"), "unsupported_response_type", "&state=s%26%3D1"),
        (right.replace("response_type=code&", ""), "invalid_request", "&state=s%26%3D1"),
        (format!("{right}&response_mode=fragment"), "invalid_request", "&state=s%26%3D1"),
    ] {
        let answer = authorize(&home, &query).await;
        let location = answer.header("location").unwrap_or_else(|| panic!("{query} {answer:?}"));
        let start = format!("{CALLBACK}?error={error}{state}&error_description=");
        assert!(location.starts_with(&start), "{location}");
        assert_eq!((answer.status, answer.header("set-cookie")), (302, None));
    }
    let with_query = right.replace(CALLBACK, "https://b.example/cb?x=1").replace("=notify", "=a");
    let location = authorize(&home, &with_query).await;
    let location = location.header("location").unwrap();
    assert!(location.starts_with("https://b.example/cb?x=1&error=invalid"), "{location}");
    home.stop().await;
}

#[tokio::test]
async fn a_code_is_exchanged_once_by_its_service_alone() {
    let home = Home::new().await;
    let (one, other) = (service(&home, "One").await, service(&home, "Other").await);
    let (code, token) = a_token(&home, &one).await;
    assert_eq!(home.notify(&token, "message=x").await.body, OK);
    // Another service that has got hold of the code changes nothing.
    assert_eq!(home.exchange(&other, &code).await.status, 400);
    assert_eq!(home.notify(&token, "message=x").await.body, OK);
    let again = home.exchange(&one, &code).await;
    let told = r#"{"status":400,"message":"code: is wrong, was used before, has expired, or is of another redirect_uri"}"#;
    assert_eq!((again.status, again.body.as_str()), (400, told));
    assert_eq!(home.notify(&token, "message=x").await.status, 401, "it lives on");

    let page = Page::open(&home, &wish(&one, "")).await;
    page.is_alices(&home).await;
    let answer = page.act(&home, &format!("act=agree&chat={}", home.alice.as_str())).await;
    let code = code_of(&answer).to_owned();
    let right = exchange(&one, &code);
    for wrong in [
        right.replace(&one.client_secret, &other.client_secret),
        right.replace(&one.client_secret, ""),
        right.replace(&one.client_id, &other.client_id),
        right.replace(&one.client_id, "nobody"),
        right.replace(CALLBACK, "https://b.example/cb?x=1"),
        right.replace(CALLBACK, ""),
        right.replace(&code, &format!("{}{}", &code[1..], &code[..1])),
        right.replace(&code, ""),
        right.replace("authorization_code", "password"),
        String::new(),
    ] {
        let answer = home.request("POST /oauth/token", FORM, &wrong).await;
        assert_eq!(answer.status, 400, "{wrong}");
        assert!(answer.body.starts_with(r#"{"status":400,"message":""#), "{answer:?}");
        assert!(!answer.body.contains(&one.client_secret) && !answer.body.contains(&code));
    }
    assert_eq!(home.request("GET /oauth/token", "", "").await.status, 405);
    let answer = home.request(&format!("POST /oauth/token?{right}"), FORM, "").await;
    assert_eq!(answer.status, 400, "a secret in an address");
    home.sim.advance(Duration::from_secs(5 * 60 + 1));
    assert_eq!(home.exchange(&one, &code).await.status, 400, "it was to be over");
    home.stop().await;
}

/// Two who have a code use it at the same moment, at two nodes: one of them gets a token, and does not keep it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_is_exchanged_once_though_two_nodes_are_asked_at_the_same_moment() {
    let Some(cluster) = Cluster::shared() else { return };
    let store = cluster.database();
    let home = Home::start(Settings { store: Some(store.clone()), ..Settings::default() }).await;
    let second = Second::start(&store, &home, "");
    let service = service(&home, "Clinic").await;
    let page = Page::open(&home, &wish(&service, "")).await;
    page.is_alices(&home).await;
    let agree = format!("act=agree&chat={}", home.alice.as_str());
    let code = code_of(&page.act(&home, &agree).await).to_owned();
    // Nobody can write down a token until both have looked at the code.
    let held = Held::hold(&store, &["LOCK TABLE hikyaku_gateway_token IN SHARE MODE"]).await;
    let form = exchange(&service, &code);
    let (one, other, ()) = tokio::join!(
        home.exchange(&service, &code),
        second.call("none", "POST /oauth/token", FORM, &form),
        held.let_go_before(cluster, 2)
    );
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400], "{one:?} {other:?}");
    let issued = if one.status == 200 { one } else { other };
    let token = between(&issued.body, "access_token\":\"", "\"");
    let token = AccessToken::import(token).unwrap();
    assert_eq!(home.notify(&token, "message=x").await.status, 401, "one of the two is a thief");
    home.stop().await;
}

#[tokio::test]
async fn a_code_is_exchanged_by_a_form_of_parts() {
    let home = Home::new().await;
    let service = service(&home, "Clinic").await;
    let page = Page::open(&home, &wish(&service, "")).await;
    page.is_alices(&home).await;
    let answer = page.act(&home, &format!("act=agree&chat={}", home.alice.as_str())).await;
    let form = exchange(&service, code_of(&answer));
    let parts = form.split('&').map(|pair| {
        let (name, value) = pair.split_once('=').unwrap();
        format!("--X\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    });
    let body = parts.chain(["--X--\r\n".to_owned()]).collect::<String>();
    let headers = "Content-Type: multipart/form-data; boundary=X\r\n";
    let answer = home.request("POST /oauth/token", headers, &body).await;
    assert!(
        answer.body.starts_with(r#"{"status":200,"message":"access_token is issued""#),
        "{answer:?}"
    );
    home.stop().await;
}

#[tokio::test]
async fn a_page_obeys_its_browser_alone() {
    let home = Home::new().await;
    let service = service(&home, "Clinic").await;
    let page = Page::open(&home, &wish(&service, "")).await;
    let other = Page::open(&home, &wish(&service, "")).await;
    assert_ne!((&page.cookie, &page.flow), (&other.cookie, &other.flow));
    page.is_alices(&home).await;
    let agree = format!("act=agree&chat={}", home.alice.as_str());
    let nobody = Page { cookie: "a=b".to_owned(), flow: page.flow.clone(), code: String::new() };
    let wrong = Page { cookie: other.cookie.clone(), flow: page.flow.clone(), code: String::new() };
    let unknown = Page { cookie: page.cookie.clone(), flow: "x".repeat(43), code: String::new() };
    for thief in [nobody, wrong, unknown] {
        let answer = thief.act(&home, &agree).await;
        assert_eq!((answer.status, answer.header("location")), (400, None), "{answer:?}");
    }
    // One that nobody has proven to be.
    let answer = other.act(&home, &agree).await;
    assert!(answer.header("location").is_none() && answer.body.contains("name=\"number\""));
    // A chat that is not hers.
    let answer = page.act(&home, &format!("act=agree&chat={}", home.group)).await;
    assert!(answer.header("location").is_none() && !answer.body.contains(&home.group));
    // A form on another site.
    let headers = format!("Cookie: {}\r\nSec-Fetch-Site: cross-site\r\n{FORM}", page.cookie);
    let form = format!("flow={}&{agree}", page.flow);
    let answer = home.request("POST /oauth/consent", &headers, &form).await;
    assert_eq!((answer.status, answer.header("location")), (403, None));
    // A page that is over.
    home.sim.advance(Duration::from_secs(15 * 60 + 1));
    assert_eq!(page.act(&home, &agree).await.status, 400);
    home.stop().await;
}

#[tokio::test]
async fn a_number_cannot_be_guessed() {
    let home = Home::new().await;
    let service = service(&home, "Clinic").await;
    let page = Page::open(&home, &wish(&service, "")).await;
    let number = home.number_for(&page.code).await;
    let wrong = if number.starts_with('1') { "211111" } else { "111111" };
    for _ in 0..10 {
        let answer = page.act(&home, &format!("act=answer&number={wrong}")).await;
        assert!(answer.body.contains("That is not the number"), "{answer:?}");
    }
    let answer = page.act(&home, &format!("act=answer&number={number}")).await;
    assert!(answer.body.contains("That is not the number"), "{answer:?}");
    // The code counts from a chat, and the number is of the last one that was sent.
    let page = Page::open(&home, &wish(&service, "")).await;
    let first = home.number_for(&page.code.to_lowercase().replace('-', " ")).await;
    let second = home.number_for(&page.code).await;
    if first != second {
        let answer = page.act(&home, &format!("act=answer&number={first}")).await;
        assert!(answer.body.contains("That is not the number"), "{answer:?}");
    }
    let answer =
        page.act(&home, &format!("act=answer&number=+{}+{}", &second[..3], &second[3..])).await;
    assert!(answer.body.contains("value=\"agree\""), "{answer:?}");
    // Further mistakes from this address are too many.
    for _ in 0..20 {
        page.act(&home, "act=look").await;
        let thief = Page { cookie: page.cookie.clone(), flow: "x".repeat(43), code: String::new() };
        thief.act(&home, "act=look").await;
    }
    assert_eq!(page.act(&home, "act=look").await.status, 429);
    home.stop().await;
}

#[tokio::test]
async fn one_address_gets_so_many_pages() {
    let home = Home::new().await;
    let service = service(&home, "Clinic").await;
    let mut statuses = Vec::new();
    for _ in 0..61 {
        statuses.push(authorize(&home, &wish(&service, "")).await.status);
    }
    assert_eq!((statuses[59], statuses[60]), (200, 429));
    home.stop().await;
}

#[tokio::test]
async fn pages_are_safe_and_speak_the_readers_language() {
    let home = Home::new().await;
    let service = service(&home, "<script>alert(1)</script>").await;
    let line = format!("GET /oauth/authorize?{}", wish(&service, ""));
    for (lang, words) in [
        ("en", "Agree and connect"),
        ("ja", "コードを送信"),
        ("zh-TW", "並傳送以下代碼"),
        ("th", "แล้วส่งรหัสนี้"),
    ] {
        let answer = home.request(&line, &format!("Accept-Language: {lang}\r\n"), "").await;
        assert!(lang == "en" || answer.body.contains(words), "{lang} {answer:?}");
        assert!(!answer.body.contains("<script"), "{answer:?}");
        for (name, value) in [
            ("content-security-policy", "frame-ancestors 'none'"),
            ("x-frame-options", "DENY"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{name}");
        }
        let policy = "default-src &#39;none&#39;; base-uri &#39;none&#39;; \
            form-action &#39;self&#39; http://127.0.0.1:5000; style-src &#39;unsafe-inline&#39;";
        assert!(answer.body.contains(policy), "{answer:?}");
    }
    home.stop().await;
}

#[tokio::test]
async fn a_service_that_is_removed_takes_its_tokens_along() {
    let home = Home::new().await;
    let (one, other) = (service(&home, "One").await, service(&home, "Other").await);
    let (_, of_one) = a_token(&home, &one).await;
    let (_, of_other) = a_token(&home, &other).await;
    let page = Page::open(&home, &wish(&one, "")).await;
    assert!(home.state.remove_service(one.id).await.unwrap());
    assert!(!home.state.remove_service(one.id).await.unwrap());
    assert_eq!(home.notify(&of_one, "message=x").await.status, 401);
    assert_eq!(home.notify(&of_other, "message=x").await.body, OK);
    assert_eq!(home.notify(&home.t1, "message=x").await.body, OK);
    assert_eq!(page.act(&home, "act=look").await.status, 400);
    home.stop().await;
}

#[tokio::test]
async fn a_group_is_picked_after_the_code_was_typed_in_it() {
    let home = Home::with("free_replies = false", None).await;
    let service = service(&home, "Clinic").await;
    let page = Page::open(&home, &wish(&service, "")).await;
    page.is_alices(&home).await;
    let group = home.sim.invite(&[home.alice.clone(), home.sim.add_friend()]);
    let stranger = home.sim.add_friend();
    home.sim.member_joins(&group, &stranger);
    home.sim.member_says(&group, &stranger, &page.code);
    home.sim.webhooks().wait_until_idle().await.unwrap();
    assert!(!page.act(&home, "act=look").await.body.contains(group.as_str()), "it is not hers");
    let before = home.sim.delivered();
    home.sim.member_says(&group, &home.alice, &page.code);
    assert_eq!(home.said(before).await, "This chat can be chosen on the page now.");
    let choices = page.act(&home, "act=look").await;
    let group = group.as_str();
    assert!(choices.body.contains(&format!("value=\"{group}\"")), "{choices:?}");
    let answer = page.act(&home, &format!("act=agree&chat={group}")).await;
    let answer = home.exchange(&service, code_of(&answer)).await;
    let token = between(&answer.body, "access_token\":\"", "\"").to_owned();
    let token = AccessToken::import(&token).unwrap();
    assert_eq!(home.notify(&token, "message=x").await.body, OK);
    assert_eq!(home.pushed()["to"], group);
    let status = home.call("GET /api/status", &token, "", "").await;
    assert!(status.body.contains(r#""targetType":"GROUP","target":""#), "{status:?}");
    let told = serde_json::to_string(&home.sim.outbox()).unwrap();
    assert!(!told.contains(token.expose()) && !told.contains(&service.client_secret));

    // Next time it is in the list, for her and for nobody else, until she leaves it.
    let page = Page::open(&home, &wish(&service, "")).await;
    assert!(page.is_alices(&home).await.body.contains(group));
    assert!(home.sim.member_leaves(group, &home.alice));
    home.sim.webhooks().wait_until_idle().await.unwrap();
    assert!(!page.act(&home, "act=look").await.body.contains(group));
    home.stop().await;
}

#[tokio::test]
async fn every_endpoint_knows_nobody_the_wrong_one_and_the_right_one() {
    let home = Home::new().await;
    let (one, other) = (service(&home, "One").await, service(&home, "Other").await);
    let (_, of_one) = a_token(&home, &one).await;
    let (_, of_other) = a_token(&home, &other).await;
    // A secret of one kind is none of another: a client secret opens no endpoint of tokens, a token no exchange.
    let secret = AccessToken::import(&one.client_secret).unwrap();
    for line in ["POST /api/notify?message=x", "GET /api/status", "POST /api/revoke"] {
        assert_eq!(home.request(line, "", "").await.status, 401, "nobody: {line}");
        assert_eq!(home.call(line, &secret, "", "").await.status, 401, "a service: {line}");
    }
    let nobody = home.request("POST /oauth/token", FORM, "").await;
    assert_eq!(nobody.status, 400);
    let with_token = exchange(&one, "x").replace(&one.client_secret, of_one.expose());
    assert_eq!(home.request("POST /oauth/token", FORM, &with_token).await.status, 400);
    // One token tells and ends nothing of the other.
    assert_eq!(home.call("POST /api/revoke", &of_other, FORM, "{}").await.body, OK);
    assert_eq!(home.call("GET /api/status", &of_other, "", "").await.status, 401);
    for line in ["GET /api/status", "POST /api/notify?message=x", "POST /api/revoke"] {
        assert_eq!(home.call(line, &of_one, "", "").await.status, 200, "the right one: {line}");
    }
    // The webhook's address is LINE's: neither opens it.
    let bearer = format!("Authorization: Bearer {}\r\n", home.t1.expose());
    assert_eq!(home.request("POST /webhook", &bearer, r#"{"events":[]}"#).await.status, 401);
    home.stop().await;
}

async fn a_nul_in_a_parameter_is_the_callers_mistake(home: Home) {
    let service = service(&home, "Clinic").await;
    let right = wish(&service, "");
    for query in [
        right.replace("s%26%3D1", "a%00b"),
        right.replace(&service.client_id, "%00"),
        right.replace(CALLBACK, "%00"),
    ] {
        assert_eq!(authorize(&home, &query).await.status, 400, "{query}");
    }
    let wrong = exchange(&service, "x").replace(&service.client_id, "a%00b");
    assert_eq!(home.request("POST /oauth/token", FORM, &wrong).await.status, 400);
    let page = Page::open(&home, &right).await;
    page.is_alices(&home).await;
    assert_eq!(page.act(&home, "act=agree&chat=%00").await.status, 400);
    let page = home.request("GET /my/enter?link=%00", "", "").await;
    assert_eq!(page.status, 400);
    home.stop().await;
}

#[tokio::test]
async fn a_nul_in_a_parameter_is_the_callers_mistake_on_sqlite() {
    a_nul_in_a_parameter_is_the_callers_mistake(Home::new().await).await;
}

#[tokio::test]
async fn a_nul_in_a_parameter_is_the_callers_mistake_on_postgres() {
    if let Some(home) = Home::on_postgres().await {
        a_nul_in_a_parameter_is_the_callers_mistake(home).await;
    }
}
