use std::path::PathBuf;

use clap::Args;
use hikyaku::notify::RateLimits;
use jiff::Timestamp;
use serde::Serialize;

use super::Service;
use crate::{failure::usage, output::Output};

/// Send a message to the user or group of the token
#[derive(Debug, Args)]
#[command(after_help = "\
Nothing tells a repeat from a second message, so a send whose answer is lost is not repeated.

Examples:
  hikyaku notify send 'the backup is done'
  hikyaku notify send 'tonight' --image-file chart.png --sticker 446:1988 --notification-disabled")]
pub(super) struct Send {
    /// The text
    #[arg(allow_negative_numbers = true)]
    text: String,

    /// https address of a JPEG of up to 240 by 240 pixels
    #[arg(long, value_name = "URL")]
    image_thumbnail: Option<String>,

    /// https address of a JPEG of up to 2048 by 2048 pixels
    #[arg(long, value_name = "URL")]
    image_fullsize: Option<String>,

    /// A PNG or JPEG to upload; it wins over addresses
    #[arg(long, value_name = "FILE")]
    image_file: Option<PathBuf>,

    /// A sticker, by its package and its own number
    #[arg(long, value_name = "PKG:ID", value_parser = sticker)]
    sticker: Option<(u64, u64)>,

    /// Arrive without a sound or a notification
    #[arg(long)]
    notification_disabled: bool,
}

impl Send {
    pub(super) async fn run(self, service: &Service, output: Output) -> anyhow::Result<()> {
        #[derive(Serialize)]
        struct Document {
            status: u16,
            rate_limits: Left,
        }
        #[derive(Serialize)]
        struct Left {
            limit: Option<u64>,
            remaining: Option<u64>,
            image_limit: Option<u64>,
            image_remaining: Option<u64>,
            reset: Option<String>,
        }

        let (client, token) = (service.client()?, service.token()?);
        let mut notify = client.notify(&token, self.text);
        if let Some(url) = self.image_thumbnail {
            notify = notify.image_thumbnail(url);
        }
        if let Some(url) = self.image_fullsize {
            notify = notify.image_fullsize(url);
        }
        if let Some(path) = self.image_file {
            if let Err(error) = std::fs::metadata(&path) {
                return Err(usage(format!(
                    "cannot read {}: {error}; check the path",
                    path.display()
                )));
            }
            notify = notify.image_file(path);
        }
        if let Some((package, id)) = self.sticker {
            notify = notify.sticker(package, id);
        }
        if self.notification_disabled {
            notify = notify.notification_disabled(true);
        }
        let answer = notify.await?;
        let limits = &answer.rate_limits;
        let document = Document {
            status: answer.http_status().as_u16(),
            rate_limits: Left {
                limit: limits.limit,
                remaining: limits.remaining,
                image_limit: limits.image_limit,
                image_remaining: limits.image_remaining,
                reset: limits
                    .reset
                    .and_then(|time| Some(Timestamp::try_from(time).ok()?.to_string())),
            },
        };
        output.print(&document, format_args!("sent{}", left(limits)))
    }
}

/// Returns the number of calls left, if the server reports it.
pub(super) fn left(limits: &RateLimits) -> String {
    match limits.remaining {
        Some(left) => format!(" ({left} more calls this hour)"),
        None => String::new(),
    }
}

fn sticker(text: &str) -> Result<(u64, u64), &'static str> {
    let numbers = text
        .split_once(':')
        .and_then(|(package, id)| Some((package.parse().ok()?, id.parse().ok()?)));
    numbers.ok_or("expected PACKAGE:ID, such as 446:1988")
}
