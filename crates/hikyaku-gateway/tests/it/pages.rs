//! The pages on which people sign in, and see, make and end their tokens.

use std::time::Duration;

use hikyaku_gateway::{Listener, Served, Visitor};
use hikyaku_model::UserId;

use crate::home::{Answer, Home};

pub(crate) const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";

/// A browser that is signed in.
pub(crate) struct Browser<'a> {
    home: &'a Home,
    /// The cookie, as it is sent.
    pub(crate) cookie: String,
    /// What its forms have in them.
    pub(crate) proof: String,
}

impl Home {
    /// A browser of this visitor, who has opened a link.
    pub(crate) async fn signed_in(&self, visitor: Visitor) -> Browser<'_> {
        let area = if matches!(visitor, Visitor::Person { .. }) { "/my" } else { "/operator" };
        let link = self.state.sign_in_link(visitor).await.unwrap();
        let answer = self.enter(area, &link).await;
        assert_eq!((answer.status, answer.header("location")), (303, Some(area)), "{answer:?}");
        let cookie = answer.header("set-cookie").unwrap();
        let cookie = cookie.split(';').next().unwrap().to_owned();
        let mut browser = Browser { home: self, cookie, proof: String::new() };
        let page = browser.get(area).await;
        assert_eq!(page.status, 200, "{page:?}");
        between(&page.body, "name=\"proof\" value=\"", "\"").clone_into(&mut browser.proof);
        browser
    }

    pub(crate) async fn enter(&self, area: &str, link: &str) -> Answer {
        let headers = format!("Origin: http://gateway\r\n{FORM}");
        self.request(&format!("POST {area}/enter"), &headers, &format!("link={link}")).await
    }

    pub(crate) fn alice(&self) -> Visitor {
        person(&self.alice)
    }
}

pub(crate) fn person(user: &UserId) -> Visitor {
    Visitor::Person { channel: "default".to_owned(), user: user.as_str().to_owned() }
}

impl Browser<'_> {
    pub(crate) async fn get(&self, path: &str) -> Answer {
        let headers = format!("Cookie: a=b; {}\r\n", self.cookie);
        self.home.request(&format!("GET {path}"), &headers, "").await
    }

    /// Sends a form of one of the pages.
    pub(crate) async fn post(&self, path: &str, form: &str) -> Answer {
        let form = format!("proof={}&{form}", self.proof);
        self.send(path, "Origin: http://gateway\r\n", &form).await
    }

    pub(crate) async fn send(&self, path: &str, headers: &str, form: &str) -> Answer {
        let headers = format!("Cookie: {}\r\n{headers}{FORM}", self.cookie);
        self.home.request(&format!("POST {path}"), &headers, form).await
    }
}

pub(crate) fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = text.split_once(start).unwrap_or_else(|| panic!("no {start} in {text}"));
    rest.split_once(end).unwrap_or_else(|| panic!("no {end} in {rest}")).0
}

/// What stands in the fields to copy from.
fn copies(page: &str) -> Vec<&str> {
    page.split("class=\"copy\" tabindex=\"0\">")
        .skip(1)
        .map(|it| it.split('<').next().unwrap())
        .collect()
}

