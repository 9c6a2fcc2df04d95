//! Spans as a collector receives them. The messages are read field by field, without the program's own types.
//!
//! Source: <https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto>

use std::collections::BTreeMap;

use hikyaku_sender::{NewDelivery, Outbox};
use hikyaku_sim::Sim;

use crate::{
    command::Shell,
    platform::Platform,
    recorder::{Answer, Recorder},
};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER: &str = "00f067aa0ba902b7";

/// The fields of a message, by their numbers. Numbers are their little-endian bytes.
struct Fields(BTreeMap<u64, Vec<Vec<u8>>>);

impl Fields {
    fn read(mut bytes: &[u8]) -> Self {
        let mut fields = BTreeMap::<_, Vec<_>>::new();
        while !bytes.is_empty() {
            let tag = varint(&mut bytes);
            let value = match tag & 7 {
                0 => varint(&mut bytes).to_le_bytes().to_vec(),
                1 => bytes.split_off(..8).unwrap().to_vec(),
                2 => {
                    let length = usize::try_from(varint(&mut bytes)).unwrap();
                    bytes.split_off(..length).unwrap().to_vec()
                }
                5 => bytes.split_off(..4).unwrap().to_vec(),
                other => panic!("wire type {other}"),
            };
            fields.entry(tag >> 3).or_default().push(value);
        }
        Self(fields)
    }

    fn bytes(&self, number: u64) -> &[u8] {
        self.0.get(&number).map_or(&[], |values| &values[0])
    }

    fn text(&self, number: u64) -> String {
        String::from_utf8(self.bytes(number).to_vec()).unwrap()
    }

    fn hex(&self, number: u64) -> String {
        self.bytes(number).iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
    }

    fn messages(&self, number: u64) -> Vec<Fields> {
        let values = self.0.get(&number).into_iter().flatten();
        values.map(|value| Fields::read(value)).collect()
    }

    /// The attributes with texts: `KeyValue` has a key and an `AnyValue`, whose first field is a text.
    fn attributes(&self, number: u64) -> BTreeMap<String, String> {
        let pair = |it: Fields| (it.text(1), Fields::read(it.bytes(2)).text(1));
        self.messages(number).into_iter().map(pair).collect()
    }
}

fn varint(bytes: &mut &[u8]) -> u64 {
    let mut value = 0;
    for place in 0.. {
        let byte = *bytes.split_off_first().unwrap();
        value |= u64::from(byte & 0x7f) << (7 * place);
        if byte < 0x80 {
            break;
        }
    }
    value
}

struct Span {
    trace: String,
    id: String,
    state: String,
    parent: String,
    name: String,
    attributes: BTreeMap<String, String>,
    service: String,
}

/// All spans that the collector has received.
fn spans(collector: &Recorder) -> Vec<Span> {
    let mut spans = Vec::new();
    for request in collector.requests() {
        assert_eq!(request.line, "POST /v1/traces");
        assert_eq!(request.header("content-type"), Some("application/x-protobuf"));
        for of_resource in Fields::read(&request.bytes).messages(1) {
            let resource = of_resource.messages(1)[0].attributes(1);
            let of_scopes = of_resource.messages(2);
            spans.extend(of_scopes.iter().flat_map(|it| it.messages(2)).map(|it| Span {
                trace: it.hex(1),
                id: it.hex(2),
                state: it.text(3),
                parent: it.hex(4),
                name: it.text(5),
                attributes: it.attributes(9),
                service: resource["service.name"].clone(),
            }));
        }
    }
    spans
}

fn has(bytes: &[u8], part: &str) -> bool {
    bytes.windows(part.len()).any(|it| it == part.as_bytes())
}

#[tokio::main(flavor = "current_thread")]
async fn enqueue(store: &str, to: &str) {
    let push = NewDelivery::push(to, "a private text");
    let push = push.trace_context(format!("00-{TRACE}-{CALLER}-01"), Some("rojo=1"));
    Outbox::open(store).await.unwrap().enqueue(push).await.unwrap();
}

