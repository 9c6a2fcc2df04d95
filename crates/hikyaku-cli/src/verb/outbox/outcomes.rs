use std::{process::Stdio, time::Duration};

use anyhow::Context;
use clap::{Args, ValueHint};
use hikyaku_sender::{ErrorKind, Outbox, Outcome, OutcomeCursor, OutcomeWebhook, WebhookSecret};
use tokio::{io::AsyncWriteExt as _, process::Command};

use crate::{
    connect::seconds,
    failure::{invalid, network, refused},
    network::NetworkArgs,
    output::{self, Output, visible},
    secret,
    stop::StopSignals,
    store::StoreArgs,
};

/// The default number of outcomes that a receiver gets concurrently.
const AT_ONCE: usize = 8;

/// Report what happened to sends, channels and campaigns, in order, the oldest first
#[derive(Debug, Args)]
#[command(after_help = "\
An outcome is there for a delivery that was refused, is unknown, expired or was cancelled, for one that was accepted and added \
with --tell-outcome, for a channel whose token is refused or whose month is used up, for a hold and its release, and for a \
campaign that is done or cancelled. Outcomes are kept for a week.

With --cursor, the store keeps how far a program of that name is, and each run goes on from there. --to and --exec count an \
outcome as told only when the answer is a 2xx or the command ends with 0; with --follow, what fails is tried again after 1 \
second, 2 and so on up to 5 minutes, and without it ends the run. After a kill, the last ones may come again, under the same \
message_id.

Examples:
  hikyaku outbox outcomes
  hikyaku outbox outcomes --after 17 --follow --json | while read -r outcome; do …; done
  hikyaku outbox outcomes --follow --cursor shop --exec ./note-outcome
  hikyaku outbox outcomes --follow --cursor shop --to https://shop.example.com/outcomes \\
      --secret-file outcomes.secret")]
pub(super) struct Outcomes {
    /// Only those after the one with this id; with --cursor, what is before it is left out for good
    #[arg(long, value_name = "ID")]
    after: Option<i64>,

    /// Wait for more, until a signal comes
    #[arg(long)]
    follow: bool,

    /// Keep how far this is in the store, under this name
    #[arg(long, value_name = "NAME")]
    cursor: Option<String>,

    /// Post each to this URL, signed as Standard Webhooks says
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url, requires_all = ["cursor", "secret_file"])]
    to: Option<String>,

    /// What --to is signed with: whsec_ and the base64 of 24 to 64 bytes; twice while it changes
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "to")]
    secret_file: Vec<String>,

    /// Run this for each, with its JSON on stdin
    #[arg(long, value_name = "COMMAND", value_hint = ValueHint::CommandString, requires = "cursor", conflicts_with = "to")]
    exec: Option<String>,

    #[arg(
        long,
        value_name = "N",
        value_parser = clap::value_parser!(u8).range(1..=100),
        help = format!(
            "How many are told at once with --follow, those of a delivery still one after another [default: {AT_ONCE} with --to, 1 with --exec]"
        )
    )]
    concurrency: Option<u8>,

    /// How long --to waits for an answer, in seconds [default: 15]
    #[arg(long, value_name = "SECONDS", value_parser = seconds, requires = "to")]
    timeout: Option<Duration>,

    #[command(flatten)]
    network: NetworkArgs,
}

impl Outcomes {
    /// Returns whether it runs for long, so that its log reports problems.
    pub(super) fn works_alone(&self) -> bool {
        self.follow && (self.to.is_some() || self.exec.is_some())
    }

    pub(super) async fn run(self, store: &StoreArgs, output: Output) -> anyhow::Result<()> {
        let outbox = store.open(output).await?;
        let webhook = self.to.as_deref().map(|url| self.webhook(url)).transpose()?;
        let stop = StopSignals::listen()?;
        let Some(name) = &self.cursor else {
            return tokio::select! {
                told = self.print_all(&outbox, output) => told,
                () = stop.wait() => Ok(()),
            };
        };
        let mut cursor = outbox.outcome_cursor(name)?;
        if let Some(after) = self.after {
            cursor.skip_to(after).await?;
        }
        let at_once = if webhook.is_some() { AT_ONCE } else { 1 };
        cursor = cursor.concurrency(self.concurrency.map_or(at_once, usize::from));
        match (webhook, self.exec.as_deref()) {
            (Some(webhook), _) if self.follow => Ok(webhook.tell(cursor, stop.wait()).await?),
            (None, Some(command)) if self.follow => {
                Ok(cursor.run(stop.wait(), |outcome| execute(command, outcome)).await?)
            }
            (webhook, exec) => {
                let told = async {
                    match (&webhook, exec) {
                        (Some(webhook), _) => tell_all(&cursor, |it| post(webhook, it)).await,
                        (None, Some(command)) => tell_all(&cursor, |it| execute(command, it)).await,
                        (None, None) => self.print_from(&cursor, output).await,
                    }
                };
                let told = tokio::select! {
                    told = told => told,
                    () = stop.wait() => Ok(()),
                };
                // Also after a failure: the next run need not wait.
                let left = cursor.leave().await;
                told.and(left.map_err(Into::into))
            }
        }
    }

