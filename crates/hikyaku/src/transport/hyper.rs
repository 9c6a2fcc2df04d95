use std::{error::Error as StdError, fmt, sync::Arc, time::Duration};

use futures_core::future::BoxFuture;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore, crypto::ring, pki_types::CertificateDer};

use super::{
    body::{RequestBody, ResponseBody},
    carry::Transport,
    connect::{ConnectWithin, TcpConnector},
    error::TransportError,
    proxy::Proxy,
};

/// An idle connection is closed before most servers and proxies close it from their side: a request that meets such a
/// close is in doubt, and one that cannot be repeated would fail for nothing.
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// How long an HTTP/2 connection with requests on it may be silent before it is asked for a sign of life, and how long it
/// then has to give one: as long as it may take to connect, within these bounds. All requests share the connection;
/// without this each repeat would go out on a dead one until TCP gives up, after a quarter of an hour.
const SHORTEST_SILENCE: Duration = Duration::from_secs(1);
const LONGEST_SILENCE: Duration = Duration::from_secs(5);

/// A pool of HTTP/1.1 and HTTP/2 connections over rustls.
#[derive(Clone, Debug)]
pub struct HyperTransport {
    client: Client<ConnectWithin<HttpsConnector<TcpConnector>>, RequestBody>,
}

impl HyperTransport {
    /// A pool that gives up connecting after `connect_timeout`, trusts Mozilla's root certificates and heeds the
    /// [`Proxy`] of the environment.
    pub fn new(connect_timeout: Duration) -> Self {
        Self::of(Proxy::from_env(), connect_timeout, mozilla_roots())
    }

    /// The same, trusting the certificates of a PEM file too: a company's proxy, a server under test.
    ///
    /// # Errors
    /// The text holds no certificate, or one that cannot be read.
    pub fn with_certificates(
        connect_timeout: Duration,
        pem: &[u8],
    ) -> Result<Self, InvalidCertificate> {
        Self::through(Proxy::from_env(), connect_timeout, Some(pem))
    }

    /// The same through this proxy, whatever the environment says, trusting the certificates of a PEM file too if one
    /// is given.
    ///
    /// # Errors
    /// The text holds no certificate, or one that cannot be read.
    pub fn through(
        proxy: Proxy,
        connect_timeout: Duration,
        pem: Option<&[u8]>,
    ) -> Result<Self, InvalidCertificate> {
        let roots = pem.map_or_else(|| Ok(mozilla_roots()), roots_with)?;
        Ok(Self::of(proxy, connect_timeout, roots))
    }

    fn of(proxy: Proxy, connect_timeout: Duration, roots: RootCertStore) -> Self {
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring implements the default versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        // Without it HTTP/2 waits for delayed acknowledgements: 40 ms a request.
        tcp.set_nodelay(true);
        // Of a name with several addresses each has its share of the time.
        tcp.set_connect_timeout(Some(connect_timeout));
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(config)
            .https_or_http()
            .enable_all_versions()
            .wrap_connector(TcpConnector { tcp, proxy });
        let silence = connect_timeout.clamp(SHORTEST_SILENCE, LONGEST_SILENCE);
        let client = Client::builder(TokioExecutor::new())
            .timer(TokioTimer::new())
            .http2_keep_alive_interval(silence)
            .http2_keep_alive_timeout(silence)
            .pool_timer(TokioTimer::new())
            // A head and a small body in one buffer: one plain write costs less than a vectored one.
            .http1_writev(false)
            .pool_idle_timeout(POOL_IDLE_TIMEOUT)
            .build(ConnectWithin { connector, limit: connect_timeout });
        Self { client }
    }

    /// What [`Transport::send`] does, without a box.
    pub(crate) fn exchange(
        &self,
        request: http::Request<RequestBody>,
    ) -> impl Future<Output = Result<http::Response<ResponseBody>, TransportError>> + use<> {
        let exchange = self.client.request(request);
        async {
            match exchange.await {
                Ok(response) => Ok(response.map(ResponseBody::hyper)),
                Err(error) if error.is_connect() => Err(TransportError::not_sent(error)),
                Err(error) => Err(TransportError::interrupted(error)),
            }
        }
    }
}

fn mozilla_roots() -> RootCertStore {
    RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() }
}

/// Mozilla's and these.
fn roots_with(pem: &[u8]) -> Result<RootCertStore, InvalidCertificate> {
    let mut roots = mozilla_roots();
    let known = roots.len();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|e| InvalidCertificate(e.to_string()))?;
        roots.add(certificate).map_err(|e| InvalidCertificate(e.to_string()))?;
    }
    if roots.len() == known {
        return Err(InvalidCertificate("no certificate found; expected PEM text".to_owned()));
    }
    Ok(roots)
}

impl Transport for HyperTransport {
    fn send(
        &self,
        request: http::Request<RequestBody>,
    ) -> BoxFuture<'_, Result<http::Response<ResponseBody>, TransportError>> {
        Box::pin(self.exchange(request))
    }
}

/// Why a text holds no certificate that could be trusted.
#[derive(Debug)]
pub struct InvalidCertificate(String);

impl fmt::Display for InvalidCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl StdError for InvalidCertificate {}
