//! What the calls of the control API are: the document that describes them, and what is checked by it.

use std::collections::BTreeMap;

use http::Method;
use serde::Deserialize;

/// The description of all calls, in the form of `OpenAPI` 3.1.
pub(crate) const OPENAPI: &str = include_str!("openapi.json");

/// All calls, as the description has them.
#[derive(Debug)]
pub(crate) struct Description(Vec<Operation>);

/// One call.
#[derive(Debug)]
pub(crate) struct Operation {
    method: String,
    path: String,
    /// The parameters of its query.
    pub(crate) parameters: Vec<String>,
    pub(crate) has_body: bool,
}

#[derive(Deserialize)]
struct Document {
    paths: BTreeMap<String, BTreeMap<String, OperationJson>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OperationJson {
    #[serde(default)]
    parameters: Vec<Parameter>,
    request_body: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct Parameter {
    name: String,
    r#in: String,
}

impl Description {
    pub(crate) fn read() -> Self {
        let document: Document =
            serde_json::from_str(OPENAPI).expect("a test reads it, and it is compiled in");
        let operations = document.paths.into_iter().flat_map(|(path, methods)| {
            methods.into_iter().map(move |(method, json)| {
                let queried = json.parameters.into_iter().filter(|of| of.r#in == "query");
                Operation {
                    method: method.to_ascii_uppercase(),
                    path: path.clone(),
                    parameters: queried.map(|of| of.name).collect(),
                    has_body: json.request_body.is_some(),
                }
            })
        });
        Self(operations.collect())
    }

    /// The call of this method and path; one whose path has no parameter in that place before one that has.
    pub(crate) fn find(&self, method: &Method, steps: &[&str]) -> Option<&Operation> {
        let of_method = self.0.iter().filter(|operation| operation.method == method.as_str());
        let found = of_method.filter(|operation| operation.is_at(steps));
        found.min_by_key(|operation| operation.path.matches('{').count())
    }
}

impl Operation {
    fn is_at(&self, steps: &[&str]) -> bool {
        let path = self.path.trim_start_matches('/').split('/');
        path.clone().count() == steps.len()
            && path.zip(steps).all(|(of, step)| of.starts_with('{') || of == *step)
    }
}
