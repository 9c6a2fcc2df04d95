use std::{fmt::Write, path::PathBuf};

use clap::Args;
use hikyaku::{
    Client,
    content::Content,
    model::{Checker, send},
    operation::{CallOperation, Host, OPERATIONS, Route, find},
};
use serde::Serialize;

use crate::{
    channel::ChannelSecretArgs,
    connect::Connection,
    download,
    environment::unless_empty,
    failure::{refused, usage},
    file,
    output::{self, Output, visible},
    secret::Secret,
    table::nearest,
};

/// The largest response that is printed as JSON or text; LINE's own are far smaller.
const ANSWER_LIMIT: usize = 64 << 20;

#[derive(Debug, Args)]
#[command(after_help = "\
It prints LINE's answer as it came. It checks nothing but the names, and that a narrowcast's recipient, \
filter and limit are spelt right: LINE passes over what it does not know, and sends to everybody.

Examples:
  hikyaku api --list
  hikyaku api getProfile --param userId=\"$USER_ID\"
  hikyaku api pushMessage --body @push.json
  hikyaku api setRichMenuImage --param richMenuId=\"$MENU\" --body @menu.png
  hikyaku api getRichMenuImage --param richMenuId=\"$MENU\" --out menu.png
  hikyaku api createAudienceForUploadingUserIds --param description=all \\
      --file file=ids.txt
  hikyaku api issueStatelessChannelToken --body @credentials.json")]
pub(crate) struct Api {
    /// The operation's name in LINE's specification (see --list)
    #[arg(required_unless_present = "list", conflicts_with = "list")]
    operation_id: Option<String>,

    /// List all operations; with --json one object a line
    #[arg(long)]
    list: bool,

    /// A value of the path, the query, a header or a multipart field; repeat it for lists
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = pair)]
    params: Vec<(String, String)>,

    /// The body: JSON, also for forms, or the bytes of an image (@- is stdin)
    #[arg(long, value_name = "JSON|@FILE", allow_hyphen_values = true)]
    body: Option<String>,

    /// The file of a multipart body
    #[arg(long, value_name = "NAME=PATH", value_parser = pair)]
    file: Option<(String, String)>,

    /// Write the answer to this file
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// The user's access token, or @FILE, for operations of LINE Login that take one
    #[arg(long, value_name = "TOKEN", allow_hyphen_values = true)]
    user_token: Option<Secret>,

    /// The channel's id, for attaching a module
    #[arg(long, env = unless_empty("LINE_CHANNEL_ID"), hide_env_values = true, value_name = "ID")]
    channel_id: Option<String>,

    #[command(flatten)]
    channel_secret: ChannelSecretArgs,

    #[command(flatten)]
    connection: Connection,
}

/// An operation as `--list` tells it.
#[derive(Serialize)]
struct Listed {
    operation_id: &'static str,
    method: &'static str,
    path: &'static str,
    host: &'static str,
}

impl Api {
    pub(crate) async fn run(self, output: Output) -> anyhow::Result<()> {
        let Some(operation_id) = &self.operation_id else { return list(output) };
        let route = find(operation_id).ok_or_else(|| unknown(operation_id))?;
        let body = self.body.as_deref().map(read_body).transpose()?;
        let user_token = self.user_token.as_ref().map(Secret::read).transpose()?;
        let client = if route.takes_channel_token() {
            self.connection.client(output)?
        } else {
            self.connection.client_without_token()?
        };
        let basic = self.basic(route)?;
        let mut call = self.call(&client, route);
        if let Some(body) = body {
            if operation_id == "narrowcast" {
                check_narrowcast(&body)?;
            }
            call = call.body(body);
        }
        if let Some(token) = &user_token {
            call = call.bearer(token);
        }
        if let Some((id, secret)) = &basic {
            call = call.basic(id, secret);
        }
        let answer = call.await?;
        match &self.out {
            Some(out) => download::save(answer, out, output).await,
            None => print(answer, output).await,
        }
    }

