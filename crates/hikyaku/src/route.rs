use http::Method;

const GET: &Method = &Method::GET;
const POST: &Method = &Method::POST;
const PUT: &Method = &Method::PUT;
const DELETE: &Method = &Method::DELETE;

/// One operation of the platform, as LINE's `OpenAPI` files describe it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Route {
    /// The operation's name in LINE's `OpenAPI` files. For operations that are missing there, a name in the same style.
    pub operation_id: &'static str,
    /// The HTTP method.
    pub method: &'static Method,
    /// The host that serves it.
    pub host: Host,
    /// The path, with `{name}` for each value.
    pub path: &'static str,
    /// The names of its query parameters.
    pub query: &'static [&'static str],
    /// The names of its own headers.
    pub headers: &'static [&'static str],
    /// The form of its request body, if it has one.
    pub body: Option<BodyKind>,
    pub(crate) auth: Auth,
    pub(crate) repeat: Repeat,
    pub(crate) gives: Gives,
    /// Whether LINE names each response by `X-Line-Request-Id`, as it does throughout the Messaging API.
    ///
    /// Source: <https://developers.line.biz/en/reference/messaging-api/#response-headers>
    pub(crate) named: bool,
}

impl Route {
    /// Creates a route for a read, which is safe to repeat.
    pub(crate) const fn get(operation_id: &'static str, path: &'static str) -> Self {
        Self::new(operation_id, GET, path, None, Repeat::Always).gives(Gives::Object)
    }

    /// Creates a route for a call that LINE would execute twice.
    pub(crate) const fn post(operation_id: &'static str, path: &'static str) -> Self {
        Self::new(operation_id, POST, path, Some(BodyKind::Json), Repeat::IfNotActedOn)
    }

    /// Creates a route for one of the four sends with a retry key.
    pub(crate) const fn keyed(operation_id: &'static str, path: &'static str) -> Self {
        let body = Some(BodyKind::Json);
        let route = Self::new(operation_id, POST, path, body, Repeat::WithRetryKey);
        Self { headers: &["X-Line-Retry-Key"], ..route }.gives(Gives::Sent)
    }

    /// Creates a route for an idempotent change.
    pub(crate) const fn put(operation_id: &'static str, path: &'static str) -> Self {
        Self::new(operation_id, PUT, path, Some(BodyKind::Json), Repeat::Always)
    }

    /// Creates a route for a removal, which is idempotent.
    pub(crate) const fn delete(operation_id: &'static str, path: &'static str) -> Self {
        Self::new(operation_id, DELETE, path, None, Repeat::Always)
    }

    const fn new(
        operation_id: &'static str,
        method: &'static Method,
        path: &'static str,
        body: Option<BodyKind>,
        repeat: Repeat,
    ) -> Self {
        Self {
            operation_id,
            method,
            host: Host::Api,
            path,
            query: &[],
            headers: &[],
            body,
            auth: Auth::Channel,
            repeat,
            gives: Gives::Nothing,
            named: true,
        }
    }

    /// Returns the route on another host.
    pub(crate) const fn on(self, host: Host) -> Self {
        Self { host, ..self }
    }

    /// Returns the route with these query parameters.
    pub(crate) const fn query(self, query: &'static [&'static str]) -> Self {
        Self { query, ..self }
    }

    /// Returns the route with these headers of its own.
    pub(crate) const fn headers(self, headers: &'static [&'static str]) -> Self {
        Self { headers, ..self }
    }

    /// Returns the route with a body of this form.
    pub(crate) const fn body(self, body: BodyKind) -> Self {
        Self { body: Some(body), ..self }
    }

    /// Returns the route without a body.
    pub(crate) const fn without_body(self) -> Self {
        Self { body: None, ..self }
    }

    /// Returns the route with another authorisation than the channel access token.
    pub(crate) const fn auth(self, auth: Auth) -> Self {
        Self { auth, ..self }.unnamed()
    }

    /// Returns the route as one outside the Messaging API, where LINE does not document request ids.
    pub(crate) const fn unnamed(self) -> Self {
        Self { named: false, ..self }
    }

    /// Returns the route with a success of another form.
    pub(crate) const fn gives(self, gives: Gives) -> Self {
        Self { gives, ..self }
    }

    /// Returns the route with another rule for retries.
    pub(crate) const fn repeat(self, repeat: Repeat) -> Self {
        Self { repeat, ..self }
    }

    /// Returns the route as idempotent.
    pub(crate) const fn idempotent(self) -> Self {
        self.repeat(Repeat::Always)
    }

    /// Returns whether the channel access token identifies the caller. Otherwise the body does, or another token or
    /// secret.
    pub fn takes_channel_token(&self) -> bool {
        self.auth == Auth::Channel
    }

    /// Iterates over the names of all parameters: of the path, of the query, and of the headers.
    pub fn parameters(&self) -> impl Iterator<Item = &'static str> {
        self.path_names().chain(self.query.iter().chain(self.headers).copied())
    }

    /// Iterates over the names of the values in the path.
    pub fn path_names(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('{').skip(1).filter_map(|part| Some(part.split_once('}')?.0))
    }
}

/// The host that serves a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Host {
    /// The host of most operations.
    Api,
    /// The host for bytes rather than JSON: contents, images, files.
    Data,
    /// The host for attaching module channels.
    Manager,
}

impl Host {
    /// Returns LINE's own URL of the host.
    pub fn default_url(self) -> &'static str {
        match self {
            Self::Api => "https://api.line.me",
            Self::Data => "https://api-data.line.me",
            Self::Manager => "https://manager.line.biz",
        }
    }
}

/// The form of a request body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BodyKind {
    /// A JSON object.
    Json,
    /// Form fields, encoded as in a query.
    Form,
    /// Parts, one of them a file.
    Multipart,
    /// Bytes with their own content type, such as an image.
    Bytes,
}

impl BodyKind {
    /// Returns the content type; `*/*` if it depends on the bytes.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Form => "application/x-www-form-urlencoded",
            Self::Multipart => "multipart/form-data",
            Self::Bytes => "*/*",
        }
    }
}

/// The authorisation of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Auth {
    /// The channel access token.
    Channel,
    /// Given by the caller: a user's token, or a channel's id and secret; or none, if the body identifies the caller.
    Caller,
}

/// The form of a success's body, by which LINE's answer is told from another's where it has no request id. A typed call
/// is told by its type instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gives {
    /// An empty object.
    Nothing,
    /// An object with the fields of the operation.
    Object,
    /// An empty object, or the messages that were sent.
    Sent,
    /// Bytes of any kind.
    Bytes,
}

/// The conditions under which the client may retry a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// Always: the request is idempotent.
    Always,
    /// With a retry key: LINE acts only on the first request with it.
    WithRetryKey,
    /// With a reply token: LINE accepts it once, so the reply is delivered at most once while the token is valid.
    WithReplyToken,
    /// Only if LINE surely has not acted: no byte can have left, or LINE refused the call for the rate limit.
    IfNotActedOn,
    /// Only while no byte of the request can have left.
    IfNotSent,
    /// Never.
    Never,
}
