//! What the log and the metrics tell of all that happens: names and numbers, and nothing that opens a door or is a person's.

use std::{
    fmt::{Debug, Write as _},
    sync::{Mutex, PoisonError},
};

use hikyaku_gateway::{NewApiKey, NewService, Rights, Served};
use hikyaku_sim::FaultRule;
use hikyaku_webhook::sign;
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};

use crate::{
    home::{Answer, Home, OK},
    pages::FORM,
};

const JSON: &str = "Content-Type: application/json\r\n";

static LOG: Mutex<String> = Mutex::new(String::new());

/// Keeps all that this project's crates log, whatever its level.
struct Log;

struct Written<'a>(&'a mut String);

impl Visit for Written<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}

fn write(line: impl FnOnce(&mut String)) {
    let mut log = LOG.lock().unwrap_or_else(PoisonError::into_inner);
    line(&mut log);
    log.push('\n');
}

impl Subscriber for Log {
    fn enabled(&self, about: &Metadata<'_>) -> bool {
        about.target().starts_with("hikyaku")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        write(|log| span.record(&mut Written(log)));
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        write(|log| values.record(&mut Written(log)));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        write(|log| event.record(&mut Written(log)));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn neither_log_nor_metrics_have_a_secret_a_text_or_a_person() {
    tracing::subscriber::set_global_default(Log).unwrap();
    let home = Home::configured(|config| {
        config.listen.get_mut("all").unwrap().serve.push(Served::Adapters);
    })
    .await;
    let (alice, group) = (home.alice.as_str().to_owned(), home.group.clone());
    let line = async |key: &str, line: &str, headers: &str, body: &str| -> Answer {
        let headers = format!("Authorization: Bearer {key}\r\n{JSON}{headers}");
        home.request(line, &headers, body).await
    };
    let push = |to: &str| {
        format!(r#"{{"to":"{to}","messages":[{{"type":"text","text":"pr1vate-text"}}]}}"#)
    };
    let lines_push = "POST /v2/bot/message/push";

    // What goes well.
    let key = home.key(NewApiKey::new("bot", "default").budget(1000)).await;
    let key = key.expose();
    assert_eq!(home.notify(&home.t1, "message=pr1vate-text").await.body, OK);
    assert_eq!(line(key, lines_push, "", &push(&alice)).await.status, 200);
    let said = home.sim.user_says(&home.alice, "pr1vate-text");
    home.sim.webhooks().wait_until_idle().await.unwrap();
    let reply = push(&alice).replace("\"to\"", "\"replyToken\"").replace(&alice, &said.reply_token);
    line(key, "POST /v2/bot/message/reply", "", &reply).await;
    line(key, &format!("GET /v2/bot/profile/{alice}"), "", "").await;
    let callbacks = vec!["https://b.example/cb".to_owned()];
    let service = NewService { name: "Clinic".to_owned(), callbacks };
    let service = home.state.add_service(service).await.unwrap();

    // What does not.
    let (wrong_token, wrong_key) = ("w".repeat(43), format!("hkg_{}", "w".repeat(43)));
    let mut statuses = Vec::new();
    let bearer = format!("Authorization: Bearer {wrong_token}\r\n{FORM}");
    statuses.push(home.request("POST /api/notify", &bearer, "message=pr1vate-text").await.status);
    statuses.push(line(&wrong_key, lines_push, "", &push(&alice)).await.status);
    let narrow = Rights::read(None, Some("groups"), None).unwrap();
    let narrow = home.key(NewApiKey::new("narrow", "default").rights(narrow)).await;
    statuses.push(line(narrow.expose(), lines_push, "", &push(&alice)).await.status);
    let nobody = "U0000000000000000000000000000000f";
    statuses.push(line(key, lines_push, "", &push(nobody)).await.status);
    statuses.push(line(key, lines_push, "", "{\"to\":\"pr1vate-text").await.status);
    let form = format!(
        "grant_type=authorization_code&code=pr1vate-code&redirect_uri=https://b.example/cb&client_id={}&client_secret={}",
        service.client_id, service.client_secret
    );
    statuses.push(home.request("POST /oauth/token", FORM, &form).await.status);
    let origin = format!("Origin: http://gateway\r\n{FORM}");
    statuses.push(home.request("POST /my/enter", &origin, "link=pr1vate-link").await.status);
    let unsigned = "x-line-signature: pr1vate-signature\r\n";
    statuses.push(home.request("POST /webhook", unsigned, "{\"pr1vate-text\":1}").await.status);
    let secret = home.sim.channel_secret();
    let signed = format!("x-line-signature: {}\r\n", sign(&secret, b"pr1vate-text"));
    statuses.push(home.request("POST /webhook", &signed, "pr1vate-text").await.status);
    let hub = "X-Hub-Signature-256: sha256=pr1vate\r\nX-GitHub-Event: push\r\n";
    statuses.push(home.request("POST /adapters/github/1", hub, "pr1vate-text").await.status);
    statuses.push(home.request("POST /pr1vate-topic", &bearer, "pr1vate-text").await.status);
    assert_eq!(statuses, [401, 401, 403, 400, 400, 400, 400, 401, 400, 401, 401]);
    home.sim.fault(FaultRule::answer(500).on("POST", "/v2/bot/message/push").times(2)).unwrap();
    home.notify(&home.t1, "message=pr1vate-text").await;
    home.sim.fault(FaultRule::reset().on("POST", "/v2/bot/chat/loading/start")).unwrap();
    line(key, "POST /v2/bot/chat/loading/start", "", &format!(r#"{{"chatId":"{alice}"}}"#)).await;
    home.sim.remove_from(&group);
    home.sim.webhooks().wait_until_idle().await.unwrap();
    home.notify(&home.t2, "message=pr1vate-text").await;
    home.sim.set_quota(1, 1);
    home.notify(&home.t1, "message=pr1vate-text").await;
    line(key, lines_push, "", &push(&alice)).await;

    let metrics = home.request("GET /metrics", "", "").await.body;
    let own = [home.t1.expose().to_owned(), home.t2.expose().to_owned(), key.to_owned()];
    let channel = [home.sim.channel_token().expose().to_owned(), secret.expose().to_owned()];
    home.stop().await;
    let log = LOG.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let hidden = own.into_iter().chain(channel).chain([
        wrong_token,
        wrong_key,
        service.client_secret,
        said.reply_token,
        alice,
        group,
        nobody.to_owned(),
        "pr1vate".to_owned(),
    ]);
    for secret in hidden {
        for (place, text) in [("log", &log), ("metrics", &metrics)] {
            let found = text.lines().find(|line| line.contains(&secret));
            assert!(found.is_none(), "{secret} is in the {place}: {found:?}");
        }
    }
    // It does tell what happens.
    for told in ["a webhook was refused", "could not be passed on"] {
        assert!(log.contains(told), "{told}: {log}");
    }
}
