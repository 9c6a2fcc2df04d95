//! The page that says what is covered.

use std::{fmt::Write, path::Path};

use hikyaku::operation::{OPERATIONS, find};
use libtest_mimic::Failed;

use crate::{openapi::Document, schemas::TABLE};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/coverage.md");

pub(crate) fn check(documents: &[Document]) -> Result<(), Failed> {
    let page = page(documents);
    if std::env::var_os("HIKYAKU_WRITE_COVERAGE").is_some() {
        return Ok(std::fs::write(PAGE, page)?);
    }
    if std::fs::read_to_string(Path::new(PAGE))? == page {
        return Ok(());
    }
    Err("docs/coverage.md is stale; write it anew with HIKYAKU_WRITE_COVERAGE=1".into())
}

fn page(documents: &[Document]) -> String {
    let mut page = String::from(
        "# What of the LINE Platform is covered\n\n\
         This page is written by `cargo test -p hikyaku --test conformance` with `LINE_OPENAPI_DIR` set to a folder with\n\
         [LINE's OpenAPI files](https://github.com/line/line-openapi) and `HIKYAKU_WRITE_COVERAGE=1`; the same test fails\n\
         when it is stale. It compares each operation's method, path, host, query, headers and content type, and sends\n\
         instances of each schema through the Rust type, or the call, and back: with every property, with only the required\n\
         ones, and where the type can keep them with properties that nobody knows. What may be `null` comes back as `null` or\n\
         is left out. The properties that LINE's reference calls required though its files do not are listed in\n\
         `crates/hikyaku/tests/conformance/schemas.rs`.\n\n\
         | file | operations | schemas |\n|---|---|---|\n",
    );
    let (mut sums, mut totals) = ([0, 0], [0, 0]);
    for document in documents {
        let operations = document.operations();
        let covered = operations.iter().filter(|operation| find(&operation.id).is_some()).count();
        let schemas = document.schemas();
        let typed = TABLE
            .iter()
            .filter(|entry| entry.file == document.name && schemas.contains_key(entry.schema))
            .count();
        row(&mut page, document.name, [covered, typed], [operations.len(), schemas.len()]);
        sums = [sums[0] + covered, sums[1] + typed];
        totals = [totals[0] + operations.len(), totals[1] + schemas.len()];
    }
    row(&mut page, "**all**", sums, totals);
    page.push_str(
        "\nThe one operation of `webhook` is LINE's to call: `hikyaku-webhook` receives it.\n\n## Operations\n\n\
         `Client::call_operation` and `hikyaku api` take these names. Those without a file are documented by LINE and not in\n\
         its files.\n\n| operation | method | host | path | file |\n|---|---|---|---|---|\n",
    );
    for route in &OPERATIONS {
        let file = documents
            .iter()
            .find(|document| {
                document.operations().iter().any(|known| known.id == route.operation_id)
            })
            .map_or("", |document| document.name);
        let host = route.host.default_url().trim_start_matches("https://");
        let (name, method, path) = (route.operation_id, route.method, route.path);
        writeln!(page, "| `{name}` | {method} | {host} | `{path}` | {file} |").unwrap();
    }
    page.push_str("\n## Schemas\n\n| file | schema | Rust |\n|---|---|---|\n");
    for entry in TABLE {
        let rust = entry.rust.replace(' ', "");
        let rust = if entry.rust.contains(", ") { entry.rust } else { &rust };
        writeln!(page, "| {} | {} | `{rust}` |", entry.file, entry.schema).unwrap();
    }
    page
}

fn row(page: &mut String, name: &str, covered: [usize; 2], of: [usize; 2]) {
    let [operations, schemas] = covered;
    writeln!(page, "| {name} | {operations} of {} | {schemas} of {} |", of[0], of[1]).unwrap();
}
