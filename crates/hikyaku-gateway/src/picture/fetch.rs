//! Pictures that are fetched from where a script says, and from nowhere else.
//!
//! A name is looked up once for each hop, all its addresses are judged, and the connection goes to one of them: nobody can
//! answer a second question in another way.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode, Uri, header, uri::Scheme};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::{Response, body::Incoming, client::conn::http1};
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, RootCertStore, crypto::ring, pki_types::ServerName};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, lookup_host},
    task::JoinSet,
    time::timeout,
};
use tokio_rustls::TlsConnector;

use crate::{
    Error,
    rehost::{Network, is_public},
};

/// How long a picture may take, redirects and all: its caller waits, and some give up after ten seconds.
const TIME: Duration = Duration::from_secs(6);

/// The most bytes of a picture that is fetched: it is drawn anew, and smaller then.
const MOST: usize = 20 << 20;

/// How often an address may lead to another one.
const REDIRECTS: usize = 3;

/// How many addresses of one name are tried.
const TRIES: usize = 3;

/// Fetches pictures.
#[derive(Debug)]
pub(super) struct Fetcher {
    /// Networks that pictures may come from beside the internet.
    from: Vec<Network>,
    tls: Arc<ClientConfig>,
}

impl Fetcher {
    pub(super) fn new(from: Vec<Network>) -> Result<Self, Error> {
        let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|why| Error::because("TLS", why))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self { from, tls: Arc::new(tls) })
    }

    /// The bytes of a picture. What is wrong is told for people, as what the address is or does.
    pub(super) async fn fetch(&self, url: &str) -> Result<Bytes, String> {
        match timeout(TIME, self.follow(url)).await {
            Ok(fetched) => fetched,
            Err(_) => Err(format!("has not come within {} seconds", TIME.as_secs())),
        }
    }

    async fn follow(&self, url: &str) -> Result<Bytes, String> {
        let mut place = Place::read(url)?;
        for _ in 0..=REDIRECTS {
            // Its connection ends with it.
            let mut connections = JoinSet::new();
            let answer = self.ask(&place, &mut connections).await?;
            if answer.status().is_redirection() {
                place = place.next(answer.headers())?;
                continue;
            }
            if answer.status() != StatusCode::OK {
                return Err(format!("answers {}", answer.status().as_u16()));
            }
            check(answer.headers())?;
            let body = Limited::new(answer.into_body(), MOST).collect().await;
            return body.map(http_body_util::Collected::to_bytes).map_err(|why| {
                let is_long = why.is::<http_body_util::LengthLimitError>();
                if is_long { TOO_LARGE } else { "does not come to its end" }.to_owned()
            });
        }
        Err(format!("leads on more than {REDIRECTS} times"))
    }

    async fn ask(
        &self,
        place: &Place,
        connections: &mut JoinSet<()>,
    ) -> Result<Response<Incoming>, String> {
        let stream = self.connect(place).await?;
        if !place.is_https() {
            return exchange(place, stream, connections).await;
        }
        let name = ServerName::try_from(place.host().to_owned())
            .map_err(|_| "has no name that a certificate could be for".to_owned())?;
        let stream = TlsConnector::from(self.tls.clone())
            .connect(name, stream)
            .await
            .map_err(|_| "has no certificate that a public authority signed".to_owned())?;
        exchange(place, stream, connections).await
    }

    /// Connects to an address that was judged.
    async fn connect(&self, place: &Place) -> Result<TcpStream, String> {
        let port = place.port()?;
        let found: Vec<SocketAddr> = lookup_host((place.host(), port))
            .await
            .map_err(|_| "has a host that is unknown".to_owned())?
            .collect();
        // One that is not public among others is no mistake of honest people.
        if !found.iter().all(|address| self.may_reach(address.ip())) {
            return Err(
                "is not at a public address, and pictures.rehost_from does not name it".to_owned()
            );
        }
        for address in found.into_iter().take(TRIES) {
            if let Ok(stream) = TcpStream::connect(address).await {
                return Ok(stream);
            }
        }
        Err("cannot be reached".to_owned())
    }

    fn may_reach(&self, address: IpAddr) -> bool {
        is_public(address) || self.from.iter().any(|network| network.contains(address))
    }
}

const TOO_LARGE: &str = "is larger than 20 megabytes";

/// Asks for a picture, over a connection that is for nothing else.
async fn exchange(
    place: &Place,
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    connections: &mut JoinSet<()>,
) -> Result<Response<Incoming>, String> {
    let broken = |_| "does not answer as a web server does".to_owned();
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    connections.spawn(async move { drop(connection.await) });
    let path = place.0.path_and_query().map_or("/", |it| it.as_str());
    let request = Request::get(path)
        .header(header::HOST, place.authority())
        .header(header::USER_AGENT, concat!("hikyaku-gateway/", env!("CARGO_PKG_VERSION")))
        .header(header::ACCEPT, "image/jpeg, image/png")
        .header(header::CONNECTION, "close")
        .body(Empty::<Bytes>::new())
        .map_err(|_| "is no address of a picture".to_owned())?;
    sender.send_request(request).await.map_err(broken)
}