#[test]
fn a_send_is_part_of_the_trace_that_it_was_enqueued_with() {
    let (platform, collector) = (Platform::with(Sim::builder()), Recorder::start());
    let to = platform.sim.add_friend();
    let shell = platform
        .shell()
        .with("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.url())
        .with("OTEL_EXPORTER_OTLP_HEADERS", "api-key=sesame")
        .with("OTEL_SERVICE_NAME", "orders");
    let store = format!("sqlite:{}", shell.folder().join("hikyaku.db").display());
    enqueue(&store, to.as_str());
    let outcome = shell.run(["worker", "run", "--until-idle"]);
    assert!(outcome.code == 0 && outcome.stderr.is_empty(), "{outcome}");

    let spans = spans(&collector);
    let named = |name: &str, path: Option<&str>| {
        let is =
            |it: &&Span| it.name == name && it.attributes.get("path").map(String::as_str) == path;
        let mut found = spans.iter().filter(is);
        let one = found.next().unwrap_or_else(|| panic!("there is no {name} {path:?}"));
        assert!(found.next().is_none(), "there are two {name} {path:?}");
        one
    };
    let attempt = named("attempt", None);
    let call = named("line", Some("/v2/bot/message/push"));
    // The store's own work is none of a trace's.
    assert!(spans.iter().all(|it| ["attempt", "line"].contains(&it.name.as_str())));
    assert_eq!(attempt.service, "orders");
    assert_eq!((attempt.trace.as_str(), attempt.parent.as_str()), (TRACE, CALLER));
    assert_eq!(attempt.state, "rojo=1");
    assert_eq!(attempt.attributes["kind"], "push");
    assert_eq!(attempt.attributes["outcome"], "accepted");
    assert_eq!((&call.trace, &call.parent), (&attempt.trace, &attempt.id));
    for request in collector.requests() {
        assert_eq!(request.header("api-key"), Some("sesame"));
        for secret in ["a private text", to.as_str(), platform.sim.channel_token().expose()] {
            assert!(!has(&request.bytes, secret), "{secret}");
        }
    }
}

#[test]
fn one_call_is_a_trace_of_its_own_and_the_variables_turn_it_off() {
    let (platform, collector) = (Platform::with(Sim::builder()), Recorder::start());
    let to = platform.sim.add_friend();
    let push = |shell: Shell| {
        let outcome = shell.run(["push", to.as_str(), "--text", "hi"]);
        assert!(outcome.code == 0 && outcome.stderr.is_empty(), "{outcome}");
    };
    let url = format!("{}/v1/traces", collector.url());
    let shell = || platform.shell().with("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", &url);
    push(shell().with("OTEL_SDK_DISABLED", "true"));
    push(shell().with("OTEL_TRACES_EXPORTER", "none"));
    push(platform.shell().with("OTEL_SERVICE_NAME", "shop"));
    assert_eq!(collector.connections(), 0);
    push(shell().with("OTEL_RESOURCE_ATTRIBUTES", "service.name=shop,host.name=a"));
    push(shell());
    let of = |span: &Span| (span.name.clone(), span.parent.clone(), span.service.clone());
    let told: Vec<_> = spans(&collector).iter().map(of).collect();
    let call = |service: &str| ("line".to_owned(), String::new(), service.to_owned());
    assert_eq!(told, [call("shop"), call("hikyaku")]);
}

#[test]
fn a_collector_that_does_not_answer_stops_no_command() {
    let platform = Platform::with(Sim::builder());
    let to = platform.sim.add_friend();
    let refusing = Recorder::answering([Answer::new(401, "")]);
    let refused = refusing.url();
    let cases = [
        ("http://127.0.0.1:1", "the collector cannot be reached"),
        (refused.as_str(), "the collector refuses the spans status=401"),
    ];
    for (url, why) in cases {
        let shell = platform.shell().with("OTEL_EXPORTER_OTLP_ENDPOINT", url);
        let shell = shell.with("HIKYAKU_LOG", "hikyaku=warn");
        let outcome = shell.run(["push", to.as_str(), "--text", "hi"]);
        assert!(outcome.code == 0 && outcome.stderr.contains(why), "{outcome}");
    }
    let wrong = platform.shell().with("OTEL_EXPORTER_OTLP_ENDPOINT", "not a URL");
    let outcome = wrong.run(["push", to.as_str(), "--text", "hi"]);
    assert_eq!(outcome.code, 2, "{outcome}");
    assert!(outcome.stderr.contains("OTEL_EXPORTER_OTLP_ENDPOINT"), "{outcome}");
}