    fn webhook(&self, url: &str) -> anyhow::Result<OutcomeWebhook> {
        let mut secrets = self.secret_file.iter().map(|path| {
            let secret: Result<WebhookSecret, _> = secret::read_file(path)?.trim().parse();
            secret.map_err(|why| invalid("--secret-file", why.to_string()))
        });
        let first = secrets.next().context("clap has asked for a secret")??;
        let webhook = OutcomeWebhook::new(url, first);
        let mut webhook = webhook.map_err(|why| match why.kind() {
            ErrorKind::Invalid(rules) => {
                let rules: Vec<_> = rules.iter().map(|it| it.problem.to_string()).collect();
                invalid("--to", rules.join("; "))
            }
            _ => why.into(),
        })?;
        for secret in secrets {
            webhook = webhook.or(secret?);
        }
        if let Some(longest) = self.timeout {
            webhook = webhook.timeout(longest);
        }
        if let Some(pem) = self.network.certificates(None)? {
            let trusting = webhook.root_certificates(&pem);
            webhook = trusting.map_err(|why| invalid("--ca-file", why.to_string()))?;
        }
        if let Some(proxy) = self.network.proxy()? {
            webhook = webhook.proxy(proxy);
        }
        Ok(webhook)
    }

    async fn print_all(&self, outbox: &Outbox, output: Output) -> anyhow::Result<()> {
        let mut after = self.after.unwrap_or(0);
        loop {
            let page = if self.follow {
                outbox.next_outcomes(after).await?
            } else {
                outbox.outcomes(after).await?
            };
            let Some(last) = page.last() else { return Ok(()) };
            after = last.id;
            for outcome in &page {
                if !output::is_read(line(outcome, output))? {
                    return Ok(());
                }
            }
        }
    }

    /// Printing counts as processing, as long as somebody reads the output.
    async fn print_from(&self, cursor: &OutcomeCursor, output: Output) -> anyhow::Result<()> {
        loop {
            let page = if self.follow { cursor.next().await? } else { cursor.read().await? };
            let Some(last) = page.last() else { return Ok(()) };
            for outcome in &page {
                if !output::is_read(line(outcome, output))? {
                    return Ok(());
                }
            }
            cursor.advance(last.id).await?;
        }
    }
}

/// Processes all outcomes that are there, up to the first failure.
async fn tell_all<W>(cursor: &OutcomeCursor, tell: impl Fn(Outcome) -> W) -> anyhow::Result<()>
where
    W: Future<Output = anyhow::Result<()>>,
{
    loop {
        let page = cursor.read().await?;
        if page.is_empty() {
            return Ok(());
        }
        for outcome in page {
            let id = outcome.id;
            cursor.while_held(tell(outcome)).await??;
            cursor.advance(id).await?;
        }
    }
}

async fn post(webhook: &OutcomeWebhook, outcome: Outcome) -> anyhow::Result<()> {
    webhook.post(&outcome).await.map_err(|why| {
        let told_later = format!("{why}; outcome {} is told with the next run", outcome.id);
        if why.status().is_some() { refused(told_later) } else { network(told_later) }
    })
}

/// Runs the command with the outcome as a line of JSON on its stdin. Exit code 0 acknowledges it.
async fn execute(command: &str, outcome: Outcome) -> anyhow::Result<()> {
    let mut shell = if cfg!(windows) { Command::new("cmd") } else { Command::new("/bin/sh") };
    let shell = shell.arg(if cfg!(windows) { "/C" } else { "-c" }).arg(command);
    let mut child = shell.stdin(Stdio::piped()).spawn().context("cannot run the shell")?;
    if let Some(mut stdin) = child.stdin.take() {
        // A command may end without having read everything.
        let _ = stdin.write_all(format!("{}\n", json(&outcome)).as_bytes()).await;
    }
    let status = child.wait().await.context("cannot wait for the command")?;
    if status.success() {
        return Ok(());
    }
    Err(refused(format!("the command of --exec ended with {status} for outcome {}", outcome.id)))
}

fn line(outcome: &Outcome, output: Output) -> String {
    let Outcome { id, at, kind, body, .. } = outcome;
    if output.is_json() {
        return json(outcome);
    }
    let data = serde_json::from_str(body).unwrap_or(serde_json::Value::Null);
    format!("{id:>8}  {at}  {kind}  {}", visible(&data["data"].to_string()))
}

fn json(outcome: &Outcome) -> String {
    let Outcome { id, body, .. } = outcome;
    let body = body.strip_prefix('{').unwrap_or_default();
    format!(r#"{{"id":{id},"message_id":"{}",{body}"#, outcome.message_id())
}