#[tokio::test]
async fn a_link_works_once_and_only_where_it_is_for() {
    let home = Home::new().await;
    let nobody = home.request("GET /my", "", "").await;
    assert_eq!((nobody.status, nobody.header("location")), (303, Some("/my/sign-in")));
    let link = home.state.sign_in_link(home.alice()).await.unwrap();
    // To look at it ends nothing: programs open links, too.
    for _ in 0..2 {
        let shown = home.request(&format!("GET /my/enter?link={link}"), "", "").await;
        assert!(shown.status == 200 && shown.body.contains("Sign in as Alice?"), "{shown:?}");
        assert_eq!(shown.header("cache-control"), Some("no-store"));
    }
    assert_eq!(home.enter("/operator", &link).await.status, 400);
    let entered = home.enter("/my", &link).await;
    let cookie = entered.header("set-cookie").unwrap();
    assert!(cookie.ends_with("; Path=/my; HttpOnly; SameSite=Lax"), "{cookie}");
    let again = home.enter("/my", &link).await;
    assert!(again.status == 400 && again.header("set-cookie").is_none(), "{again:?}");
    let shown = home.request(&format!("GET /my/enter?link={link}"), "", "").await;
    assert_eq!(shown.status, 400);
    // An old one is over.
    let link = home.state.sign_in_link(home.alice()).await.unwrap();
    home.sim.advance(Duration::from_secs(16 * 60));
    assert_eq!(home.enter("/my", &link).await.status, 400);
}

#[tokio::test]
async fn a_session_ends_with_its_time_and_when_its_person_leaves() {
    let home = Home::new().await;
    let one = home.signed_in(home.alice()).await;
    let other = home.signed_in(home.alice()).await;
    let out = one.post("/my/sign-out", "").await;
    assert_eq!((out.status, out.header("location")), (303, Some("/my/sign-in")));
    assert!(out.header("set-cookie").unwrap().contains("Max-Age=0"), "{out:?}");
    assert_eq!(one.get("/my").await.status, 303);
    assert_eq!(other.get("/my").await.status, 200);
    home.sim.advance(Duration::from_secs(8 * 24 * 60 * 60));
    assert_eq!(other.get("/my").await.status, 303);
}

#[tokio::test]
async fn forms_of_other_sites_and_sessions_change_nothing() {
    let home = Home::new().await;
    let alice = home.signed_in(home.alice()).await;
    let other = home.signed_in(home.alice()).await;
    let tokens = home.state.tokens().await.unwrap();
    let id = tokens[0].id;
    let form = |proof: &str| format!("proof={proof}&id={id}");
    for (headers, proof) in [
        ("Origin: http://gateway\r\n", ""),
        ("Origin: http://gateway\r\n", other.proof.as_str()),
        ("", alice.proof.as_str()),
        ("Origin: null\r\n", &alice.proof),
        ("Origin: http://evil.example\r\n", &alice.proof),
        ("Origin: http://gateway\r\nSec-Fetch-Site: cross-site\r\n", &alice.proof),
        ("Origin: http://gateway\r\nSec-Fetch-Site: same-site\r\n", &alice.proof),
        ("Sec-Fetch-Site: none\r\n", &alice.proof),
    ] {
        let answer = alice.send("/my/revoke", headers, &form(proof)).await;
        assert_eq!(answer.status, 403, "{headers} {answer:?}");
    }
    // What changes something is read from the body alone.
    let path = format!("/my/revoke?proof={}&id={id}", alice.proof);
    assert_eq!(alice.send(&path, "Origin: http://gateway\r\n", "").await.status, 403);
    assert_eq!(home.state.tokens().await.unwrap(), tokens);
    let headers = "Origin: http://gateway\r\nSec-Fetch-Site: same-origin\r\n";
    assert_eq!(alice.send("/my/revoke", headers, &form(&alice.proof)).await.status, 303);
    assert!(home.state.tokens().await.unwrap()[0].revoked);
}

