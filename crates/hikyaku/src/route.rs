use http::Method;

const GET: &Method = &Method::GET;
const POST: &Method = &Method::POST;
const PUT: &Method = &Method::PUT;
const DELETE: &Method = &Method::DELETE;

/// One operation of the platform, as LINE's `OpenAPI` files describe it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Route {
    /// The operation's name in LINE's `OpenAPI` files, or ours in the same style where they lack it.
    pub operation_id: &'static str,
    /// The HTTP method.
    pub method: &'static Method,
    /// Which of LINE's hosts serves it.
    pub host: Host,
    /// The path, with `{name}` where a value goes.
    pub path: &'static str,
    /// The names of its query parameters.
    pub query: &'static [&'static str],
    /// The names of the headers that are its own.
    pub headers: &'static [&'static str],
    /// The form of its request's body, where it has one.
    pub body: Option<BodyKind>,
    pub(crate) auth: Auth,
    pub(crate) repeat: Repeat,
    /// Whether LINE names each answer by `X-Line-Request-Id`, as it does throughout the Messaging API.
    ///
    /// Source: <https://developers.line.biz/en/reference/messaging-api/#response-headers>
    pub(crate) named: bool,
}

impl Route {
    /// A read: safe to repeat.
    pub(crate) const fn get(operation_id: &'static str, path: &'static str) -> Self {
        Self::new(operation_id, GET, path, None, Repeat::Always)
    }

    /// A call that LINE would do twice.
    pub(crate) const fn post(operation_id: &'static str, path: &'static str) -> Self {
        Self::new(operation_id, POST, path, Some(BodyKind::Json), Repeat::IfNotActedOn)
    }

    /// One of the four sends that take a retry key.
    pub(crate) const fn keyed(operation_id: &'static str, path: &'static str) -> Self {
        let body = Some(BodyKind::Json);
        let route = Self::new(operation_id, POST, path, body, Repeat::WithRetryKey);
        Self { headers: &["X-Line-Retry-Key"], ..route }
    }

    /// A change that is the same when it is made twice.
    pub(crate) const fn put(operation_id: &'static str, path: &'static str) -> Self {
        Self::new(operation_id, PUT, path, Some(BodyKind::Json), Repeat::Always)
    }

    /// A removal: once gone, gone.
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
            named: true,
        }
    }

    /// The same on another host.
    pub(crate) const fn on(self, host: Host) -> Self {
        Self { host, ..self }
    }

    /// The same with these query parameters.
    pub(crate) const fn query(self, query: &'static [&'static str]) -> Self {
        Self { query, ..self }
    }

    /// The same with these headers of its own.
    pub(crate) const fn headers(self, headers: &'static [&'static str]) -> Self {
        Self { headers, ..self }
    }

    /// The same with a body of this form.
    pub(crate) const fn body(self, body: BodyKind) -> Self {
        Self { body: Some(body), ..self }
    }

    /// The same without a body.
    pub(crate) const fn without_body(self) -> Self {
        Self { body: None, ..self }
    }

    /// The same, authorised otherwise than by the channel access token.
    pub(crate) const fn auth(self, auth: Auth) -> Self {
        Self { auth, ..self }.unnamed()
    }

    /// The same outside the Messaging API, where no reference promises a name of the answers.
    pub(crate) const fn unnamed(self) -> Self {
        Self { named: false, ..self }
    }

    /// The same, repeated under other conditions.
    pub(crate) const fn repeat(self, repeat: Repeat) -> Self {
        Self { repeat, ..self }
    }

    /// The same, which does nothing new when it is made twice.
    pub(crate) const fn idempotent(self) -> Self {
        self.repeat(Repeat::Always)
    }

    /// Whether a channel access token says who calls. Otherwise the body does, or a token or secret of another kind.
    pub fn takes_channel_token(&self) -> bool {
        self.auth == Auth::Channel
    }

    /// The names of all parameters: of the path, of the query, and of the headers.
    pub fn parameters(&self) -> impl Iterator<Item = &'static str> {
        self.path_names().chain(self.query.iter().chain(self.headers).copied())
    }

    /// The names of the values in the path.
    pub fn path_names(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('{').skip(1).filter_map(|part| Some(part.split_once('}')?.0))
    }
}

/// Which of LINE's hosts serves a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Host {
    /// Most of the platform.
    Api,
    /// Bytes rather than JSON: contents, images, files.
    Data,
    /// Attaching module channels.
    Manager,
}

impl Host {
    /// Where LINE has it.
    pub fn default_url(self) -> &'static str {
        match self {
            Self::Api => "https://api.line.me",
            Self::Data => "https://api-data.line.me",
            Self::Manager => "https://manager.line.biz",
        }
    }
}

/// The form of a request's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BodyKind {
    /// A JSON object.
    Json,
    /// The fields of a form, as in a query.
    Form,
    /// Parts, one of them a file.
    Multipart,
    /// Bytes of a type of their own, such as an image.
    Bytes,
}

impl BodyKind {
    /// The content type; `*/*` where the bytes decide it.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Form => "application/x-www-form-urlencoded",
            Self::Multipart => "multipart/form-data",
            Self::Bytes => "*/*",
        }
    }
}

/// What a request says of who makes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Auth {
    /// The channel access token.
    Channel,
    /// What the caller gives: a user's token, a channel's id and secret; or nothing, where the body says it.
    Caller,
}

/// When the client may send a request again by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// Doing it twice is the same as doing it once.
    Always,
    /// LINE acts on the first request with a retry key only.
    WithRetryKey,
    /// LINE takes a reply token once: the same reply under it is delivered at most once, while the token lives.
    WithReplyToken,
    /// Only where LINE surely has not acted: no byte can have left, or it refused the call for the rate.
    IfNotActedOn,
    /// Only while no byte of it can have left.
    IfNotSent,
    /// Not at all.
    Never,
}