    fn call<'a>(&'a self, client: &'a Client, route: &Route) -> CallOperation<'a> {
        let mut call = client.call_operation(route.operation_id);
        for (name, value) in &self.params {
            call = call.param(name, value);
        }
        if let Some((name, path)) = &self.file {
            call = call.file(name, path);
        }
        call
    }

    /// Returns the channel's id and secret, if they authorise the call.
    fn basic(&self, route: &Route) -> anyhow::Result<Option<(String, String)>> {
        if route.takes_channel_token() || route.host != Host::Manager {
            return Ok(None);
        }
        let profile = self.connection.profile()?;
        let id = self.channel_id.as_ref().or(profile.channel_id.as_ref()).ok_or_else(|| {
            usage("no channel id; put it into LINE_CHANNEL_ID, a profile or --channel-id")
        })?;
        Ok(Some((id.clone(), self.channel_secret.read(&profile)?.expose().to_owned())))
    }
}

fn list(output: Output) -> anyhow::Result<()> {
    let mut lines = String::new();
    for route in OPERATIONS {
        let listed = Listed {
            operation_id: route.operation_id,
            method: route.method.as_str(),
            path: route.path,
            host: route.host.default_url().trim_start_matches("https://"),
        };
        if output.is_json() {
            writeln!(lines, "{}", serde_json::to_string(&listed)?)?;
        } else {
            let Listed { operation_id, method, path, host } = listed;
            writeln!(lines, "{operation_id:<47} {method:<6} {host}{path}")?;
        }
    }
    output::print(lines.trim_end())
}

fn unknown(operation_id: &str) -> anyhow::Error {
    let names: Vec<&str> = OPERATIONS.iter().map(|route| route.operation_id).collect();
    let advice = match nearest(operation_id, &names) {
        Some(nearest) => format!("is {nearest} meant?"),
        None => "see `hikyaku api --list`".to_owned(),
    };
    usage(format!("no operation is called {}; {advice}", visible(operation_id)))
}

/// Reads the body, given literally or as the bytes of a file.
fn read_body(argument: &str) -> anyhow::Result<Vec<u8>> {
    match argument.strip_prefix('@') {
        Some(path) => file::read_bytes(path),
        None => Ok(argument.as_bytes().to_vec()),
    }
}

/// Refuses the body of a narrowcast with a misspelt recipient, filter or limit. A body that is not JSON is left for
/// LINE.
fn check_narrowcast(body: &[u8]) -> anyhow::Result<()> {
    let Ok(body) = serde_json::from_slice(body) else { return Ok(()) };
    let mut checker = Checker::default();
    send::check_narrowcast(&body, &mut checker);
    checker.finish().map_err(hikyaku::Error::from)?;
    Ok(())
}

/// Prints LINE's unchanged response.
async fn print(answer: Content, output: Output) -> anyhow::Result<()> {
    let kind = answer.content_type().unwrap_or_default().to_owned();
    if !output.is_json() && !kind.starts_with("text/") && !kind.contains("json") {
        let empty = answer.content_length() == Some(0);
        return if empty { Ok(()) } else { download::print(answer).await };
    }
    let bytes = answer.bytes(ANSWER_LIMIT).await?;
    if !output.is_json() {
        let text = String::from_utf8_lossy(&bytes);
        let lines: Vec<_> = text.lines().map(visible).collect();
        return output::print(lines.join("\n"));
    }
    if bytes.is_empty() {
        return output.done("");
    }
    match serde_json::from_slice::<&serde_json::value::RawValue>(&bytes) {
        Ok(json) => output::print(json),
        Err(_) => Err(refused(format!(
            "the answer is {}, no JSON; add --out FILE",
            if kind.is_empty() { "of no type".into() } else { visible(&kind) }
        ))),
    }
}

fn pair(text: &str) -> Result<(String, String), &'static str> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("expected NAME=VALUE"),
    }
}
