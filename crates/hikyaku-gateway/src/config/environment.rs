//! Settings from environment variables, whose names are those of the keys.

use toml::{Table, Value};

use crate::Error;

/// What the names of the variables begin with. Between the parts of a key there are two underscores.
const PREFIX: &str = "HIKYAKU_GATEWAY__";

/// The manual, which has every key: it tells which there are, and of what type.
const MANUAL: &str = include_str!("../../gateway.toml");

/// The tables whose keys are names of the operator's choice.
const NAMED: [&str; 3] = ["listen", "channel", "template"];

/// Variables as they were found. Their values may be secrets.
#[derive(Clone, Default)]
pub(super) struct Variables(pub(super) Vec<(String, String)>);

impl std::fmt::Debug for Variables {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Variables")
    }
}

/// Sets what variables say in the table of a configuration. Empty ones count as not set.
pub(super) fn apply<'a>(
    table: &mut Table,
    variables: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<(), Error> {
    let ours = variables.into_iter().filter(|(_, value)| !value.is_empty());
    let mut ours: Vec<_> =
        ours.filter_map(|(name, value)| Some((name.strip_prefix(PREFIX)?, value))).collect();
    if ours.is_empty() {
        return Ok(());
    }
    // Tables come before what is in them.
    ours.sort_unstable();
    let manual = manual()?;
    for (name, value) in ours {
        let parts: Vec<&str> = name.split("__").collect();
        set(table, &[&manual], &parts, value, true)
            .map_err(|why| Error::new(format!("the variable {PREFIX}{name}: {why}")))?;
    }
    Ok(())
}

/// The manual with all of its keys set.
fn manual() -> Result<Table, Error> {
    let line = |line: &'static str| line.strip_prefix("#: ").unwrap_or(line);
    let all: Vec<&str> = MANUAL.lines().map(line).collect();
    toml::from_str(&all.join("\n")).map_err(|why| Error::because("gateway.toml", why))
}

/// Sets a key in a table. `examples` are tables with the keys that there are.
fn set(
    table: &mut Table,
    examples: &[&Table],
    parts: &[&str],
    text: &str,
    is_root: bool,
) -> Result<(), String> {
    let Some((part, rest)) = parts.split_first() else { return Err("names no key".to_owned()) };
    let mut known: Vec<&str> =
        examples.iter().flat_map(|it| it.keys()).map(String::as_str).collect();
    known.sort_unstable();
    known.dedup();
    let Some(key) = known.iter().find(|key| is_called(key, part)) else {
        return Err(format!(
            "there is no key {}; there are {}",
            part.to_lowercase(),
            known.join(", ")
        ));
    };
    let values: Vec<&Value> = examples.iter().filter_map(|it| it.get(*key)).collect();
    if rest.is_empty() {
        let value = read(text, values.first().copied())?;
        table.insert((*key).to_owned(), value);
        return Ok(());
    }
    let entry = table.entry((*key).to_owned()).or_insert_with(|| Table::new().into());
    let Value::Table(inner) = entry else { return Err(format!("{key} has no keys of its own")) };
    let within: Vec<&Table> = values.iter().filter_map(|it| it.as_table()).collect();
    if !(is_root && NAMED.contains(key)) {
        return set(inner, &within, rest, text, false);
    }
    let Some((part, rest)) = rest.split_first() else { return Err("names no key".to_owned()) };
    // One that there is may have other letters than a variable.
    let found = inner.keys().find(|name| is_called(name, part)).cloned();
    let name = found.unwrap_or_else(|| part.to_lowercase());
    let of_all: Vec<&Value> = within.iter().flat_map(|it| it.values()).collect();
    if rest.is_empty() {
        inner.insert(name, read(text, of_all.first().copied())?);
        return Ok(());
    }
    let entry = inner.entry(name).or_insert_with(|| Table::new().into());
    let Value::Table(inner) = entry else { return Err(format!("{key} has no such keys")) };
    let within: Vec<&Table> = of_all.iter().filter_map(|it| it.as_table()).collect();
    set(inner, &within, rest, text, false)
}

