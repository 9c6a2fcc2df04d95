//! One message per line, on stdin and stdout.
//!
//! Source: <https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/stdio>

use anyhow::Context as _;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, stdin, stdout};

use super::{
    protocol::{self, Incoming, LONGEST},
    world::World,
};

/// Answers requests until stdin ends.
pub(super) async fn serve(world: &World) -> anyhow::Result<()> {
    let (mut lines, mut out) = (BufReader::new(stdin()), stdout());
    loop {
        let mut line = Vec::new();
        let read = (&mut lines).take(LONGEST as u64).read_until(b'\n', &mut line).await;
        if read.context("cannot read stdin")? == 0 {
            return Ok(());
        }
        if line.len() == LONGEST && !line.ends_with(b"\n") {
            anyhow::bail!("a line on stdin is longer than 4 MiB");
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        let answer = match protocol::read(&line) {
            Ok(Incoming::Request(request)) => request.answer(world).await,
            Ok(Incoming::Other) => continue,
            Err(error) => error,
        };
        let mut answer = serde_json::to_vec(&answer)?;
        answer.push(b'\n');
        out.write_all(&answer).await.context("cannot write to stdout")?;
        out.flush().await.context("cannot write to stdout")?;
    }
}
