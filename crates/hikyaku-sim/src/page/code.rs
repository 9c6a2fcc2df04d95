//! A request as code that makes it again.
//!
//! Writing to a string cannot fail, so the results of `write!` are passed over.

use std::fmt::Write;

use http::header;
use serde_json::Value;

use crate::state::log::LoggedRequest;

/// The languages, each with its code. The token is read from the environment, as nobody should paste one.
pub(super) fn of(request: &LoggedRequest, base: &str) -> Vec<(&'static str, String)> {
    let query =
        if request.query.is_empty() { String::new() } else { format!("?{}", request.query) };
    let call = Call {
        method: request.method.as_str(),
        url: format!("{base}{}{query}", request.path),
        headers: ["x-line-retry-key", header::CONTENT_TYPE.as_str()]
            .into_iter()
            .filter_map(|name| Some((name, request.header(name)?)))
            .collect(),
        body: (!request.body.is_empty())
            .then(|| String::from_utf8_lossy(&request.body).into_owned()),
    };
    let mut all = vec![("curl", call.curl()), ("Python", call.python()), ("Node", call.node())];
    if let Some(operation) = operation(&request.path) {
        all.insert(1, ("Rust", call.rust(operation)));
    }
    all
}

struct Call<'a> {
    method: &'a str,
    url: String,
    headers: Vec<(&'a str, &'a str)>,
    body: Option<String>,
}

impl Call<'_> {
    fn curl(&self) -> String {
        let mut code = format!(
            "curl -X {} {} \\\n  -H \"Authorization: Bearer $LINE_CHANNEL_ACCESS_TOKEN\"",
            self.method,
            shell(&self.url)
        );
        for (name, value) in &self.headers {
            let _ = write!(code, " \\\n  -H {}", shell(&format!("{name}: {value}")));
        }
        if let Some(body) = &self.body {
            let _ = write!(code, " \\\n  --data-binary {}", shell(body));
        }
        code
    }

    fn rust(&self, operation: &str) -> String {
        let key = self.headers.iter().find(|(name, _)| *name == "x-line-retry-key");
        let key = key.map_or_else(String::new, |(_, key)| {
            format!("\n    .param(\"X-Line-Retry-Key\", {key:?})")
        });
        let body =
            self.body.as_deref().map_or_else(String::new, |body| format!("\n    .body({body:?})"));
        format!("client\n    .call_operation({operation:?}){key}{body}\n    .await?;")
    }

    fn python(&self) -> String {
        let mut code = format!(
            "import os\nimport urllib.request\n\nrequest = urllib.request.Request(\n    {},\n    method={},\n    headers={{\n        \
             \"Authorization\": \"Bearer \" + os.environ[\"LINE_CHANNEL_ACCESS_TOKEN\"],\n",
            literal(&self.url),
            literal(self.method)
        );
        for (name, value) in &self.headers {
            let _ = writeln!(code, "        {}: {},", literal(name), literal(value));
        }
        code.push_str("    },\n");
        if let Some(body) = &self.body {
            let _ = writeln!(code, "    data={}.encode(),", literal(body));
        }
        code.push_str(")\nprint(urllib.request.urlopen(request).read().decode())");
        code
    }

    fn node(&self) -> String {
        let mut code = format!(
            "const answer = await fetch({}, {{\n  method: {},\n  headers: {{\n    \
             Authorization: `Bearer ${{process.env.LINE_CHANNEL_ACCESS_TOKEN}}`,\n",
            literal(&self.url),
            literal(self.method)
        );
        for (name, value) in &self.headers {
            let _ = writeln!(code, "    {}: {},", literal(name), literal(value));
        }
        code.push_str("  },\n");
        if let Some(body) = &self.body {
            let _ = writeln!(code, "  body: {},", literal(body));
        }
        code.push_str("});\nconsole.log(answer.status, await answer.text());");
        code
    }
}

/// A word that a shell takes as it is.
fn shell(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// A string as JSON writes it, which is one of Python and JavaScript, too.
fn literal(text: &str) -> String {
    Value::from(text).to_string()
}

/// What the client calls the operation of a path that takes messages.
fn operation(path: &str) -> Option<&'static str> {
    Some(match path {
        "/v2/bot/message/push" => "pushMessage",
        "/v2/bot/message/reply" => "replyMessage",
        "/v2/bot/message/multicast" => "multicast",
        "/v2/bot/message/narrowcast" => "narrowcast",
        "/v2/bot/message/broadcast" => "broadcast",
        "/v2/bot/message/validate/push" => "validatePush",
        "/v2/bot/message/validate/reply" => "validateReply",
        "/v2/bot/message/validate/multicast" => "validateMulticast",
        "/v2/bot/message/validate/narrowcast" => "validateNarrowcast",
        "/v2/bot/message/validate/broadcast" => "validateBroadcast",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_do_not_end_a_text() {
        let call = Call {
            method: "POST",
            url: "http://127.0.0.1:1/v2/bot/message/push".into(),
            headers: vec![("content-type", "application/json")],
            body: Some(r#"{"text":"it's \"so\"\n$HOME"}"#.into()),
        };
        assert!(call.curl().ends_with(r#"--data-binary '{"text":"it'\''s \"so\"\n$HOME"}'"#));
        let body = r#""{\"text\":\"it's \\\"so\\\"\\n$HOME\"}""#;
        assert!(call.node().contains(&format!("body: {body},")), "{}", call.node());
        assert!(call.python().contains(&format!("data={body}.encode(),")));
        assert!(call.rust("pushMessage").contains(&format!(".body({body})")));
    }
}