/// Whether a part of a variable's name stands for a key: in capitals, and with underscores for other signs.
fn is_called(key: &str, part: &str) -> bool {
    let plain = |it: char| if it.is_alphanumeric() { it.to_ascii_lowercase() } else { '_' };
    key.chars().map(plain).eq(part.chars().map(plain))
}

/// A value of the type of an example. A text stands as it is, everything else as in the file.
fn read(text: &str, example: Option<&Value>) -> Result<Value, String> {
    if matches!(example, None | Some(Value::String(_))) {
        return Ok(Value::String(text.to_owned()));
    }
    let wanted = example.map(Value::type_str).unwrap_or_default();
    // What it says may be a secret.
    let wrong = || format!("must be a value of the type {wanted}, written as in the file");
    let mut table: Table = toml::from_str(&format!("value = {text}")).map_err(|_| wrong())?;
    let value = table.remove("value").filter(|it| it.type_str() == wanted && table.is_empty());
    value.ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(file: &str, variables: &[(&str, &str)]) -> Result<Table, String> {
        let mut table: Table = toml::from_str(file).unwrap();
        let result = apply(&mut table, variables.iter().copied());
        result.map(|()| table).map_err(|why| why.to_string())
    }

    #[test]
    fn every_key_can_be_set_by_its_name() {
        let file = "store = \"a\"\n[channel.My-Shop]\ntoken = \"t\"\n[notify]\nwait_seconds = 3";
        let set = [
            ("HIKYAKU_GATEWAY__STORE", "sqlite:b.db"),
            ("HIKYAKU_GATEWAY__NOTIFY__WAIT_SECONDS", "5"),
            ("HIKYAKU_GATEWAY__CHANNEL__MY_SHOP__CHANNEL_ID", "1234567890"),
            ("HIKYAKU_GATEWAY__CHANNEL__MY_SHOP__LIMIT__PUSH", "100/s"),
            ("HIKYAKU_GATEWAY__LISTEN__LAN__SERVE", "[\"line\", \"notify\"]"),
            ("HIKYAKU_GATEWAY__LISTEN__LAN__ADDRESS", "127.0.0.1:0"),
            ("HIKYAKU_GATEWAY__TEMPLATE__UPTIME", "{{a}}"),
            ("HIKYAKU_GATEWAY__OPERATOR__SHOW_TEXTS", "true"),
            ("HIKYAKU_GATEWAY__PUBLIC_URL", ""),
            ("HIKYAKU_GATEWAY_STORE", "not ours"),
        ];
        let table = applied(file, &set).unwrap();
        let expected = "store = \"sqlite:b.db\"\n\
            [channel.My-Shop]\ntoken = \"t\"\nchannel_id = \"1234567890\"\nlimit = { push = \"100/s\" }\n\
            [notify]\nwait_seconds = 5\n[operator]\nshow_texts = true\n[template]\nuptime = \"{{a}}\"\n\
            [listen.lan]\naddress = \"127.0.0.1:0\"\nserve = [\"line\", \"notify\"]";
        assert_eq!(table, toml::from_str(expected).unwrap());
    }

    #[test]
    fn what_is_wrong_is_told_by_the_name_of_the_variable_and_without_its_value() {
        for (name, value, told) in [
            ("NOTIFY__WAIT", "s3cret", "there is no key wait; there are coalesce_ms"),
            ("NOTIFY__WAIT_SECONDS", "s3cret", "must be a value of the type integer"),
            ("NOTIFY__WAIT_SECONDS", "1\nb = 2", "must be a value of the type integer"),
            ("STORE__PATH", "s3cret", "store has no keys"),
            ("LISTEN__LAN__SERVE", "s3cret", "must be a value of the type array"),
            ("", "s3cret", "there is no key"),
        ] {
            let variable = format!("{PREFIX}{name}");
            let why = applied("store = \"a\"", &[(&variable, value)]).unwrap_err();
            assert!(why.contains(told) && why.contains(&variable), "{why}");
            assert!(!why.contains("s3cret"), "{why}");
        }
    }
}