async fn a_person_makes_tests_moves_and_revokes_a_token(home: Home) {
    home.knows(&home.alice).await;
    let alice = home.signed_in(home.alice()).await;
    let form = format!("name=%3Cb%3Ebackup&chat={}", home.alice.as_str());
    let made = alice.post("/my/create", &form).await;
    assert_eq!(made.status, 200, "{made:?}");
    let [token, line] = copies(&made.body)[..] else { panic!("{made:?}") };
    assert!(
        line.contains(&format!("Bearer {token}")) && line.contains("http://gateway/api/notify")
    );
    assert!(made.body.contains("&lt;b&gt;backup") && !made.body.contains("<b>backup"), "{made:?}");
    let token = hikyaku_gateway::AccessToken::import(token).unwrap();
    assert_eq!(home.notify(&token, "message=hi").await.status, 200);

    let list = alice.get("/my").await;
    assert!(list.body.contains("&lt;b&gt;backup") && !list.body.contains(token.expose()));
    assert!(list.body.contains("<dt>Calls this month</dt><dd>1</dd>"), "{}", list.body);
    assert!(list.body.contains("<dd>1 of the quota</dd>"), "{}", list.body);
    assert!(list.body.contains("just now") && list.body.contains("never"), "{}", list.body);

    let all = home.state.tokens().await.unwrap();
    let id = all.iter().find(|it| it.name == "<b>backup").unwrap().id;
    let tested = alice.post("/my/test", &format!("id={id}")).await;
    assert_eq!(tested.header("location"), Some("/my?told=sent"), "{tested:?}");
    assert!(home.pushed()["messages"][0]["text"].as_str().unwrap().contains("This is a test."));

    // To another chat, by a code that is sent there.
    let moved = alice.post("/my/move", &format!("id={id}&chat=other")).await;
    let [code] = copies(&moved.body)[..] else { panic!("{moved:?}") };
    let before = home.sim.delivered();
    home.sim.member_says(&home.group, &home.alice, code);
    home.sim.wait_for(before + 1).await.unwrap();
    let target = |tokens: Vec<hikyaku_gateway::TokenRow>| {
        tokens.into_iter().find(|it| it.id == id).unwrap().target
    };
    assert_eq!(target(home.state.tokens().await.unwrap()), home.group);
    // And back, because the chat is known.
    let moved = alice.post("/my/move", &format!("id={id}&chat={}", home.alice.as_str())).await;
    assert_eq!(moved.header("location"), Some("/my?told=moved"), "{moved:?}");
    assert_eq!(target(home.state.tokens().await.unwrap()), home.alice.as_str());

    let revoked = alice.post("/my/revoke", &format!("id={id}")).await;
    assert_eq!(revoked.header("location"), Some("/my?told=revoked"));
    assert_eq!(home.notify(&token, "message=hi").await.status, 401);
    home.stop().await;
}

