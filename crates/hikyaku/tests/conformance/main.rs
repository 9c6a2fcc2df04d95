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

use std::{collections::BTreeSet, path::PathBuf, process::ExitCode, sync::Arc};

use hikyaku::operation::OPERATIONS;
use libtest_mimic::{Arguments, Trial};

use crate::{
    instance::{Fill, Maker, choices},
    openapi::Document,
    schemas::{Entry, TABLE},
};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = match std::env::var_os("LINE_OPENAPI_DIR") {
        Some(folder) => trials(Document::read_all(&PathBuf::from(folder))),
        None => ignored(),
    };
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// The names of the tests that the files are missing for.
fn ignored() -> Vec<Trial> {
    let operations = OPERATIONS.iter().map(|route| format!("operation {}", route.operation_id));
    let schemas = TABLE.iter().map(|entry| format!("schema {} {}", entry.file, entry.schema));
    let missing = || Err("set LINE_OPENAPI_DIR to the folder of LINE's OpenAPI files".into());
    operations
        .chain(schemas)
        .map(|name| Trial::test(name, missing).with_ignored_flag(true))
        .collect()
}

fn trials(documents: Vec<Document>) -> Vec<Trial> {
    let documents = Arc::new(documents);
    let mut trials = Vec::new();
    for (index, document) in documents.iter().enumerate() {
        for operation in document.operations() {
            let name = format!("operation {}", operation.id);
            let check = move || operations::check(&operation).map_err(Into::into);
            trials.push(Trial::test(name, check));
        }
        for schema in document.schemas().keys() {
            let (documents, schema) = (documents.clone(), schema.clone());
            let name = format!("schema {} {schema}", document.name);
            let check = move || schema_check(&documents[index], &schema).map_err(Into::into);
            trials.push(Trial::test(name, check));
        }
    }
    let all = documents.clone();
    trials.push(Trial::test("no entry of the table is stale", move || stale(&all)));
    trials.push(Trial::test("the coverage page is fresh", move || coverage::check(&documents)));
    trials
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

fn stale(documents: &[Document]) -> Result<(), libtest_mimic::Failed> {
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
