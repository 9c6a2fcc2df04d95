//! Every path of the gateway's own, tried by everybody.

use std::collections::BTreeSet;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hikyaku::operation::OPERATIONS;
use hikyaku_gateway::{
    ADAPTER_ROUTES, Access, Config, NewApiKey, OperatorAccess, ROUTES, Rights, Served, Visitor,
};

use crate::{
    home::{Answer, Home},
    pages::{FORM, person},
};

/// Who tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    Nobody,
    /// A script with a token of LINE Notify's API.
    Script,
    /// A bot with a key of the LINE door.
    Bot,
    /// A person who has none of what the forms name.
    Other,
    /// The person who has it.
    Owner,
    Viewer,
    Operator,
}

const ALL: [Who; 7] =
    [Who::Nobody, Who::Script, Who::Bot, Who::Other, Who::Owner, Who::Viewer, Who::Operator];

/// What everybody may have, and who may have the rest. A route that is not here fails the test.
const EVERYBODY: &[&str] = &[
    "GET /healthz",
    "GET /readyz",
    "GET /metrics",
    "GET /oauth/authorize",
    "GET /my/sign-in",
    "GET /my/enter",
    "POST /my/enter",
    "GET /operator/sign-in",
    "GET /operator/enter",
    "POST /operator/enter",
];

/// What is there, and answers with 404 or 400 to all who know no more than this test.
const SECRET: &[&str] = &[
    "GET /pictures/*",
    "GET /my/line",
    "GET /my/line/back",
    "POST /oauth/consent",
    "POST /oauth/token",
    "POST /webhook",
];

const SCRIPTS: &[&str] =
    &["POST /api/notify", "GET /api/status", "POST /api/status", "POST /api/revoke"];

const BOTS: &[&str] = &[
    "GET /_hikyaku/v1/deliveries",
    "DELETE /_hikyaku/v1/deliveries",
    "GET /_hikyaku/v1/deliveries/*",
    "DELETE /_hikyaku/v1/deliveries/*",
    "POST /_hikyaku/v1/pictures",
];

const PEOPLE: &[&str] = &[
    "GET /my",
    "POST /my/sign-out",
    "POST /my/create",
    "POST /my/test",
    "POST /my/move",
    "POST /my/revoke",
    "GET /my/services",
    "POST /my/services/add",
    "POST /my/services/remove",
];

const VIEWERS: &[&str] = &[
    "GET /operator",
    "POST /operator/sign-out",
    "GET /operator/lanes",
    "GET /operator/deliveries",
    "GET /operator/delivery",
    "GET /operator/campaigns",
    "GET /operator/keys",
    "GET /operator/outcomes",
    "GET /operator/pictures",
    "GET /operator/record",
];

const OPERATORS: &[&str] = &[
    "POST /operator/hold",
    "POST /operator/release",
    "POST /operator/preview",
    "POST /operator/act",
    "POST /operator/delivery/act",
    "POST /operator/campaigns/pause",
    "POST /operator/campaigns/resume",
    "POST /operator/keys/revoke",
    "POST /operator/budget",
    "POST /operator/budget/clear",
];

/// Limits for one address are for each of them, as behind a proxy.
fn behind_proxy(config: &mut Config) {
    for listen in config.listen.values_mut() {
        listen.behind_proxy = true;
    }
}

/// One who tries: a secret, in the headers where it belongs, and what forms have in them.
struct Try {
    who: Who,
    secret: String,
    headers: String,
    proof: String,
}

impl Try {
    async fn new(home: &Home, who: Who) -> Self {
        let visitor = match who {
            Who::Nobody => {
                let (secret, headers, proof) = (String::new(), String::new(), "x".to_owned());
                return Self { who, secret, headers, proof };
            }
            Who::Script => return Self::bearer(who, home.t1.expose()),
            Who::Bot => {
                let key = home.key(NewApiKey::new("bot", "default")).await;
                return Self::bearer(who, key.expose());
            }
            Who::Other => person(&home.sim.add_friend()),
            Who::Owner => home.alice(),
            Who::Viewer => Visitor::Viewer { name: "vera".to_owned() },
            Who::Operator => Visitor::Operator { name: "ann".to_owned() },
        };
        let browser = home.signed_in(visitor).await;
        let (_, secret) = browser.cookie.split_once('=').unwrap();
        // Whichever cookie a page looks at, it finds this session.
        let headers = format!("Cookie: hikyaku_person={secret}; hikyaku_operator={secret}\r\n");
        Self { who, secret: secret.to_owned(), headers, proof: browser.proof.clone() }
    }

    fn bearer(who: Who, secret: &str) -> Self {
        let headers = format!(
            "Authorization: Bearer {secret}\r\nCookie: hikyaku_person={secret}; hikyaku_operator={secret}\r\n"
        );
        Self { who, secret: secret.to_owned(), headers, proof: "x".to_owned() }
    }

