//! Every operation of the files is in the table of operations, as the files say.

use hikyaku::operation::{BodyKind, find};

use crate::openapi::Operation;

/// Compares one of them with the table.
pub(crate) fn check(operation: &Operation) -> Result<(), String> {
    let Some(route) = find(&operation.id) else {
        return Err(format!("no call: {} {}", operation.method, operation.path));
    };
    let expect = |what: &str, expected: &str, actual: &str| {
        if expected == actual {
            Ok(())
        } else {
            Err(format!("{what}: the file says {expected:?}, the table {actual:?}"))
        }
    };
    expect("method", &operation.method, route.method.as_str())?;
    expect("path", &operation.path, route.path)?;
    expect("host", &operation.server, route.host.default_url())?;
    expect("query", &sorted(&operation.query), &sorted(route.query))?;
    expect("headers", &sorted(&operation.headers), &sorted(route.headers))?;
    let content_type = route.body.map(BodyKind::content_type);
    let content_type: Vec<_> = content_type.into_iter().collect();
    expect("content type", &sorted(&operation.content_types), &sorted(&content_type))
}

fn sorted(names: &[impl AsRef<str>]) -> String {
    let mut names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    names.sort_unstable();
    names.join(" ")
}
