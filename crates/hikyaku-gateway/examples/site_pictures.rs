//! Pictures of the gateway's pages, for the documentation: `make pictures`, or
//! `cargo run -p hikyaku-gateway --example site_pictures -- FOLDER [NAME]…`, where a name is that of a page, a width such as 390, or `all`. The pages need
//! no other file, so each is fetched as somebody who is signed in and drawn from a file by a Chromium.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "an example that cannot go on fails")]

use std::{
    fs,
    io::{Cursor, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use hikyaku_gateway::{
    Config, Gateway, NewApiKey, NewService, NewToken, State, TokenChange, Visitor,
};
use hikyaku_model::UserId;
use hikyaku_sender::{Beyond, Lane, NewDelivery, NewHold, Outbox, Per};
use hikyaku_sim::{FaultRule, Person, Sim};
use tokio::task::spawn_blocking;

const PUSH: &str = "/v2/bot/message/push";

#[tokio::main]
async fn main() {
    let mut words = std::env::args().skip(1);
    let folder = words.next().unwrap_or_else(|| "docs".to_owned());
    let wanted: Vec<String> = words.collect();
    let (sim, store) = (
        Sim::builder().account_name("Hoshi Kitchen").start().await.unwrap(),
        tempfile::tempdir().unwrap(),
    );
    let url = format!("sqlite:{}", store.path().join("hikyaku.db").display());
    let outbox = Outbox::open(&url).await.unwrap();
    let (secret, token, api_url) = (sim.channel_secret(), sim.channel_token(), sim.api_url());
    let config = Config::parse(&format!(
        "store = '{url}'\n[listen.all]\naddress = \"127.0.0.1:0\"\nserve = [\"notify\", \"oauth\", \"webhook\", \"pages\", \"operator\"]\n\
         [channel.shop]\ntoken = \"{}\"\nsecret = \"{}\"\napi_url = \"{api_url}\"\n[oauth]\nchannel = \"shop\"\n\
         [pages]\nlogin_channel_id = \"1\"\nlogin_secret = \"s\"\n[operator]\nshow_texts = true\n\
         [[key]]\nname = \"clinic\"\nhash = \"sha256:{}\"\nchannel = \"shop\"\nsend = [\"push\"]\nbudget = 800",
        token.expose(),
        secret.expose(),
        "0".repeat(64),
    ));
    let gateway = Gateway::over(outbox.clone(), config.unwrap()).await.unwrap();
    let (address, state) = (gateway.addresses()["all"], gateway.state().clone());
    sim.set_webhook(format!("http://{address}/webhook")).unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let running = tokio::spawn(gateway.run(async { drop(stopped.await) }));
    let mira = tell(&sim, &outbox, &state, address).await;
    let services = state.services().await.unwrap();
    let consent: &str = format!(
        "/oauth/authorize?response_type=code&client_id={}&redirect_uri=https%3A%2F%2Fclinic.example%2Fcallback&scope=notify&state=x",
        services[0].client_id
    )
    .leak();

    let ann = sign_in(&state, address, Visitor::Operator { name: "ann".to_owned() }).await;
    let user = Visitor::Person { channel: "shop".to_owned(), user: mira.as_str().to_owned() };
    let mira = sign_in(&state, address, user).await;
    let refused = "/operator/deliveries?state=rejected";
    let mut pages = vec![("gateway-operator", "/operator", &ann, "en", 1440, false, "")];
    if !wanted.is_empty() {
        let found = get(address, refused, &ann, "en").await;
        let id = between(&found, "/operator/delivery?id=", "\"");
        let delivery: &str = format!("/operator/delivery?id={id}").leak();
        let form: &str = "state=rejected&act=retry&reason=the+address+book+is+mended";
        let sizes = [1440, 1024, 390].into_iter().flat_map(|width| [(width, false), (width, true)]);
        for (width, is_dark) in sizes {
            let lang = |other| if is_dark { other } else { "en" };
            for (name, path, who, lang, form) in [
                ("sign-in", "/my/sign-in", &ann, lang("ja"), ""),
                ("operator-sign-in", "/operator/sign-in", &ann, lang("th"), ""),
                ("consent", consent, &mira, lang("ja"), ""),
                ("my", "/my", &mira, lang("ja"), ""),
                ("made", "/my/create", &mira, lang("zh-TW"), "name=camera&chat=other"),
                ("services", "/my/services", &mira, lang("th"), ""),
                ("overview", "/operator", &ann, lang("ja"), ""),
                ("lanes", "/operator/lanes", &ann, lang("zh-TW"), ""),
                ("deliveries", refused, &ann, lang("th"), ""),
                ("preview", "/operator/preview", &ann, lang("ja"), form),
                ("story", delivery, &ann, lang("ja"), ""),
                ("campaigns", "/operator/campaigns", &ann, lang("en"), ""),
                ("keys", "/operator/keys", &ann, lang("ja"), ""),
                ("outcomes", "/operator/outcomes", &ann, lang("en"), ""),
                ("pictures", "/operator/pictures", &ann, lang("th"), ""),
                ("record", "/operator/record", &ann, lang("ja"), ""),
            ] {
                let is_wanted = |it: &String| it == "all" || it == name || it.parse() == Ok(width);
                if !wanted.iter().any(is_wanted) {
                    continue;
                }
                let theme = if is_dark { "dark" } else { "light" };
                let name: &str = format!("{name}-{width}-{theme}").leak();
                pages.push((name, path, who, lang, width, is_dark, form));
            }
        }
    }
    for (name, path, who, lang, width, is_dark, form) in pages {
        let page = if form.is_empty() {
            get(address, path, who, lang).await
        } else {
            post(address, path, who, lang, form).await
        };
        let to = format!("{folder}/{name}.png");
        let (page, at) = (page.clone(), to.clone());
        spawn_blocking(move || draw(&page, &at, width, is_dark)).await.unwrap();
        println!("{to}");
    }
    drop(stop);
    running.await.unwrap().unwrap();
    drop(store);
    sim.stop().await;
}

/// Lets happen what the pages show.
async fn tell(sim: &Sim, outbox: &Outbox, state: &State, address: SocketAddr) -> UserId {
    let person = |name: &str| {
        sim.add_friend_as(Person { display_name: Some(name.to_owned()), ..Person::default() })
    };
    let [mira, kit, lin] = ["Mira Novak", "กิตติ", "林怡君"].map(person);
    let group = sim.invite(&[mira.clone(), kit.clone(), lin.clone()]);
    for user in [&mira, &kit, &lin] {
        sim.user_says(user, "hello");
    }
    sim.member_says(&group, &mira, "hello");
    sim.set_quota(Some(5000), 3118);
    let new = |name: &str, target: &str| NewToken {
        name: name.to_owned(),
        target: target.to_owned(),
        target_name: None,
        channel: "shop".to_owned(),
    };
    let mut tokens = Vec::new();
    for name in ["backup", "greenhouse"] {
        tokens.push(state.issue(new(name, mira.as_str()), None).await.unwrap().token);
    }
    let id = state.tokens().await.unwrap()[0].id;
    let budget = TokenChange { budget: Some(Some(100)), ..TokenChange::default() };
    assert!(state.change_token(id, budget).await.unwrap());
    for (token, text) in [(0, "the backup is done"), (0, "the backup is done"), (1, "38 degrees")] {
        let body = format!("message={text}").replace(' ', "+");
        let bearer = format!("Authorization: Bearer {}\r\n", tokens[token].expose());
        request(address, "POST /api/notify", &format!("{bearer}{FORM}"), &body).await;
    }
    for (name, send) in [("shop-bot", None), ("alerts", Some("push,reply")), ("old-bot", None)] {
        let rights =
            hikyaku_gateway::Rights::read(send, send.map(|_| "users"), send.map(|_| "read"));
        let key = NewApiKey::new(name, "shop").rights(rights.unwrap());
        let issued = state.issue_key(key).await.unwrap();
        if name == "old-bot" {
            state.revoke_key(issued.id).await.unwrap();
        }
    }
    let callbacks = vec!["https://clinic.example/callback".to_owned()];
    state.add_service(NewService { name: "Clinic".to_owned(), callbacks }).await.unwrap();
    outbox.set_budget("shop-bot", 2000, Per::Month, Beyond::Cancel).await.unwrap();
    for number in 0..14 {
        let push = NewDelivery::push([&mira, &kit, &lin][number % 3], "Your parcel is on its way");
        send(outbox, push.channel("shop").fairness_key("shop-bot")).await;
    }
    for number in 0..3 {
        let to = format!("Uf{number:031x}");
        send(
            outbox,
            NewDelivery::push(to.as_str(), "Your parcel is on its way")
                .channel("shop")
                .fairness_key("shop-bot"),
        )
        .await;
    }
    let campaign = outbox.new_campaign("Spring is here").channel("shop").idempotency_key("spring");
    let campaign = campaign.start().await.unwrap();
    let list = [&mira, &kit, &lin].map(UserId::as_str).join("\n");
    campaign.feed(Cursor::new(list.clone())).await.unwrap();
    let hold = NewHold::new("the price in the summer sale is wrong")
        .by("ann")
        .channel("shop")
        .lane(Lane::Multicast);
    outbox.hold(hold).await.unwrap();
    let campaign = outbox.new_campaign("Summer sale").channel("shop").idempotency_key("summer");
    let campaign = campaign.start().await.unwrap();
    campaign.feed(Cursor::new(list.clone())).await.unwrap();
    for _ in 0..3 {
        let multicast =
            NewDelivery::multicast([&kit, &lin], "The summer sale begins").channel("shop");
        outbox.enqueue(multicast.fairness_key("shop-bot")).await.unwrap();
    }
    // LINE is down for replies' sake: what is pushed now waits.
    sim.fault(FaultRule::answer(503).on("POST", PUSH)).unwrap();
    let push =
        NewDelivery::push(&mira, "Your table is ready").channel("shop").fairness_key("alerts");
    let id = outbox.enqueue(push).await.unwrap().id;
    while outbox.show(id).await.unwrap().is_none_or(|it| it.attempts < 2) {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    mira
}

async fn send(outbox: &Outbox, delivery: NewDelivery) {
    let id = outbox.enqueue(delivery).await.unwrap().id;
    while outbox.wait(id, Duration::from_secs(10)).await.unwrap().is_none() {}
}

const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";

/// A browser that is signed in: its cookie, and what its forms have in them.
struct Session {
    cookie: String,
    proof: String,
}

async fn sign_in(state: &State, address: SocketAddr, visitor: Visitor) -> Session {
    let area = if matches!(visitor, Visitor::Person { .. }) { "/my" } else { "/operator" };
    let link = state.sign_in_link(visitor).await.unwrap();
    let headers = format!("Origin: http://gateway\r\n{FORM}");
    let form = format!("link={link}");
    let answer = request(address, &format!("POST {area}/enter"), &headers, &form).await;
    let cookie = between(&answer, "set-cookie: ", ";").to_owned();
    let mut session = Session { cookie, proof: String::new() };
    let page = get(address, area, &session, "en").await;
    between(&page, "name=\"proof\" value=\"", "\"").clone_into(&mut session.proof);
    session
}

async fn get(address: SocketAddr, path: &str, who: &Session, lang: &str) -> String {
    let headers = format!("Cookie: {}\r\nAccept-Language: {lang}\r\n", who.cookie);
    request(address, &format!("GET {path}"), &headers, "").await
}

async fn post(address: SocketAddr, path: &str, who: &Session, lang: &str, form: &str) -> String {
    let headers = format!(
        "Cookie: {}\r\nAccept-Language: {lang}\r\nOrigin: http://gateway\r\n{FORM}",
        who.cookie
    );
    let form = format!("proof={}&{form}", who.proof);
    request(address, &format!("POST {path}"), &headers, &form).await
}

async fn request(address: SocketAddr, line: &str, headers: &str, body: &str) -> String {
    let request = format!(
        "{line} HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n{headers}Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let read = move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    spawn_blocking(read).await.unwrap()
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = text.split_once(start).unwrap_or_else(|| panic!("no {start} in {text}"));
    rest.split_once(end).unwrap().0
}

/// Draws a page as an answer brought it. A browser's window has a least width, so that a narrow page is drawn in a frame.
fn draw(answer: &str, to: &str, width: u32, is_dark: bool) {
    let (_, page) = answer.split_once("\r\n\r\n").unwrap();
    let theme = if is_dark { "dark" } else { "light" };
    let page = page.replacen("<html ", &format!("<html data-theme=\"{theme}\" "), 1);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("page.html");
    fs::write(&file, page).unwrap();
    // The overview stands in the documentation, so without an empty half.
    let height = if to.ends_with("gateway-operator.png") { 1040 } else { 1200 };
    let (shown, height) = if width < 600 {
        let frame = folder.path().join("frame.html");
        let html = format!(
            "<body style=\"margin:0;background:#888\"><iframe src=\"page.html\" style=\"width:{width}px;height:1700px;border:0\">"
        );
        fs::write(&frame, html).unwrap();
        (frame, 1700)
    } else {
        (file, height)
    };
    let done = Command::new("chromium")
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--no-first-run",
        ])
        .args(["--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND"])
        .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
        .arg(format!("--window-size={},{height}", width.max(500)))
        .arg(format!("--screenshot={to}"))
        .arg(Path::new(&shown))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("pictures need a Chromium");
    assert!(done.success() && Path::new(to).is_file(), "{to}");
}