    async fn at(&self, home: &Home, route: &str, form: &str) -> Answer {
        let route = route.replace('*', "x");
        let proof = &self.proof;
        let headers = format!("X-Forwarded-For: 192.0.2.{}\r\n{}", self.who as u8, self.headers);
        if route.starts_with("GET ") {
            return home.request(&route, &headers, "").await;
        }
        let headers = format!("{headers}Origin: http://gateway\r\n{FORM}");
        home.request(&route, &headers, &format!("proof={proof}&{form}")).await
    }
}

fn is_among(list: &[&str], route: &str) -> bool {
    list.contains(&route)
}

/// Whether somebody gets an answer to what they ask, be it that a field is wrong.
fn may(who: Who, route: &str) -> bool {
    is_among(EVERYBODY, route)
        || (is_among(SCRIPTS, route) && who == Who::Script)
        || (is_among(BOTS, route) && who == Who::Bot)
        || (is_among(PEOPLE, route) && matches!(who, Who::Other | Who::Owner))
        || (is_among(VIEWERS, route) && matches!(who, Who::Viewer | Who::Operator))
        || (is_among(OPERATORS, route) && who == Who::Operator)
}

#[test]
fn every_route_is_in_this_test() {
    let name = |route: &hikyaku_gateway::Route| format!("{} {}", route.method, route.path);
    let known: BTreeSet<String> = ROUTES.iter().map(name).collect();
    let lists = [EVERYBODY, SECRET, SCRIPTS, BOTS, PEOPLE, VIEWERS, OPERATORS];
    let tried: BTreeSet<String> = lists.concat().into_iter().map(str::to_owned).collect();
    assert_eq!(known, tried);
    assert_eq!(known.len(), ROUTES.len());
    for route in ROUTES {
        let list = match route.access {
            Access::Anyone if is_among(SECRET, &name(route)) => SECRET,
            Access::Anyone => EVERYBODY,
            Access::Token => SCRIPTS,
            Access::Key => BOTS,
            Access::Service | Access::Signed => SECRET,
            Access::Person => PEOPLE,
            Access::Viewer => VIEWERS,
            Access::Operator => OPERATORS,
            _ => panic!("{route:?}"),
        };
        assert!(is_among(list, &name(route)), "{route:?}");
    }
}

async fn nobody_gets_what_is_not_theirs(home: Home, is_read_only: bool) {
    home.knows(&home.alice).await;
    let before = (home.state.tokens().await.unwrap(), home.outbox.holds().await.unwrap());
    let id = before.0[0].id;
    let hold = "channel=&lane=&key=&reason=test";
    let form = format!("id={id}&chat=other&name=&act=cancel&limit=x&{hold}");
    for who in ALL {
        let it = Try::new(&home, who).await;
        for route in ROUTES {
            let name = format!("{} {}", route.method, route.path);
            // What ends a session, or a token, is tried below.
            let is_end = name.ends_with("/sign-out") || name == "POST /api/revoke";
            let is_own = name == "POST /my/revoke" && who == Who::Owner;
            let is_hold = name == "POST /operator/hold" && who == Who::Operator;
            if (is_end && may(who, &name)) || is_own || (is_hold && !is_read_only) {
                continue;
            }
            let answer = it.at(&home, &name, &form).await;
            let is_good = match answer.status {
                // A form that is incomplete, or an unknown number: the visitor was let in.
                200 | 400 | 404 | 409 => true,
                303 => !answer.header("location").unwrap().ends_with("/sign-in"),
                _ => false,
            };
            let may = may(who, &name) && !(is_read_only && is_among(OPERATORS, &name));
            if is_among(SECRET, &name) {
                assert!(matches!(answer.status, 400 | 401 | 404), "{who:?} {name}: {answer:?}");
            } else {
                assert_eq!(is_good, may, "{who:?} {name}: {answer:?}");
            }
        }
        // What has no route is nowhere, whoever asks.
        for path in
            ["GET /my/nothing", "GET /operator/nothing", "POST /operator", "GET /operator/hold"]
        {
            let answer = it.at(&home, path, "").await;
            assert!(matches!(answer.status, 404 | 405), "{who:?} {path}: {answer:?}");
        }
    }
    assert_eq!((home.state.tokens().await.unwrap(), home.outbox.holds().await.unwrap()), before);
    home.stop().await;
}

#[tokio::test]
async fn everybody_gets_what_is_theirs_and_nothing_else() {
    let home = Home::changed(|config, _| behind_proxy(config)).await;
    nobody_gets_what_is_not_theirs(home, false).await;
}

#[tokio::test]
async fn where_nobody_may_change_anything_an_operator_sees_and_changes_nothing() {
    let home = Home::changed(|config, _| {
        config.operator.access = OperatorAccess::Read;
        behind_proxy(config);
    })
    .await;
    let ann = Visitor::Operator { name: "ann".to_owned() };
    let ann = home.signed_in(ann).await;
    for route in ROUTES.iter().filter(|it| it.access == Access::Viewer && it.method == "GET") {
        let page = ann.get(route.path).await;
        let forms = page.body.matches("method=\"post\"").count();
        assert!(forms <= 1, "only the one that ends the session: {} {page:?}", route.path);
    }
    drop(ann);
    nobody_gets_what_is_not_theirs(home, true).await;
}