#[tokio::test]
async fn a_person_makes_tests_moves_and_revokes_a_token_on_sqlite() {
    a_person_makes_tests_moves_and_revokes_a_token(Home::new().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_makes_tests_moves_and_revokes_a_token_on_postgres() {
    if let Some(home) = Home::on_postgres().await {
        a_person_makes_tests_moves_and_revokes_a_token(home).await;
    }
}

#[tokio::test]
async fn a_token_for_a_group_works_once_its_code_was_sent_there() {
    let home = Home::new().await;
    home.knows(&home.alice).await;
    let alice = home.signed_in(home.alice()).await;
    let made = alice.post("/my/create", "name=door&chat=other").await;
    let [token, code, _] = copies(&made.body)[..] else { panic!("{made:?}") };
    let token = hikyaku_gateway::AccessToken::import(token).unwrap();
    assert_eq!(home.notify(&token, "message=hi").await.status, 401);
    let before = home.sim.delivered();
    home.sim.member_says(&home.group, &home.alice, code);
    home.sim.wait_for(before + 1).await.unwrap();
    assert_eq!(home.notify(&token, "message=hi").await.status, 200);
    // Three people get it, so it costs three.
    let list = alice.get("/my").await;
    assert!(list.body.contains("<dd>3 of the quota</dd>"), "{}", list.body);
    // Once linked, the group can be picked.
    assert!(list.body.contains(&format!("value=\"{}\"", home.group)), "{}", list.body);
}

#[tokio::test]
async fn what_is_wrong_is_told_and_nobody_reaches_what_is_not_theirs() {
    let home = Home::new().await;
    home.knows(&home.alice).await;
    let alice = home.signed_in(home.alice()).await;
    let form = format!("name=%20&chat={}", home.alice.as_str());
    let answer = alice.post("/my/create", &form).await;
    assert!(answer.status == 400 && answer.body.contains("1 to 100 characters"), "{answer:?}");
    let form = format!("name=x&chat={}", home.group);
    let answer = alice.post("/my/create", &form).await;
    assert!(answer.status == 400 && answer.body.contains("cannot be chosen"), "{answer:?}");
    // Another person sees and reaches none of it.
    let bob = home.sim.add_friend();
    let bob = home.signed_in(person(&bob)).await;
    let page = bob.get("/my").await;
    assert!(!page.body.contains("cron") && page.body.contains("You have no token yet"), "{page:?}");
    let id = home.state.tokens().await.unwrap()[0].id;
    for path in ["/my/test", "/my/move", "/my/revoke"] {
        let answer = bob.post(path, &format!("id={id}&chat={}", home.group)).await;
        assert_eq!(answer.header("location"), Some("/my?told=gone"), "{path} {answer:?}");
    }
    assert!(!home.state.tokens().await.unwrap()[0].revoked);
}

#[tokio::test]
async fn a_person_registers_a_service_and_removes_it() {
    let home = Home::new().await;
    let alice = home.signed_in(home.alice()).await;
    let wrong = alice.post("/my/services/add", "name=Clinic&callbacks=ftp%3A%2F%2Fa").await;
    assert!(wrong.status == 400 && wrong.body.contains("must begin with https://"), "{wrong:?}");
    let form =
        "name=Clinic&callbacks=https%3A%2F%2Fa.example%2Fcb%0D%0Ahttp%3A%2F%2F127.0.0.1%3A5000%2F";
    let made = alice.post("/my/services/add", form).await;
    let [client_id, secret] = copies(&made.body)[..] else { panic!("{made:?}") };
    let row = home.state.services().await.unwrap().pop().unwrap();
    assert_eq!(row.client_id, client_id);
    assert_eq!(row.callbacks, ["https://a.example/cb", "http://127.0.0.1:5000/"]);
    let list = alice.get("/my/services").await;
    assert!(list.body.contains(client_id) && !list.body.contains(secret), "{list:?}");
    let bob = home.sim.add_friend();
    let bob = home.signed_in(person(&bob)).await;
    let form = format!("id={}", row.id);
    let answer = bob.post("/my/services/remove", &form).await;
    assert_eq!(answer.header("location"), Some("/my/services?told=gone"));
    let answer = alice.post("/my/services/remove", &form).await;
    assert_eq!(answer.header("location"), Some("/my/services?told=removed"));
    assert!(home.state.services().await.unwrap()[0].removed);
}

#[tokio::test]
async fn the_account_sends_a_link_to_those_who_ask_alone() {
    let home =
        Home::changed(|config, _| config.public_url = Some("https://notify.example".to_owned()))
            .await;
    let before = home.sim.delivered();
    home.sim.member_says(&home.group, &home.alice, "/my");
    home.sim.user_says(&home.alice, " /MY ");
    let said = home.said(before).await;
    let link = said.split_once("https://notify.example/my/enter?link=").unwrap().1;
    let answer = home.enter("/my", link).await;
    assert_eq!(answer.status, 303, "{answer:?}");
    // Only one was sent: none to the group.
    assert_eq!(home.sim.delivered(), before + 1);
}

#[tokio::test]
async fn a_person_logs_in_with_line() {
    let home = Home::changed(|config, sim| {
        let (login, url) = (sim.login(), sim.api_url());
        config.pages.login_channel_id = Some(login.channel_id());
        config.pages.login_secret = Some(login.channel_secret().expose().to_owned());
        config.pages.login_url = Some(url);
    })
    .await;
    let login = home.sim.login();
    login.add_redirect_uri("http://gateway/my/line/back");
    let begin = home.request("GET /my/line", "", "").await;
    assert_eq!(begin.status, 303, "{begin:?}");
    let url = begin.header("location").unwrap();
    let path = url.strip_prefix(&home.sim.api_url()).unwrap();
    let cookie = begin.header("set-cookie").unwrap();
    assert!(cookie.ends_with("; Path=/my/line; HttpOnly; SameSite=Lax"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap();
    let back = login.agree(&home.alice, path);
    let path = back.strip_prefix("http://gateway").unwrap();

    // Not for another browser, and not before the account knows the person.
    let stolen = home.request(&format!("GET {path}"), "", "").await;
    assert_eq!((stolen.status, stolen.header("set-cookie")), (400, None), "{stolen:?}");
    let cookie = format!("Cookie: {cookie}\r\n");
    let stranger = home.request(&format!("GET {path}"), &cookie, "").await;
    assert!(
        stranger.status == 403 && stranger.body.contains("as a friend in LINE first"),
        "{stranger:?}"
    );
    home.knows(&home.alice).await;
    let again = home.request(&format!("GET {path}"), &cookie, "").await;
    assert_eq!(again.status, 400, "a code works once: {again:?}");

    let begin = home.request("GET /my/line", "", "").await;
    let path =
        begin.header("location").unwrap().strip_prefix(&home.sim.api_url()).unwrap().to_owned();
    let cookie = begin.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let back = login.agree(&home.alice, &path);
    let path = back.strip_prefix("http://gateway").unwrap();
    let cookie = format!("Cookie: {cookie}\r\n");
    let signed_in = home.request(&format!("GET {path}"), &cookie, "").await;
    assert_eq!(
        (signed_in.status, signed_in.header("location")),
        (303, Some("/my")),
        "{signed_in:?}"
    );
    let session = signed_in.header("set-cookie").unwrap().split(';').next().unwrap();
    let page = home.request("GET /my", &format!("Cookie: {session}\r\n"), "").await;
    assert!(page.status == 200 && page.body.contains("Alice"), "{page:?}");
    let denied = home.request("GET /my/line/back?error=access_denied&state=x", &cookie, "").await;
    assert!(denied.status == 400 && denied.body.contains("did not confirm"), "{denied:?}");
}

#[tokio::test]
async fn one_address_tries_so_many_links_a_minute() {
    let home = Home::new().await;
    let link = home.state.sign_in_link(home.alice()).await.unwrap();
    for _ in 0..20 {
        assert_eq!(home.enter("/my", "guess").await.status, 400);
    }
    assert_eq!(home.enter("/my", &link).await.status, 429);
}

#[tokio::test]
async fn pages_speak_the_languages_of_their_readers() {
    let home = Home::new().await;
    for (lang, tag, words) in [
        ("ja", "ja", "ログイン"),
        ("zh-TW", "zh-Hant", "登入"),
        ("th-TH", "th", "โทเค็น"),
        ("de", "en", "Make tokens"),
    ] {
        let page =
            home.request("GET /my/sign-in", &format!("Accept-Language: {lang}\r\n"), "").await;
        assert!(
            page.body.contains(words) && page.body.contains(&format!("lang=\"{tag}\"")),
            "{page:?}"
        );
    }
}

#[tokio::test]
async fn pages_at_an_https_url_have_cookies_for_https_alone() {
    let home = Home::configured(|config| {
        config.public_url = Some("https://Notify.example".to_owned());
    })
    .await;
    let link = home.state.sign_in_link(home.alice()).await.unwrap();
    let entered = home.enter("/my", &link).await;
    let cookie = entered.header("set-cookie").unwrap();
    assert!(cookie.ends_with("; SameSite=Lax; Secure"), "{cookie}");
    // An operator's listener may be the machine's own.
    let ann = || Visitor::Operator { name: "ann".to_owned() };
    let link = home.state.sign_in_link(ann()).await.unwrap();
    let entered = home.enter("/operator", &link).await;
    assert!(!entered.header("set-cookie").unwrap().contains("Secure"), "{entered:?}");
    let link = home.state.sign_in_link(ann()).await.unwrap();
    let headers = format!("Origin: https://gateway\r\n{FORM}");
    let entered = home.request("POST /operator/enter", &headers, &format!("link={link}")).await;
    assert!(entered.header("set-cookie").unwrap().ends_with("; Secure"), "{entered:?}");
    home.stop().await;
}

#[tokio::test]
async fn a_slash_at_the_end_is_the_same_page() {
    let home = Home::new().await;
    let alice = home.signed_in(home.alice()).await;
    for path in ["/my/", "/my/services/"] {
        assert_eq!(alice.get(path).await.status, 200, "{path}");
    }
    let ann = home.signed_in(Visitor::Operator { name: "ann".to_owned() }).await;
    for path in ["/operator/", "/operator/lanes/"] {
        assert_eq!(ann.get(path).await.status, 200, "{path}");
    }
    home.stop().await;
}

#[tokio::test]
async fn a_scripts_line_names_the_listener_that_it_is_for() {
    let home = Home::configured(|config| {
        config.public_url = Some("http://gateway".to_owned());
        let all = config.listen.get_mut("all").unwrap();
        all.serve.retain(|it| *it != Served::Notify);
        let lan = Listener { serve: vec![Served::Notify], ..all.clone() };
        config.listen.insert("lan".to_owned(), lan);
    })
    .await;
    home.knows(&home.alice).await;
    let alice = home.signed_in(home.alice()).await;
    let form = format!("name=backup&chat={}", home.alice.as_str());
    let made = alice.post("/my/create", &form).await;
    let [token, line] = copies(&made.body)[..] else { panic!("{made:?}") };
    let url = line.rsplit(' ').next().unwrap().strip_suffix("/api/notify").unwrap();
    let headers = format!("Authorization: Bearer {token}\r\n");
    let answer = crate::home::post(
        url.strip_prefix("http://").unwrap(),
        "/api/notify",
        &headers,
        "message=hi",
    )
    .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    home.stop().await;
}

#[tokio::test]
async fn a_person_has_a_hundred_tokens_and_codes_at_most() {
    let home = Home::new().await;
    home.knows(&home.alice).await;
    let service = crate::oauth::service(&home, "Clinic").await;
    let code = crate::oauth::a_code(&home, &service).await;
    let alice = home.signed_in(home.alice()).await;
    let other = "name=door&chat=other";
    for _ in 0..100 {
        assert_eq!(alice.post("/my/create", other).await.status, 200);
    }
    let own = format!("name=backup&chat={}", home.alice.as_str());
    for form in [other, own.as_str()] {
        let refused = alice.post("/my/create", form).await;
        assert!(refused.status == 400 && refused.body.contains("100 tokens"), "{refused:?}");
    }
    let refused = crate::oauth::exchanged(&home, &service, &code).await;
    assert!(refused.status == 400 && refused.body.contains("as many tokens"), "{refused:?}");
    // A token that there is may move all the same.
    let moved = alice.post("/my/move", "id=1&chat=other").await;
    assert_eq!(copies(&moved.body).len(), 1, "{moved:?}");
    // Codes that were never sent are forgotten.
    home.sim.advance(Duration::from_secs(16 * 60));
    assert_eq!(alice.post("/my/create", &own).await.status, 200);
    home.stop().await;
}

impl Home {
    /// Lets the account know a person, who writes something.
    pub(crate) async fn knows(&self, user: &UserId) {
        self.sim.user_says(user, "hello");
        let is_known = async {
            loop {
                let chats = self.state.chats().await.unwrap();
                if chats.iter().any(|chat| chat.id == user.as_str()) {
                    return;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), is_known).await.expect("a webhook");
    }
}
