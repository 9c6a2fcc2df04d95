//! Every path that the gateway itself answers, and who may have it. LINE's own paths are the LINE door's, and those of other
//! programs' APIs the adapters'.

use http::Method;

use crate::Served;

/// One method of one path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Route {
    /// `GET`, `POST`, `PUT` or `DELETE`.
    pub method: &'static str,
    /// The whole path; one that ends with `/*` has one more part there.
    pub path: &'static str,
    /// What a listener has to serve; nothing for what is at every listener.
    pub served: Option<Served>,
    /// Who gets an answer.
    pub access: Access,
}

/// Who gets an answer, besides being told that they do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Access {
    /// Anybody: it tells no secret, or the secret is in the request.
    Anyone,
    /// A request with a token of LINE Notify's API.
    Token,
    /// A request with a key of LINE's API, for what is the key's own.
    Key,
    /// A service, with its client id and secret.
    Service,
    /// LINE or GitHub, by its signature.
    Signed,
    /// A person who is signed in, for what is the person's own.
    Person,
    /// An operator or a viewer.
    Viewer,
    /// An operator, unless nobody may change anything.
    Operator,
}

const fn get(path: &'static str, served: Served, access: Access) -> Route {
    Route { method: "GET", path, served: Some(served), access }
}

const fn post(path: &'static str, served: Served, access: Access) -> Route {
    Route { method: "POST", path, served: Some(served), access }
}

const fn delete(path: &'static str, served: Served, access: Access) -> Route {
    Route { method: "DELETE", path, served: Some(served), access }
}

/// All routes. A path that is not among them, nor LINE's or an adapter's, is answered with 404.
pub const ROUTES: &[Route] = &[
    Route { method: "GET", path: "/healthz", served: None, access: Access::Anyone },
    Route { method: "GET", path: "/readyz", served: None, access: Access::Anyone },
    get("/metrics", Served::Metrics, Access::Anyone),
    post("/webhook", Served::Webhook, Access::Signed),
    get("/pictures/*", Served::Pictures, Access::Anyone),
    get("/_hikyaku/v1/deliveries", Served::Line, Access::Key),
    delete("/_hikyaku/v1/deliveries", Served::Line, Access::Key),
    get("/_hikyaku/v1/deliveries/*", Served::Line, Access::Key),
    delete("/_hikyaku/v1/deliveries/*", Served::Line, Access::Key),
    post("/_hikyaku/v1/pictures", Served::Line, Access::Key),
    post("/api/notify", Served::Notify, Access::Token),
    get("/api/status", Served::Notify, Access::Token),
    post("/api/status", Served::Notify, Access::Token),
    post("/api/revoke", Served::Notify, Access::Token),
    get("/oauth/authorize", Served::OAuth, Access::Anyone),
    post("/oauth/consent", Served::OAuth, Access::Anyone),
    post("/oauth/token", Served::OAuth, Access::Service),
    get("/my", Served::Pages, Access::Person),
    get("/my/sign-in", Served::Pages, Access::Anyone),
    get("/my/line", Served::Pages, Access::Anyone),
    get("/my/line/back", Served::Pages, Access::Anyone),
    get("/my/enter", Served::Pages, Access::Anyone),
    post("/my/enter", Served::Pages, Access::Anyone),
    post("/my/sign-out", Served::Pages, Access::Person),
    post("/my/create", Served::Pages, Access::Person),
    post("/my/test", Served::Pages, Access::Person),
    post("/my/move", Served::Pages, Access::Person),
    post("/my/revoke", Served::Pages, Access::Person),
    get("/my/services", Served::Pages, Access::Person),
    post("/my/services/add", Served::Pages, Access::Person),
    post("/my/services/remove", Served::Pages, Access::Person),
    get("/operator", Served::Operator, Access::Viewer),
    get("/operator/sign-in", Served::Operator, Access::Anyone),
    get("/operator/enter", Served::Operator, Access::Anyone),
    post("/operator/enter", Served::Operator, Access::Anyone),
    post("/operator/sign-out", Served::Operator, Access::Viewer),
    get("/operator/lanes", Served::Operator, Access::Viewer),
    post("/operator/hold", Served::Operator, Access::Operator),
    post("/operator/release", Served::Operator, Access::Operator),
    get("/operator/deliveries", Served::Operator, Access::Viewer),
    post("/operator/preview", Served::Operator, Access::Operator),
    post("/operator/act", Served::Operator, Access::Operator),
    get("/operator/delivery", Served::Operator, Access::Viewer),
    post("/operator/delivery/act", Served::Operator, Access::Operator),
    get("/operator/campaigns", Served::Operator, Access::Viewer),
    post("/operator/campaigns/pause", Served::Operator, Access::Operator),
    post("/operator/campaigns/resume", Served::Operator, Access::Operator),
    get("/operator/keys", Served::Operator, Access::Viewer),
    post("/operator/keys/revoke", Served::Operator, Access::Operator),
    post("/operator/budget", Served::Operator, Access::Operator),
    post("/operator/budget/clear", Served::Operator, Access::Operator),
    get("/operator/outcomes", Served::Operator, Access::Viewer),
    get("/operator/pictures", Served::Operator, Access::Viewer),
    get("/operator/record", Served::Operator, Access::Viewer),
];

const fn adapter(method: &'static str, path: &'static str, access: Access) -> Route {
    Route { method, path, served: Some(Served::Adapters), access }
}

/// The routes of the adapters. Where they are served, a topic of ntfy's can have any name that no other route has, so that they
/// are no part of [`ROUTES`].
pub const ADAPTER_ROUTES: &[Route] = &[
    adapter("POST", "/adapters/alertmanager", Access::Token),
    adapter("POST", "/adapters/grafana", Access::Token),
    adapter("PUT", "/adapters/grafana", Access::Token),
    adapter("POST", "/adapters/github/*", Access::Signed),
    adapter("POST", "/adapters/json", Access::Token),
    adapter("POST", "/adapters/json/*", Access::Token),
    adapter("POST", "/message", Access::Token),
    adapter("POST", "/", Access::Token),
    adapter("PUT", "/", Access::Token),
    adapter("POST", "/*", Access::Token),
    adapter("PUT", "/*", Access::Token),
];

/// What there is at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    Route(&'static Route),
    /// Only with other methods.
    OtherMethod,
    Nothing,
}

/// The route of a request.
pub(crate) fn find(method: &Method, path: &str) -> Found {
    let mut found = Found::Nothing;
    for route in ROUTES.iter().filter(|route| route.is_at(path)) {
        if route.method == method.as_str() {
            return Found::Route(route);
        }
        found = Found::OtherMethod;
    }
    found
}

/// What a listener has to serve for this path, where it is listed and not at every listener.
pub(crate) fn area(path: &str) -> Option<Served> {
    // LINE Notify took a slash at the end.
    let path = path.trim_end_matches('/');
    ROUTES.iter().find(|route| route.is_at(path)).and_then(|route| route.served)
}

/// Whether a path is the gateway's own, whatever a listener serves besides.
pub(crate) fn is_ours(path: &str) -> bool {
    let first = path.split('/').nth(1).unwrap_or_default();
    ["healthz", "readyz", "metrics", "webhook", "pictures", "oauth", "my", "operator"]
        .contains(&first)
}

impl Route {
    fn is_at(&self, path: &str) -> bool {
        match self.path.strip_suffix('*') {
            Some(root) => path.strip_prefix(root).is_some_and(|name| !name.is_empty()),
            None => self.path == path,
        }
    }
}
