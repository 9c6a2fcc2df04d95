use std::{
    io::{ErrorKind, IsTerminal, stdout},
    path::{Path, PathBuf},
};

use anyhow::Context;
use hikyaku::content::Content;
use serde::Serialize;
use tokio::{
    fs::File,
    io::{AsyncWrite, AsyncWriteExt},
};

use crate::{
    failure::usage,
    output::{Output, visible},
};

/// The result of saving bytes to a file.
#[derive(Serialize)]
struct Saved<'a> {
    out: &'a Path,
    bytes: u64,
    content_type: Option<&'a str>,
}

/// Saves bytes to a file, which appears only when it is complete.
pub(crate) async fn save(content: Content, out: &Path, output: Output) -> anyhow::Result<()> {
    let content_type = content.content_type().map(str::to_owned);
    let part = part_of(out);
    let cannot = |error: std::io::Error| {
        usage(format!("cannot write {}: {error}; choose another --out", out.display()))
    };
    let mut file = File::create(&part).await.map_err(cannot)?;
    let written = copy(content, &mut file).await;
    if written.is_err() {
        // Half an image is useless; the earlier error is the one to report.
        let _ = tokio::fs::remove_file(&part).await;
    }
    let bytes = written?;
    tokio::fs::rename(&part, out).await.map_err(cannot)?;
    let saved = Saved { out, bytes, content_type: content_type.as_deref() };
    let kind = visible(saved.content_type.unwrap_or("of no type"));
    output.print(&saved, format_args!("{bytes} bytes ({kind}) in {}", out.display()))
}

/// Writes bytes to stdout, unless it is a terminal.
pub(crate) async fn print(content: Content) -> anyhow::Result<()> {
    if stdout().is_terminal() {
        let kind = visible(content.content_type().unwrap_or("of no type")).into_owned();
        return Err(usage(format!(
            "the answer is {kind}, which a terminal cannot show; add --out FILE"
        )));
    }
    match copy(content, &mut tokio::io::stdout()).await {
        // A reader that stops early, such as `head`, has read enough.
        Err(error)
            if error
                .downcast_ref::<std::io::Error>()
                .is_some_and(|error| error.kind() == ErrorKind::BrokenPipe) =>
        {
            Ok(())
        }
        result => result.map(drop),
    }
}

async fn copy(mut content: Content, to: &mut (impl AsyncWrite + Unpin)) -> anyhow::Result<u64> {
    let mut bytes = 0;
    while let Some(piece) = content.chunk().await? {
        to.write_all(&piece).await.context("cannot write what was received")?;
        bytes += piece.len() as u64;
    }
    to.flush().await.context("cannot write what was received")?;
    Ok(bytes)
}

/// Returns the path at which the bytes are stored until they are complete.
fn part_of(out: &Path) -> PathBuf {
    let mut name = out.as_os_str().to_owned();
    name.push(".part");
    name.into()
}
