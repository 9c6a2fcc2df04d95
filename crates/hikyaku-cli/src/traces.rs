//! Spans that are sent to an OpenTelemetry collector over OTLP/HTTP, if the standard variables name one.
//!
//! Source: <https://opentelemetry.io/docs/specs/otel/protocol/exporter/>

use std::{collections::HashMap, fmt, future::Future, pin::Pin, time::Duration};

use bytes::Bytes;
use hikyaku::transport::{HyperTransport, Transport};
use http::{Request, Response};
use http_body_util::{BodyExt, Limited};
use opentelemetry::{
    Context as Trace,
    propagation::TextMapPropagator,
    trace::{TraceContextExt as _, TracerProvider as _},
};
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{SpanExporter, WithHttpConfig as _};
use opentelemetry_sdk::{
    Resource,
    propagation::TraceContextPropagator,
    resource::{EnvResourceDetector, TelemetryResourceDetector},
    trace::SdkTracerProvider,
};
use tokio::{runtime::Handle, time::timeout};
use tracing::{
    Span, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id},
};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::{Layer, Registry, filter::Targets, layer::Context, registry::LookupSpan};

use crate::{environment, failure::usage};

/// The paragraph about it in the help of the verbs that run for long.
pub(crate) const HELP: &str = "\
Spans go to the OpenTelemetry collector in OTEL_EXPORTER_OTLP_ENDPOINT, such as http://127.0.0.1:4318.

";

/// Any of them starts the export.
const ENDPOINTS: [&str; 2] = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];

/// The spans of this project that are sent. The sender's debug spans are about the store, not about a delivery: an idle
/// worker would send several a second.
const SPANS: &str = "hikyaku=debug,hikyaku_sender=info";

/// The timeout for one request to the collector, and for the last of them at the end of the command.
const PATIENCE: Duration = Duration::from_secs(5);

/// The maximum size of the collector's response, in bytes.
const ANSWER: usize = 64 * 1024;

/// A layer of the subscriber.
pub(crate) type BoxedLayer = Box<dyn Layer<Registry> + Send + Sync>;

/// The export of spans.
pub(crate) struct Traces(SdkTracerProvider);

impl Traces {
    /// Starts the export, in this runtime, if a variable asks for it. Returns the layer that collects spans as well.
    pub(crate) fn start(runtime: &Handle) -> anyhow::Result<Option<(Self, BoxedLayer)>> {
        let Some(variable) = ENDPOINTS.into_iter().find(|name| variable(name).is_some()) else {
            return Ok(None);
        };
        if is_off() {
            return Ok(None);
        }
        let collector =
            Collector { transport: HyperTransport::new(PATIENCE), runtime: runtime.clone() };
        let exporter = SpanExporter::builder().with_http().with_http_client(collector).build();
        let exporter = exporter.map_err(|why| {
            usage(format!("{why}; set {variable} to a URL such as http://127.0.0.1:4318"))
        })?;
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_resource(resource())
            .build();
        let spans = tracing_opentelemetry::layer()
            .with_tracer(provider.tracer("hikyaku"))
            // Of use to those who work on this program.
            .with_location(false)
            .with_threads(false)
            .with_tracked_inactivity(false);
        let filter: Targets = SPANS.parse()?;
        // The spans' own layer comes second: a span that it has seen entered can no longer change its trace.
        let layer = Continue.and_then(spans).with_filter(filter);
        Ok(Some((Self(provider), layer.boxed())))
    }

    /// Sends the rest.
    pub(crate) async fn end(self) {
        let ended = tokio::task::spawn_blocking(move || self.0.shutdown_with_timeout(PATIENCE));
        if let Ok(Err(why)) = ended.await {
            tracing::warn!(%why, "the last spans did not reach the collector");
        }
    }
}

fn variable(name: &str) -> Option<String> {
    // A value that is not UTF-8 means nothing to OpenTelemetry.
    environment::text(name).ok().flatten()
}

/// The standard variables that turn the export off. The crates do not read them.
fn is_off() -> bool {
    let is = |name, off| variable(name).is_some_and(|value| value.eq_ignore_ascii_case(off));
    is("OTEL_SDK_DISABLED", "true") || is("OTEL_TRACES_EXPORTER", "none")
}

/// Describes this program to the collector.
fn resource() -> Resource {
    let resource = Resource::builder_empty().with_service_name("hikyaku").with_detectors(&[
        Box::new(TelemetryResourceDetector),
        Box::new(EnvResourceDetector::new()),
    ]);
    match variable("OTEL_SERVICE_NAME") {
        Some(name) => resource.with_service_name(name).build(),
        None => resource.build(),
    }
}

/// Makes a span a part of the trace in its fields `traceparent` and `tracestate`.
struct Continue;

/// The trace of a span that has not been entered yet.
struct Continued(Trace);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Continue {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        let trace = TraceContextPropagator::new().extract_with_context(&Trace::new(), &fields.0);
        if trace.span().span_context().is_valid()
            && let Some(span) = context.span(id)
        {
            span.extensions_mut().insert(Continued(trace));
        }
    }

    fn on_enter(&self, id: &Id, context: Context<'_, S>) {
        let continued = context.span(id).and_then(|span| span.extensions_mut().remove());
        if let Some(Continued(trace)) = continued {
            // The current span is the one that is entered. If it has a trace already, it stays there.
            let _ = Span::current().set_parent(trace);
        }
    }
}

#[derive(Default)]
struct Fields(HashMap<String, String>);

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        if matches!(field.name(), "traceparent" | "tracestate") {
            self.0.insert(field.name().to_owned(), value.to_owned());
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
}

/// Sends the exporter's requests in the command's runtime; the exporter has a thread without one.
struct Collector {
    transport: HyperTransport,
    runtime: Handle,
}

impl fmt::Debug for Collector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Collector")
    }
}

impl HttpClient for Collector {
    fn send_bytes<'a, 'b>(
        &'a self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'b>>
    where
        'a: 'b,
        Self: 'b,
    {
        let transport = self.transport.clone();
        // In the runtime, since a timeout needs one from its first moment.
        let sent = async { timeout(PATIENCE, exchange(transport, request)).await };
        let sent = self.runtime.spawn(sent);
        Box::pin(async {
            // The exporter's own line of the log does not have the reason.
            let answer: Result<_, HttpError> = async { sent.await?? }.await;
            match &answer {
                Ok(answer) if answer.status().is_success() => {}
                Ok(answer) => {
                    tracing::warn!(status = %answer.status(), "the collector refuses the spans");
                }
                Err(why) => tracing::warn!(%why, "the collector cannot be reached"),
            }
            answer
        })
    }
}

async fn exchange(
    transport: HyperTransport,
    request: Request<Bytes>,
) -> Result<Response<Bytes>, HttpError> {
    let (head, body) = transport.send(request.map(Into::into)).await?.into_parts();
    let body = Limited::new(body, ANSWER).collect().await?.to_bytes();
    Ok(Response::from_parts(head, body))
}
