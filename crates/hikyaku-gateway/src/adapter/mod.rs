//! Endpoints for programs that speak neither API: alerts, webhooks, and the APIs of ntfy and Gotify, each for a token.

mod alert;
mod answers;
mod credential;
mod encoded_word;
mod field;
mod github;
mod gotify;
mod ntfy;
mod short;

use std::{collections::BTreeMap, net::IpAddr, sync::Arc};

use bytes::Bytes;
use http::{Method, StatusCode, request::Parts};

use crate::{
    Error, Template, TokenRow,
    answer::{Answer, INVALID_TOKEN},
    door::{Door, RATE_LIMIT, Verdict},
    fields::Fields,
    notification::Post,
    one_header::idempotency_key,
};
use answers::Form;
use credential::header_text;
use field::Wrong;
use short::{WRITTEN, cut};

/// Where the adapters are that have names of their own.
const ROOT: &str = "/adapters/";

/// The adapters over LINE Notify's door.
#[derive(Debug)]
pub(crate) struct Adapters {
    pub(crate) door: Arc<Door>,
    /// Texts for JSON, by their names.
    pub(crate) templates: BTreeMap<String, Template>,
}

/// Whose requests come to a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Adapter<'a> {
    Alertmanager,
    Grafana,
    /// For a token by its number: a signature says that it is known.
    GitHub(i64),
    Json(Option<&'a str>),
    Gotify,
    /// A message for a topic.
    Ntfy(&'a str),
    /// A message that names its topic.
    NtfyJson,
}

/// Whether a request is for an adapter, on a listener that serves them. A topic can have any name, so that what is at its path
/// with another method is not theirs.
pub(crate) fn has(method: &Method, path: &str) -> bool {
    match Adapter::of(path) {
        Some(adapter @ (Adapter::Ntfy(_) | Adapter::NtfyJson)) => adapter.takes(method),
        adapter => adapter.is_some(),
    }
}

impl<'a> Adapter<'a> {
    fn of(path: &'a str) -> Option<Self> {
        if let Some(name) = path.strip_prefix(ROOT) {
            return match name.split_once('/').unwrap_or((name, "")) {
                ("alertmanager", "") => Some(Self::Alertmanager),
                ("grafana", "") => Some(Self::Grafana),
                ("json", "") => Some(Self::Json(None)),
                ("json", template) => Some(Self::Json(Some(template))),
                ("github", id) => id.parse().ok().map(Self::GitHub),
                _ => None,
            };
        }
        match path.strip_prefix('/')? {
            "" => Some(Self::NtfyJson),
            "message" => Some(Self::Gotify),
            // Their own, with any method.
            "healthz" | "readyz" | "metrics" | "webhook" => None,
            topic => ntfy::is_topic(topic).then_some(Self::Ntfy(topic)),
        }
    }

    fn takes(self, method: &Method) -> bool {
        let put = matches!(self, Self::Grafana | Self::Ntfy(_) | Self::NtfyJson);
        *method == Method::POST || (put && *method == Method::PUT)
    }
}

impl Adapters {
    /// Answers a request whose path is an adapter's.
    pub(crate) async fn answer(&self, parts: &Parts, body: &Bytes, caller: IpAddr) -> Answer {
        let path = parts.uri.path();
        let Some(adapter) = Adapter::of(path) else {
            return Form::Notify.told(StatusCode::NOT_FOUND, "Not found");
        };
        let form = Form::of(adapter);
        if !adapter.takes(&parts.method) {
            return form.told(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed");
        }
        let answer = self.tell(adapter, parts, body).await.unwrap_or_else(|error| {
            // A path may be a topic, which people choose like a password.
            tracing::error!(%error, ?form, "what a program told could not be kept");
            let why = "the gateway's store failed, try again later";
            form.told(StatusCode::INTERNAL_SERVER_ERROR, why)
        });
        if answer.status() == StatusCode::UNAUTHORIZED && !self.door.mistakes.count(caller) {
            return form.told(StatusCode::TOO_MANY_REQUESTS, RATE_LIMIT);
        }
        answer
    }

    async fn tell(
        &self,
        adapter: Adapter<'_>,
        parts: &Parts,
        body: &Bytes,
    ) -> Result<Answer, Error> {
        let form = Form::of(adapter);
        let Some(token) = self.token(adapter, parts, body).await? else {
            return Ok(form.told(StatusCode::UNAUTHORIZED, INVALID_TOKEN));
        };
        let read = match adapter {
            Adapter::Alertmanager => alert::alertmanager(body).map(Read::text),
            Adapter::Grafana => alert::grafana(body).map(Read::text),
            Adapter::GitHub(_) => read_github(parts, body),
            Adapter::Json(name) => self.read_json(name, parts, body).map(Read::text),
            Adapter::Gotify => gotify::read(parts, body).map(Read::Gotify),
            Adapter::Ntfy(topic) => ntfy::read(topic, parts, body).map(Read::Ntfy),
            Adapter::NtfyJson => ntfy::read_json(body).map(Read::Ntfy),
        };
        let read = match read {
            Ok(read) => read,
            Err(Wrong(why)) => return Ok(form.told(StatusCode::BAD_REQUEST, &why)),
        };
        let Some(post) = read.post() else {
            return Ok(answers::passed_over());
        };
        let name = match adapter {
            // GitHub sends a webhook again, by itself or for a person, under the same GUID.
            Adapter::GitHub(_) => "X-GitHub-Delivery",
            _ => "Idempotency-Key",
        };
        let key = match idempotency_key(&parts.headers, name) {
            Ok(key) => key,
            Err(wrong) => return Ok(form.told(StatusCode::BAD_REQUEST, &wrong)),
        };
        let verdict = self.door.tell(&token, post, key).await?;
        self.answer_of(&read, &token, verdict).await
    }

    /// The token of a request, if it works.
    async fn token(
        &self,
        adapter: Adapter<'_>,
        parts: &Parts,
        body: &Bytes,
    ) -> Result<Option<TokenRow>, Error> {
        let state = &self.door.state;
        let Adapter::GitHub(id) = adapter else {
            return match credential::token(parts) {
                Some(token) => state.find(&token).await,
                None => Ok(None),
            };
        };
        let signature = header_text(&parts.headers, "x-hub-signature-256").unwrap_or_default();
        if github::is_signed(&state.github_secret(id), &signature, body) {
            state.token(id).await
        } else {
            Ok(None)
        }
    }

    /// Fills the template that a path or a query names.
    fn read_json(&self, name: Option<&str>, parts: &Parts, body: &Bytes) -> Result<String, Wrong> {
        let query = Fields::read(parts.uri.query(), None, &Bytes::new());
        let template = match (name, query.get("text")) {
            (Some(name), _) => self.templates.get(name).cloned().ok_or_else(|| {
                Wrong(format!("template.{}: is not in the configuration", cut(name, 100)))
            })?,
            (None, Some(text)) => {
                Template::parse(text).map_err(|why| Wrong::new("text", &why.to_string()))?
            }
            (None, None) => {
                let must = "must be a template such as {{monitor.name}}, in the query; \
                     or name one of the configuration: /adapters/json/NAME";
                return Err(Wrong::new("text", must));
            }
        };
        let json = field::json(body)?;
        let filled = template.fill(&json, WRITTEN);
        filled.map_err(|path| Wrong::new(&cut(path, 200), "is missing in the body"))
    }

    async fn answer_of(
        &self,
        read: &Read,
        token: &TokenRow,
        verdict: Verdict,
    ) -> Result<Answer, Error> {
        if verdict.status != StatusCode::OK {
            return Ok(read.form().verdict(&verdict));
        }
        let now = self.door.outbox.now().await?;
        Ok(match read {
            Read::Post(_) => Form::Notify.verdict(&verdict),
            Read::Ntfy(published) => answers::published(published, now, &verdict),
            Read::Gotify(pushed) => answers::pushed(pushed, token, now, &verdict),
        })
    }
}

/// What a request says.
#[derive(Debug)]
enum Read {
    /// Nothing where there is nothing to tell.
    Post(Option<Post>),
    Ntfy(ntfy::Published),
    Gotify(gotify::Pushed),
}

impl Read {
    fn text(text: String) -> Self {
        Self::Post(Some(Post { text, ..Post::default() }))
    }

    fn post(&self) -> Option<&Post> {
        match self {
            Self::Post(post) => post.as_ref(),
            Self::Ntfy(published) => Some(&published.post),
            Self::Gotify(pushed) => Some(&pushed.post),
        }
    }

    fn form(&self) -> Form {
        match self {
            Self::Post(_) => Form::Notify,
            Self::Ntfy(_) => Form::Ntfy,
            Self::Gotify(_) => Form::Gotify,
        }
    }
}

/// GitHub sends JSON, or a form with it in `payload`.
fn read_github(parts: &Parts, body: &Bytes) -> Result<Read, Wrong> {
    let event = header_text(&parts.headers, "x-github-event").unwrap_or_default();
    let content_type = header_text(&parts.headers, "content-type").unwrap_or_default();
    let text = if content_type.starts_with("application/x-www-form-urlencoded") {
        let fields = Fields::read(None, Some(&content_type), body);
        let payload = fields.get("payload").ok_or_else(|| Wrong::new("payload", "is missing"))?;
        github::read(&event, payload.as_bytes())?
    } else {
        github::read(&event, body)?
    };
    Ok(Read::Post(text.map(|text| Post { text, ..Post::default() })))
}

#[cfg(test)]
mod tests {
    use http::Request;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::ADAPTER_ROUTES;

    /// JSON that looks like what the programs send: their names, with values of any kind.
    fn like_a_body() -> impl Strategy<Value = Value> {
        let names = "version|alerts|status|labels|annotations|summary|values|commonLabels|truncatedAlerts|externalURL|generatorURL|\
            repository|full_name|sender|login|ref|commits|message|action|pull_request|issue|number|title|html_url|comment|body|review|\
            state|release|workflow_run|conclusion|topic|tags|priority|click|attach|delay|extras|client::notification|url|bigImageUrl";
        let name = prop::sample::select(names.split('|').collect::<Vec<_>>());
        let text = prop_oneof![
            "\\PC{0,40}",
            Just("4".to_owned()),
            Just("firing".to_owned()),
            Just("resolved".to_owned()),
            Just("refs/heads/é".to_owned()),
            Just("completed".to_owned()),
            Just("https://a.example/b.png".to_owned()),
            Just("e\u{301}\u{0}👨‍👩‍👧".repeat(900)),
        ];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            text.prop_map(Value::from),
        ];
        leaf.prop_recursive(5, 60, 8, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..14).prop_map(Value::from),
                prop::collection::vec((name.clone(), inner), 0..8).prop_map(|pairs| Value::Object(
                    pairs.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()
                )),
            ]
        })
    }

    /// What each adapter makes of a body: a text that is not too long, or a field that is wrong.
    fn read_by_all(body: &Bytes) {
        let request = Request::post("/a?token=%&auth=%00&t=\u{fe}=?utf-8?q?=")
            .header("title", b"\xff=?".as_slice());
        let request = request.header("content-type", "application/json");
        let (parts, ()) = request.body(()).unwrap().into_parts();
        credential::token(&parts);
        let events = [
            "",
            "ping",
            "push",
            "pull_request",
            "issues",
            "issue_comment",
            "pull_request_review",
            "release",
            "workflow_run",
            "status",
            "fork",
        ];
        let mut told: Vec<_> =
            events.iter().filter_map(|event| github::read(event, body).transpose()).collect();
        told.push(alert::alertmanager(body));
        told.push(alert::grafana(body));
        told.push(ntfy::read_json(body).map(|it| it.post.text));
        told.push(ntfy::read("a", &parts, body).map(|it| it.post.text));
        told.push(gotify::read(&parts, body).map(|it| it.post.text));
        for told in told {
            match told {
                Ok(text) => assert!(!text.is_empty() && text.chars().count() <= WRITTEN, "{text}"),
                Err(Wrong(why)) => assert!(why.contains(": ") && why.len() < 300, "{why}"),
            }
        }
    }

    proptest! {
        #[test]
        fn no_body_panics(body in like_a_body()) {
            read_by_all(&Bytes::from(body.to_string()));
        }

        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            read_by_all(&Bytes::from(bytes));
        }

        #[test]
        fn no_field_of_a_true_body_panics(at in 0usize..80, value in like_a_body()) {
            let mut body = json!({ "version": "4", "status": "firing", "receiver": "line", "truncatedAlerts": 0,
                "commonLabels": { "alertname": "a" }, "groupLabels": {}, "externalURL": "http://a.example", "alerts": [
                    { "status": "firing", "labels": { "alertname": "a", "b": "c" }, "annotations": { "summary": "s", "description": "d" },
                      "generatorURL": "http://a.example", "values": { "A": 1 } },
                    { "status": "resolved", "labels": { "alertname": "a", "b": "d" }, "annotations": {} } ],
                "repository": { "full_name": "a/b" }, "sender": { "login": "c" }, "ref": "refs/heads/x", "commits": [{ "message": "m" }],
                "topic": "a", "title": "t", "message": "m", "tags": ["x"], "priority": 3 });
            let mut at = at;
            change(&mut body, &mut at, &value);
            read_by_all(&Bytes::from(body.to_string()));
        }
    }

    /// Puts a value instead of the one that is reached after so many.
    fn change(json: &mut Value, at: &mut usize, value: &Value) {
        if *at == 0 {
            *json = value.clone();
        }
        *at = at.wrapping_sub(1);
        match json {
            Value::Array(elements) => elements.iter_mut().for_each(|it| change(it, at, value)),
            Value::Object(fields) => fields.values_mut().for_each(|it| change(it, at, value)),
            _ => {}
        }
    }

    #[test]
    fn each_adapter_has_its_routes() {
        for path in [
            "/adapters/alertmanager",
            "/adapters/grafana",
            "/adapters/github/1",
            "/adapters/json",
            "/adapters/json/1",
            "/message",
            "/",
            "/1",
        ] {
            for method in [Method::POST, Method::PUT, Method::GET, Method::DELETE] {
                let mut routes = ADAPTER_ROUTES.iter().filter(|it| it.method == method.as_str());
                let has = routes.any(|it| it.path == path || it.path == path.replace('1', "*"));
                let takes = Adapter::of(path).is_some_and(|it| it.takes(&method));
                assert_eq!(has, takes, "{method} {path}");
            }
        }
    }

    #[test]
    fn paths_are_of_adapters() {
        for (path, adapter) in [
            ("/adapters/grafana", Some(Adapter::Grafana)),
            ("/adapters/github/3", Some(Adapter::GitHub(3))),
            ("/adapters/github/x", None),
            ("/adapters/grafana/x", None),
            ("/adapters/json", Some(Adapter::Json(None))),
            ("/adapters/json/door", Some(Adapter::Json(Some("door")))),
            ("/adapters/fax", None),
            ("/", Some(Adapter::NtfyJson)),
            ("/message", Some(Adapter::Gotify)),
            ("/my-topic_1", Some(Adapter::Ntfy("my-topic_1"))),
            ("/a/b", None),
            ("/a.b", None),
            ("/webhook", None),
            ("/v2/bot/message/push", None),
            ("/api/notify", None),
        ] {
            assert_eq!(Adapter::of(path), adapter, "{path}");
        }
    }
}
