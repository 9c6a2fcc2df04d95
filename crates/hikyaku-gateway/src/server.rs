//! Connections and requests.

use std::{convert::Infallible, net::IpAddr, pin::pin, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode};
use hyper::{
    body::{Body, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::{Semaphore, mpsc, watch},
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{
    Served,
    adapter::{self, Adapters},
    answer::{self, Answer, Reply, told, whole_answer},
    body::{Unread, whole},
    certificate::{self, Certificate},
    door::Door,
    drain::Drain,
    hook::Hook,
    http2,
    leaving::{Leaving, Untold},
    line::{self, LineDoor},
    oauth::OAuth,
    patience, route,
    site::{Place, Site},
    spelling::{Spelled, Spelling},
};

/// The most connections of a listener at once; others wait until one ends.
pub(crate) const CONNECTIONS: usize = 2 * patience::CALLERS;

/// How long the head of a request may take to come, and a connection may say nothing.
const HEAD_TIME: Duration = Duration::from_secs(10);

/// How long the body of a request may take to come, the wait for a place included. What is enqueued then is answered, however
/// long that takes.
const BODY_TIME: Duration = Duration::from_secs(30);

/// The most bytes of a head.
const MOST_HEAD: usize = 16 << 10;

/// The most bytes of a body that are kept: a message with everything that fits beside it.
const MOST_BODY: usize = 1 << 20;

/// The most bytes of a body with a picture.
const MOST_UPLOAD: usize = 11 << 20;

/// How many bodies with pictures are in memory at most.
pub(crate) const UPLOADS: usize = 8;

/// How long connections may take to end once the gateway is to stop.
const STOP_TIME: Duration = Duration::from_secs(8);

/// What one listener serves.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) door: Arc<Door>,
    pub(crate) adapters: Arc<Adapters>,
    pub(crate) line: Arc<LineDoor>,
    pub(crate) oauth: Arc<OAuth>,
    pub(crate) hook: Hook,
    pub(crate) site: Arc<Site>,
    pub(crate) uploads: Arc<Semaphore>,
    pub(crate) serve: Vec<Served>,
    /// What it proves itself by, where it speaks HTTPS.
    pub(crate) certificate: Option<Certificate>,
    /// Whether a proxy stands before it.
    pub(crate) behind_proxy: bool,
    pub(crate) drain: Drain,
    /// Places for the requests of connections that have many.
    pub(crate) requests: Arc<Semaphore>,
}

impl Service {
    /// Answers a request. LINE's own API has names of headers as LINE spells them, and takes its own time.
    async fn reply(&self, request: Request<Incoming>, peer: IpAddr, spelling: &Spelling) -> Reply {
        let is_for_line = self.is_for_line(request.method(), request.uri().path());
        let is_for_pictures = self.is_for_pictures(request.uri().path());
        // What is streamed may have such a line in it.
        spelling.leave_names_alone(is_for_line || is_for_pictures);
        if is_for_line {
            let caller = self.caller(request.headers(), peer);
            return self.line.answer(request, caller).await;
        }
        if is_for_pictures {
            let (parts, _) = request.into_parts();
            return self.door.picture(&parts).await;
        }
        // It would be a part of every connection, whatever that asks for.
        whole_answer(Box::pin(self.answer(request, peer)).await)
    }

    /// Whose request it is.
    fn caller(&self, headers: &HeaderMap, peer: IpAddr) -> IpAddr {
        let caller = if self.behind_proxy { forwarded(headers) } else { None };
        caller.unwrap_or(peer)
    }

    /// Whether the LINE door answers: all that is LINE's or, where LINE Notify is not served, nobody's.
    fn is_for_line(&self, method: &Method, path: &str) -> bool {
        let ours = route::is_ours(path) || self.is_for_adapters(method, path);
        let by_path = line::is_lines(path) || !self.serve.contains(&Served::Notify);
        self.serve.contains(&Served::Line) && by_path && !ours
    }

    fn is_for_pictures(&self, path: &str) -> bool {
        let is_served = self.serve.contains(&Served::Pictures) && !self.drain.has_begun();
        is_served && route::area(path) == Some(Served::Pictures)
    }

    fn is_for_adapters(&self, method: &Method, path: &str) -> bool {
        self.serve.contains(&Served::Adapters) && adapter::has(method, path)
    }

    async fn answer(&self, request: Request<Incoming>, peer: IpAddr) -> Answer {
        let (parts, body) = request.into_parts();
        match parts.uri.path() {
            "/healthz" | "/readyz" if !matches!(parts.method, Method::GET | Method::HEAD) => {
                return told(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed");
            }
            "/healthz" => return answer::text(StatusCode::OK, "ok\n"),
            "/readyz" => return self.ready().await,
            "/metrics" if self.serve.contains(&Served::Metrics) => return self.metrics().await,
            _ => {}
        }
        if self.drain.has_begun() {
            let why = "the gateway is stopping, try again; nothing was sent";
            return told(StatusCode::SERVICE_UNAVAILABLE, why);
        }
        let path = parts.uri.path();
        let own = route::area(path).filter(|area| self.serve.contains(area));
        let adapters = || self.is_for_adapters(&parts.method, path).then_some(Served::Adapters);
        let Some(area) = own.or_else(adapters) else {
            return told(StatusCode::NOT_FOUND, "Not found");
        };
        let is_long = body.size_hint().upper().is_none_or(|bytes| bytes > MOST_BODY as u64);
        let may_upload = area == Served::Notify && is_long && self.door.may_upload(&parts).await;
        let (most, permits) = if may_upload { (MOST_UPLOAD, 1) } else { (MOST_BODY, 0) };
        let read = timeout(BODY_TIME, async {
            // The semaphore is never closed. The place is kept until the answer is there.
            let place = self.uploads.acquire_many(permits).await.ok();
            (place, whole(body, most).await)
        });
        let Ok((_place, body)) = read.await else {
            let why = "the request's body took too long; nothing was sent";
            return told(StatusCode::REQUEST_TIMEOUT, why);
        };
        let body = match body {
            Ok(body) => body,
            // A token that is not valid is the first that is wrong.
            Err(_) if area == Served::Notify && !self.door.knows(&parts).await => Bytes::new(),
            Err(Unread::TooLong) if may_upload => {
                let why = "the request is too large: this gateway takes pictures of up to 10 megabytes; nothing was sent";
                return told(StatusCode::PAYLOAD_TOO_LARGE, why);
            }
            Err(Unread::TooLong) => {
                let why = "the request is too large: nothing was sent";
                return told(StatusCode::PAYLOAD_TOO_LARGE, why);
            }
            Err(Unread::Broken) => {
                return told(StatusCode::BAD_REQUEST, "the request's body did not come to its end");
            }
        };
        let caller = self.caller(&parts.headers, peer);
        match area {
            Served::Webhook => self.hook.answer(&parts, &body).await,
            Served::OAuth => self.oauth.answer(&parts, &body, caller).await,
            Served::Adapters => self.adapters.answer(&parts, &body, caller).await,
            Served::Pages | Served::Operator => {
                let place = Place {
                    is_tls: self.certificate.is_some(),
                    behind_proxy: self.behind_proxy,
                    serves_notify: self.serve.contains(&Served::Notify),
                };
                self.site.answer(&parts, &body, caller, place).await
            }
            // Pictures, those of a method that they do not have among them, are answered before.
            Served::Line | Served::Notify | Served::Metrics | Served::Pictures => {
                self.door.answer(&parts, &body, caller).await
            }
        }
    }

    /// Anybody may ask, and often, so that it reads and writes what is small: not every delivery and token.
    async fn ready(&self) -> Answer {
        if self.drain.has_begun() {
            return answer::text(StatusCode::SERVICE_UNAVAILABLE, "the gateway is stopping\n");
        }
        let ready = match self.door.outbox.holds().await {
            Ok(_) => self.door.takes_commits().await.map_err(|why| why.to_string()),
            Err(why) => Err(why.to_string()),
        };
        match ready {
            Ok(()) => answer::text(StatusCode::OK, "ready\n"),
            Err(error) => {
                tracing::warn!(error, "the gateway is not ready");
                answer::text(StatusCode::SERVICE_UNAVAILABLE, "the store takes no commits\n")
            }
        }
    }

    async fn metrics(&self) -> Answer {
        match self.door.outbox.metrics().await {
            Ok(mut text) => {
                if let Some(pictures) = &self.door.pictures {
                    let name = "hikyaku_gateway_pictures_removed_early_total";
                    let help = "Pictures that the disk space did not let stay as long as pictures.keep_days says.";
                    let count = pictures.removed_early();
                    let ours =
                        format!("# HELP {name} {help}\n# TYPE {name} counter\n{name} {count}\n");
                    text.push_str(&ours);
                }
                answer::text(StatusCode::OK, text)
            }
            Err(error) => {
                tracing::warn!(%error, "no metrics");
                answer::text(StatusCode::SERVICE_UNAVAILABLE, "the store cannot be read\n")
            }
        }
    }
}

/// Whose request it is, as the proxy before the gateway says: it adds the last address of the list.
fn forwarded(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all("x-forwarded-for").iter().next_back()?;
    last.to_str().ok()?.rsplit(',').next()?.trim().parse().ok()
}

/// Serves until the gateway is to stop, and lets what has begun end; `busy` is dropped then. It never ends by itself: others are
/// told until the last moment that the gateway stops.
pub(crate) async fn serve(
    listener: TcpListener,
    service: Arc<Service>,
    busy: mpsc::Sender<Infallible>,
) {
    let drain = service.drain.clone();
    let mut early = Connections::default();
    tokio::select! {
        () = drain.begun() => {}
        () = early.accept(&listener, &service) => {}
    }
    let ended = async {
        early.end().await;
        drop(busy);
        std::future::pending::<()>().await;
    };
    let mut late = Connections::default();
    tokio::select! {
        () = late.accept(&listener, &service) => {}
        () = ended => {}
    }
}

/// The connections of a listener.
struct Connections {
    running: JoinSet<()>,
    places: Arc<Semaphore>,
    /// Dropped when they are to end.
    stopping: watch::Sender<()>,
}

impl Default for Connections {
    fn default() -> Self {
        let places = Arc::new(Semaphore::new(CONNECTIONS));
        Self { running: JoinSet::new(), places, stopping: watch::Sender::new(()) }
    }
}

impl Connections {
    /// Accepts and serves connections, and never ends.
    async fn accept(&mut self, listener: &TcpListener, service: &Arc<Service>) {
        loop {
            let places = self.places.clone();
            let accept = async {
                // The semaphore is never closed.
                let place = places.acquire_owned().await.ok();
                (listener.accept().await, place)
            };
            tokio::select! {
                (accepted, place) = accept => match accepted {
                    Ok((stream, peer)) => {
                        let (service, stopped) = (service.clone(), self.stopping.subscribe());
                        self.running.spawn(async move {
                            greet(stream, peer.ip(), service, stopped).await;
                            drop(place);
                        });
                    }
                    Err(error) => {
                        tracing::warn!(%error, "cannot accept a connection");
                        sleep(Duration::from_millis(50)).await;
                    }
                },
                Some(_) = self.running.join_next() => {}
            }
        }
    }

    /// Lets what has begun end, and ends what takes too long.
    async fn end(self) {
        let Self { mut running, stopping, .. } = self;
        drop(stopping);
        let ended = async { while running.join_next().await.is_some() {} };
        if timeout(STOP_TIME, ended).await.is_err() {
            running.shutdown().await;
        }
    }
}

/// Serves a connection, behind its handshake where there is one.
async fn greet(
    stream: TcpStream,
    peer: IpAddr,
    service: Arc<Service>,
    stopped: watch::Receiver<()>,
) {
    // Answers are small, and a caller waits for each.
    let _ = stream.set_nodelay(true);
    match service.certificate.clone() {
        None => connection(stream, peer, service, stopped).await,
        Some(certificate) => {
            // Who does not agree has nothing to be told.
            let Some(stream) = certificate.accept(stream).await else { return };
            if !certificate::is_http2(&stream) {
                return connection(stream, peer, service, stopped).await;
            }
            let places = service.requests.clone();
            http2::serve(stream, stopped, places, move |request| {
                let service = service.clone();
                // Its names of headers have lower-case letters alone.
                async move { service.reply(request, peer, &Spelling::default()).await }
            })
            .await;
        }
    }
}

/// Serves one connection until it ends, takes too long, or the server stops.
async fn connection(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: IpAddr,
    service: Arc<Service>,
    mut stopped: watch::Receiver<()>,
) {
    let untold = Untold::default();
    let stream = Spelled::new(Leaving::new(stream, untold.clone()));
    let spelling = stream.spelling();
    // Who comes after the end has begun asks once.
    let keep_alive = !service.drain.has_begun();
    let service = service_fn(move |request: Request<Incoming>| {
        let (service, spelling, untold) = (service.clone(), spelling.clone(), untold.clone());
        async move {
            let mut reply = service.reply(request, peer, &spelling).await;
            untold.note(&mut reply);
            Ok::<_, Infallible>(reply)
        }
    });
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIME)
            .max_buf_size(MOST_HEAD)
            .keep_alive(keep_alive)
            .serve_connection(TokioIo::new(stream), service)
    );
    tokio::select! {
        // How a connection ends is its own affair.
        _ = &mut connection => {}
        // It ends with an error when the server stops.
        _ = stopped.changed() => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}