/// Whether the head of an answer is a picture's.
fn check(headers: &HeaderMap) -> Result<(), String> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let kind = text(header::CONTENT_TYPE).unwrap_or_default();
    if !kind.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("image/")) {
        return Err("is no picture, by its content type".to_owned());
    }
    if text(header::CONTENT_ENCODING).is_some_and(|it| !it.eq_ignore_ascii_case("identity")) {
        return Err("comes compressed, though that was not asked for".to_owned());
    }
    let length = text(header::CONTENT_LENGTH).and_then(|length| length.parse::<usize>().ok());
    if length.is_some_and(|length| length > MOST) {
        return Err(TOO_LARGE.to_owned());
    }
    Ok(())
}

/// An address that can be asked.
#[derive(Debug)]
struct Place(Uri);

impl Place {
    fn read(url: &str) -> Result<Self, String> {
        let wrong = || "is no http or https address".to_owned();
        let url = url.split('#').next().unwrap_or_default();
        let place = Self(url.parse().map_err(|_| wrong())?);
        let scheme = place.0.scheme().ok_or_else(wrong)?;
        if ![Scheme::HTTP, Scheme::HTTPS].contains(scheme) || place.host().is_empty() {
            return Err(wrong());
        }
        if place.0.authority().is_some_and(|it| it.as_str().contains('@')) {
            return Err("has a user name in it".to_owned());
        }
        place.port()?;
        Ok(place)
    }

    fn is_https(&self) -> bool {
        self.0.scheme() == Some(&Scheme::HTTPS)
    }

    /// Without the brackets of IPv6.
    fn host(&self) -> &str {
        self.0.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']')
    }

    fn authority(&self) -> &str {
        self.0.authority().map_or("", |it| it.as_str())
    }

    /// Web servers, and none of mail, files or names.
    fn port(&self) -> Result<u16, String> {
        let host = self.0.host().unwrap_or_default();
        let port = match self.authority().strip_prefix(host).and_then(|it| it.strip_prefix(':')) {
            Some(port) => port.parse().unwrap_or(0),
            None if self.is_https() => 443,
            None => 80,
        };
        match port {
            80 | 443 | 1024.. => Ok(port),
            _ => Err("has a port where no web server is".to_owned()),
        }
    }

    /// Where a redirect leads to.
    fn next(&self, headers: &HeaderMap) -> Result<Self, String> {
        let to = headers.get(header::LOCATION).and_then(|value| value.to_str().ok());
        let to = to.ok_or("leads nowhere")?.trim();
        let scheme = self.0.scheme_str().unwrap_or("http");
        let next = if to.contains("://") {
            Self::read(to)
        } else if to.starts_with("//") {
            Self::read(&format!("{scheme}:{to}"))
        } else {
            let folder = self.0.path().rsplit_once('/').map_or("", |(folder, _)| folder);
            let path = if to.starts_with('/') { to.to_owned() } else { format!("{folder}/{to}") };
            Self::read(&format!("{scheme}://{}{path}", self.authority()))
        }?;
        if self.is_https() && !next.is_https() {
            return Err("leads from https to http".to_owned());
        }
        Ok(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_and_followed() {
        for (url, why) in [
            ("ftp://a.example/b", "is no http or https address"),
            ("/b.png", "is no http or https address"),
            ("http://", "is no http or https address"),
            ("http:///b", "is no http or https address"),
            ("http://a b/", "is no http or https address"),
            ("http://me:pw@a.example/", "has a user name in it"),
            ("http://a.example:25/", "has a port where no web server is"),
            ("http://a.example:444444/", "has a port where no web server is"),
        ] {
            assert_eq!(Place::read(url).unwrap_err(), why, "{url}");
        }
        let place = Place::read("https://[2606:4700::1]:8443/a/b.png?c=d#e").unwrap();
        assert_eq!((place.host(), place.port()), ("2606:4700::1", Ok(8443)));
        let next = |to: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::LOCATION, to.parse().unwrap());
            place.next(&headers).map(|it| it.0.to_string())
        };
        for (to, url) in [
            ("/x", "https://[2606:4700::1]:8443/x"),
            ("x?y", "https://[2606:4700::1]:8443/a/x?y"),
            ("//b.example/x", "https://b.example/x"),
            ("https://b.example/#f", "https://b.example/"),
        ] {
            assert_eq!(next(to).unwrap_or_default(), url, "{to}");
        }
        assert_eq!(next("http://b.example/").unwrap_err(), "leads from https to http");
        assert_eq!(place.next(&HeaderMap::new()).unwrap_err(), "leads nowhere");
    }

    #[tokio::test]
    async fn what_is_not_public_is_not_connected_to() {
        let fetcher = Fetcher::new(Vec::new()).unwrap();
        for host in [
            "127.0.0.1:8080",
            "localhost:8080",
            "0:8080",
            "2130706433:8080",
            "0x7f.1:8080",
            "[::1]:8080",
            "[::ffff:127.0.0.1]:8080",
            "[64:ff9b::7f00:1]",
            "[2002:7f00:1::1]",
            "169.254.169.254",
            "10.0.0.1",
            "100.64.0.1",
            "[fe80::1]",
            "[fd00:ec2::254]",
            "0.0.0.0",
            "224.0.0.1",
        ] {
            let told =
                fetcher.fetch(&format!("http://{host}/latest/meta-data/")).await.unwrap_err();
            let names_it = told == "has a host that is unknown"
                || told == "is not at a public address, and pictures.rehost_from does not name it";
            assert!(names_it, "{host}: {told}");
        }
    }
}
