//! Conformance with LINE's `OpenAPI` files: every operation is in the table of operations as they declare it, and
//! instances of every schema, maximal, minimal and with properties that nobody knows, come back equal from the Rust type
//! that they go through.
//!
//! The files are read at run time from the folder that `LINE_OPENAPI_DIR` names. Without it every test is ignored.
//! With `HIKYAKU_WRITE_COVERAGE=1` `docs/coverage.md` is written anew instead of compared.
#![expect(clippy::unwrap_used, reason = "a helper of tests fails the test")]

mod answers;
mod calls;
mod coverage;
mod instance;
mod openapi;
mod operations;
mod schemas;
mod way;

use std::{
    collections::BTreeSet,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    process::ExitCode,
};

use libtest_mimic::{Arguments, Failed, Trial};

use crate::{
    instance::{Fill, Maker, choices},
    openapi::{Document, FILES},
    schemas::{Entry, TABLE},
};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let folder = std::env::var_os("LINE_OPENAPI_DIR").map(PathBuf::from);
    libtest_mimic::run(&arguments, trials(folder.as_deref())).exit_code()
}

/// Two tests a file, and two of all: a runner that gives each test a process would else read the files hundreds of times.
fn trials(folder: Option<&Path>) -> Vec<Trial> {
    let mut trials = Vec::new();
    for file in FILES {
        // The webhook is no operation of a client.
        if file != "webhook" {
            trials.push(trial(format!("operations of {file}"), folder, move |folder| {
                let operations = Document::read(folder, file).operations();
                all(operations.iter().map(|it| (it.id.as_str(), || operations::check(it))))
            }));
        }
        trials.push(trial(format!("schemas of {file}"), folder, move |folder| {
            let document = Document::read(folder, file);
            let schemas = document.schemas().keys();
            all(schemas.map(|schema| (schema.as_str(), || schema_check(&document, schema))))
        }));
    }
    trials.push(trial("no entry of the table is stale".into(), folder, |folder| {
        stale(&Document::read_all(folder))
    }));
    trials.push(trial("the coverage page is fresh".into(), folder, |folder| {
        coverage::check(&Document::read_all(folder))
    }));
    trials
}

/// A test that needs the files; ignored where they are missing.
fn trial(
    name: String,
    folder: Option<&Path>,
    check: impl FnOnce(&Path) -> Result<(), Failed> + Send + 'static,
) -> Trial {
    if let Some(folder) = folder.map(Path::to_owned) {
        Trial::test(name, move || check(&folder))
    } else {
        let missing = "set LINE_OPENAPI_DIR to the folder of LINE's OpenAPI files";
        Trial::test(name, move || Err(missing.into())).with_ignored_flag(true)
    }
}

/// Makes every check, also after one that failed or panicked, and tells of all that did by name.
fn all<'a, C: FnOnce() -> Result<(), String>>(
    checks: impl Iterator<Item = (&'a str, C)>,
) -> Result<(), Failed> {
    let (mut made, mut failures) = (0, Vec::new());
    for (name, check) in checks {
        made += 1;
        // The message of a panic is on standard error.
        let outcome = catch_unwind(AssertUnwindSafe(check));
        match outcome.unwrap_or_else(|_| Err("it panicked, see above".to_owned())) {
            Ok(()) => {}
            Err(why) => failures.push(format!("{name}: {why}")),
        }
    }
    match failures.len() {
        0 if made > 0 => Ok(()),
        0 => Err("the file has none".into()),
        failed => Err(format!("{failed} of {made} failed\n\n{}", failures.join("\n\n")).into()),
    }
}

fn schema_check(document: &Document, schema: &str) -> Result<(), String> {
    let entry = find(document.name, schema).ok_or("no Rust type is named for it")?;
    let choices = choices(document, schema);
    let mut fills = vec![Fill::Nulls];
    fills.extend((0..choices).map(|choice| Fill::Maximal { choice }));
    fills.extend((0..choices).map(|choice| Fill::Minimal { choice }));
    if entry.keeps_unknown {
        fills.push(Fill::Extra);
    }
    let required = schemas::required();
    for fill in fills {
        let instance = Maker::new(document, &required, fill).make(schema);
        let failed = |why: String| format!("{why}\n{fill:?} instance: {instance}");
        let back = (entry.run)(&instance).map_err(|why| failed(format!("not read: {why}")))?;
        let nulls = fill == Fill::Nulls;
        if !way::equal(&instance, &back.json, nulls) {
            return Err(failed(format!("it came back as {}", back.json)));
        }
        if let Some(why) = way::not_understood(&back.debug, fill == Fill::Extra) {
            return Err(failed(format!("{why}: {}", back.debug)));
        }
    }
    Ok(())
}

fn find(file: &str, schema: &str) -> Option<&'static Entry> {
    TABLE.iter().find(|entry| entry.file == file && entry.schema == schema)
}

fn stale(documents: &[Document]) -> Result<(), Failed> {
    let known: BTreeSet<_> = documents
        .iter()
        .flat_map(|document| document.schemas().keys().map(|name| (document.name, name.as_str())))
        .collect();
    for entry in TABLE {
        if !known.contains(&(entry.file, entry.schema)) {
            return Err(format!("{} has no schema {}", entry.file, entry.schema).into());
        }
    }
    for (file, schema) in schemas::required().keys() {
        if !known.contains(&(file, schema)) {
            return Err(format!("{file} has no schema {schema}").into());
        }
    }
    Ok(())
}