#[tokio::test]
async fn a_session_is_no_key_of_the_doors() {
    let home = Home::new().await;
    let alice = Try::new(&home, Who::Owner).await;
    let ann = Try::new(&home, Who::Operator).await;
    for it in [alice, ann] {
        let headers = format!("{}Content-Type: application/json\r\n", it.headers);
        let answer = home.request("POST /v2/bot/message/push", &headers, "{}").await;
        assert_eq!(answer.status, 401, "{answer:?}");
        let secret = &it.secret;
        let headers = format!("Authorization: Bearer {secret}\r\n");
        for line in ["GET /api/status", "GET /v2/bot/info"] {
            let answer = home.request(line, &headers, "").await;
            assert_eq!(answer.status, 401, "{answer:?}");
        }
    }
}

/// Adapters take a token in each place where a program can put one, and nothing else is a token.
#[tokio::test]
async fn adapters_are_for_tokens_alone() {
    let home = Home::changed(|config, _| {
        behind_proxy(config);
        config.listen.get_mut("all").unwrap().serve.push(Served::Adapters);
    })
    .await;
    let mut callers = 0_u16;
    for who in ALL {
        let Try { secret, headers, .. } = Try::new(&home, who).await;
        let basic = |pair: String| STANDARD.encode(pair);
        let places = [
            (String::new(), headers),
            (String::new(), format!("Authorization: Bearer {secret}\r\n")),
            (String::new(), format!("Authorization: Basic {}\r\n", basic(format!(":{secret}")))),
            (String::new(), format!("Authorization: Basic {}\r\n", basic(format!("{secret}:")))),
            (String::new(), format!("X-Gotify-Key: {secret}\r\n")),
            (format!("?token={secret}"), String::new()),
            (format!("?auth={}", basic(format!("Bearer {secret}"))), String::new()),
        ];
        for route in ADAPTER_ROUTES {
            for (query, headers) in &places {
                let line = format!("{} {}{query}", route.method, route.path.replace('*', "1"));
                // Each of them makes its own mistakes.
                callers += 1;
                let sent = format!("X-Forwarded-For: 2001:db8:0:{callers:x}::1\r\n{headers}");
                let answer = home.request(&line, &sent, "{}").await;
                let may = who == Who::Script && route.access == Access::Token;
                let is_good = matches!(answer.status, 200 | 400);
                assert_eq!(is_good, may, "{who:?} {line} {headers}: {answer:?}");
                assert!(may || answer.status == 401, "{who:?} {line} {headers}: {answer:?}");
            }
        }
    }
    home.stop().await;
}

/// LINE's calls are for keys, and each for those that have the right to it.
#[tokio::test]
async fn lines_calls_are_for_keys_with_the_right_to_them() {
    let home = Home::changed(|config, _| behind_proxy(config)).await;
    let fill = |path: &str| path.replace(['{', '}'], "");
    let mut lines: Vec<String> =
        OPERATIONS.iter().map(|it| format!("{} {}", it.method, fill(it.path))).collect();
    lines.push("POST /v2/bot/message/new".to_owned());
    let id = "123e4567-e89b-12d3-a456-426614174000";
    let deliveries = ["GET", "DELETE"].into_iter().flat_map(|method| {
        [format!("/{id}"), format!("?retry_key={id}")]
            .map(|rest| format!("{method} /_hikyaku/v1/deliveries{rest}"))
    });
    let deliveries: Vec<String> = deliveries.collect();
    lines.push("POST /_hikyaku/v1/pictures".to_owned());
    let mut callers = 0;
    let mut ask = async |headers: &str, line: &str| {
        // Each of them makes its own mistakes.
        callers += 1;
        let headers = format!("X-Forwarded-For: 2001:db8:0:{callers:x}::1\r\n{headers}");
        home.request(line, &headers, "").await.status
    };
    let mut tries = Vec::new();
    for who in ALL.into_iter().filter(|who| *who != Who::Bot) {
        tries.push(Try::new(&home, who).await);
    }
    let asked = || home.sim.requests().iter().filter(|it| !it.path.contains("/quota")).count();
    let before = asked();
    for it in &tries {
        let bearer = format!("Authorization: Bearer {}\r\n", it.secret);
        for line in lines.iter().chain(&deliveries) {
            // They have no bearer, and are a channel's.
            let is_for_people = line.ends_with("/userinfo") || line.ends_with("/certs");
            let is_about_tokens = line.contains("oauth") && !is_for_people;
            let refusal = if is_about_tokens { 403 } else { 401 };
            for headers in [&it.headers, &bearer] {
                assert_eq!(ask(headers, line).await, refusal, "{:?} {line}", it.who);
            }
        }
    }
    let none = Rights::read(Some(""), Some(""), Some("")).unwrap();
    let none = home.key(NewApiKey::new("none", "default").rights(none)).await;
    let bearer = format!("Authorization: Bearer {}\r\n", none.expose());
    for line in &lines {
        assert_eq!(ask(&bearer, line).await, 403, "{line}");
    }
    // Each asks for its own, and has none.
    for line in &deliveries {
        assert_eq!(ask(&bearer, line).await, 404, "{line}");
    }
    assert_eq!(asked(), before);
    home.stop().await;
}
