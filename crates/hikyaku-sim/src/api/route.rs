use std::collections::HashMap;

use http::{Method, StatusCode};

use super::{Answer, ENDPOINTS};
use crate::{
    fault::{FaultRule, InvalidFault},
    near::nearest,
    state::log::Host,
};

/// Finds the operation for a path. Built once a simulator.
#[derive(Debug)]
pub(crate) struct Routes {
    exact: HashMap<&'static str, Vec<usize>>,
    /// Paths with steps that stand for any.
    open: Vec<usize>,
    /// Whether one host serves them all.
    one_host: bool,
}

impl Routes {
    pub(crate) fn new(one_host: bool) -> Self {
        let mut exact: HashMap<_, Vec<_>> = HashMap::new();
        let mut open = Vec::new();
        for (index, endpoint) in ENDPOINTS.iter().enumerate() {
            if endpoint.path.contains('{') {
                open.push(index);
            } else {
                exact.entry(endpoint.path).or_default().push(index);
            }
        }
        Self { exact, open, one_host }
    }

    /// The place of an operation among [`ENDPOINTS`].
    ///
    /// LINE does not say what it answers to a path that it has with another method. Our choice: 405.
    pub(crate) fn find(&self, host: Host, method: &Method, path: &str) -> Result<usize, Answer> {
        let exact = self.exact.get(path).into_iter().flatten();
        let open = self.open.iter().filter(|index| fits(ENDPOINTS[**index].path, path));
        let mut other_method = false;
        for &index in exact.chain(open) {
            if self.one_host || ENDPOINTS[index].host == host {
                if ENDPOINTS[index].method == method {
                    return Ok(index);
                }
                other_method = true;
            }
        }
        if other_method {
            return Err(Answer::error(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed"));
        }
        let mut answer = Answer::not_found();
        answer.hint = self.hint(host, path).map(Into::into);
        Err(answer)
    }

    /// What the caller of an unknown path may have meant.
    fn hint(&self, host: Host, path: &str) -> Option<String> {
        let known = ENDPOINTS.iter().map(|endpoint| (endpoint.host, endpoint.path));
        let elsewhere = |(of, pattern): &(Host, &str)| *of != host && fits(pattern, path);
        if !self.one_host
            && let Some((of, _)) = known.clone().find(elsewhere)
        {
            let (port, name) = match of {
                Host::Api => ("API", "api.line.me"),
                Host::Data => ("data", "api-data.line.me"),
            };
            return Some(format!("{path} is served by the {port} listener, as by {name}"));
        }
        let near = nearest(path, known.map(|(_, known)| known))?;
        Some(format!("unknown path; did you mean {near}?"))
    }
}

/// The place of an operation by its method and the path it is documented with.
pub(crate) fn documented(method: &str, path: &str) -> Option<usize> {
    let mut endpoints = ENDPOINTS.iter();
    endpoints.position(|endpoint| endpoint.method == method && endpoint.path == path)
}

/// Makes sure that a fault rule can hit a request: that LINE has an operation with its method and path, which may end in
/// `*`.
pub(crate) fn check_place(rule: &FaultRule) -> Result<(), InvalidFault> {
    let (method, path) = rule.place();
    let known = ENDPOINTS.iter().map(|endpoint| (&endpoint.method, endpoint.path));
    let of_method = known.filter(|(of, _)| method.is_none_or(|method| *of == method));
    let paths: Vec<&str> = of_method.map(|(_, path)| path).collect();
    let fits = |pattern: &&str| path.is_none_or(|path| is_hit(path, pattern));
    if paths.iter().any(fits) {
        return Ok(());
    }
    let near = path.and_then(|path| nearest(path, paths.iter().copied()));
    let near = near.map_or_else(String::new, |near| format!("; did you mean {near}?"));
    let place = [method, path].map(Option::unwrap_or_default).join(" ");
    let message = format!("no operation is `{}`, so that it hits nothing{near}", place.trim());
    Err(InvalidFault { pointer: "/match/path", message })
}

/// Whether a request of an operation can have a fault rule's path.
fn is_hit(path: &str, pattern: &str) -> bool {
    let Some(prefix) = path.strip_suffix('*') else { return fits(pattern, path) };
    let mut steps = pattern.split('/');
    let (whole, part) = prefix.rsplit_once('/').unwrap_or(("", prefix));
    let is_any = |step: &str| step.starts_with('{');
    let begun = whole.split('/').all(|wanted| {
        steps.next().is_some_and(|step| step == wanted || (is_any(step) && !wanted.is_empty()))
    });
    begun
        && (part.is_empty()
            || steps.next().is_some_and(|step| step.starts_with(part) || is_any(step)))
}

/// Whether a path fits one with steps in braces.
fn fits(pattern: &str, path: &str) -> bool {
    let mut steps = path.split('/');
    let fit = pattern.split('/').all(|wanted| {
        steps
            .next()
            .is_some_and(|step| wanted == step || (wanted.starts_with('{') && !step.is_empty()))
    });
    fit && steps.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_exact_path_and_host_lead_somewhere() {
        let routes = Routes::new(false);
        let push = routes.find(Host::Api, &Method::POST, "/v2/bot/message/push");
        assert_eq!(ENDPOINTS[push.unwrap()].path, "/v2/bot/message/push");
        for path in ["/v2/bot/message/push/", "//v2/bot/message/push", "/v2/bot/message", "/"] {
            let answer = routes.find(Host::Api, &Method::POST, path).unwrap_err();
            assert_eq!(&answer.body[..], br#"{"message":"Not found"}"#, "{path}");
        }
        let wrong_host = routes.find(Host::Data, &Method::POST, "/v2/bot/message/push");
        let hint = wrong_host.unwrap_err().hint.unwrap();
        assert_eq!(&*hint, "/v2/bot/message/push is served by the API listener, as by api.line.me");
        let wrong_method = routes.find(Host::Api, &Method::GET, "/v2/bot/message/push");
        assert_eq!(wrong_method.unwrap_err().status, StatusCode::METHOD_NOT_ALLOWED);
    }

    #[test]
    fn a_path_that_is_nearly_right_gets_a_hint() {
        let routes = Routes::new(false);
        let answer = routes.find(Host::Api, &Method::POST, "/v2/bot/messages/push").unwrap_err();
        assert_eq!(&*answer.hint.unwrap(), "unknown path; did you mean /v2/bot/message/push?");
        let answer = routes.find(Host::Api, &Method::POST, "/something/else").unwrap_err();
        assert_eq!(answer.hint, None);
    }

    #[test]
    fn a_fault_rule_must_be_able_to_hit_something() {
        for (method, path) in [
            ("POST", "/v2/bot/message/push"),
            ("GET", "/v2/bot/profile/U1"),
            ("GET", "/v2/bot/pro*"),
            ("POST", "/v2/bot/message/*"),
            ("GET", "/v2/bot/group/C1/mem*"),
            ("GET", "*"),
            ("POST", "/liff/v1/apps"),
        ] {
            assert_eq!(check_place(&FaultRule::reset().on(method, path)), Ok(()), "{path}");
        }
        assert_eq!(check_place(&FaultRule::reset()), Ok(()));
        for (method, path, words) in [
            ("POST", "/v2/bot/message/psh", "did you mean /v2/bot/message/push?"),
            ("GET", "/v2/bot/message/push", "no operation is `GET /v2/bot/message/push`"),
            ("POST", "/v2/bot/messages/*", "no operation is"),
            ("FETCH", "/v2/bot/info", "no operation is `FETCH /v2/bot/info`"),
        ] {
            let why = check_place(&FaultRule::reset().on(method, path)).unwrap_err().to_string();
            assert!(why.contains(words), "{why}");
        }
    }

    #[test]
    fn a_step_in_braces_stands_for_one_step() {
        assert!(fits("/a/{b}/c", "/a/x/c"));
        assert!(!fits("/a/{b}/c", "/a//c"));
        assert!(!fits("/a/{b}", "/a/x/y"));
        assert!(!fits("/a/{b}", "/a"));
    }
}
