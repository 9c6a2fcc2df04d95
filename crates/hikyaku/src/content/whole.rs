//! Contents as a whole: in memory, or in a file.

use std::{
    io,
    path::{Path, PathBuf},
};

use bytes::Bytes;
use tokio::{fs::File, io::AsyncWriteExt as _};

use super::{Content, WaitForMessageContent};
use crate::{Error, random, retry::Attempts, route::Repeat};

/// A content in memory. Made by [`WaitForMessageContent::bytes`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoadedContent {
    /// The bytes.
    pub bytes: Bytes,
    /// The `Content-Type`, if LINE sent one.
    pub content_type: Option<String>,
}

/// A content in a file. Made by [`WaitForMessageContent::save`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SavedContent {
    /// The number of bytes.
    pub bytes: u64,
    /// The `Content-Type`, if LINE sent one.
    pub content_type: Option<String>,
}

impl WaitForMessageContent<'_> {
    /// Returns all bytes at once, if there are at most `limit`. A download that breaks off begins again, as often as the
    /// client's [`RetryPolicy`](crate::RetryPolicy) says.
    ///
    /// # Errors
    /// Those of waiting. [`Invalid`](crate::ErrorKind::Invalid): there are more bytes.
    /// [`Network`](crate::ErrorKind::Network): every download broke off.
    pub async fn bytes(self, limit: usize) -> Result<LoadedContent, Error> {
        let mut content = self.wait().await?;
        let mut attempts = Attempts::new(self.client.connection().retries(), Repeat::Always);
        loop {
            let content_type = content.content_type().map(str::to_owned);
            match content.load(limit).await {
                Ok(bytes) => {
                    attempts.succeeded();
                    return Ok(LoadedContent { bytes, content_type });
                }
                Err(error) => attempts.wait_after(error).await?,
            }
            content = self.wait().await?;
        }
    }

    /// Writes all bytes to a file, if there are at most `limit`. The file appears when it is complete, and replaces an
    /// older one. A download that breaks off begins again, as often as the client's
    /// [`RetryPolicy`](crate::RetryPolicy) says.
    ///
    /// ```no_run
    /// # async fn example(client: &hikyaku::Client, message_id: &str) -> Result<(), hikyaku::Error> {
    /// let saved = client.wait_for_message_content(message_id).save("voice.m4a", 10 << 20).await?;
    /// println!("{} bytes of {:?}", saved.bytes, saved.content_type);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Those of waiting. [`Invalid`](crate::ErrorKind::Invalid): there are more bytes, or the file cannot be written.
    /// [`Network`](crate::ErrorKind::Network): every download broke off.
    pub async fn save(self, path: impl AsRef<Path>, limit: u64) -> Result<SavedContent, Error> {
        let path = path.as_ref();
        let mut content = self.wait().await?;
        let mut attempts = Attempts::new(self.client.connection().retries(), Repeat::Always);
        loop {
            let content_type = content.content_type().map(str::to_owned);
            match save(&mut content, path, limit).await {
                Ok(bytes) => {
                    attempts.succeeded();
                    return Ok(SavedContent { bytes, content_type });
                }
                Err(error) => attempts.wait_after(error).await?,
            }
            content = self.wait().await?;
        }
    }
}

async fn save(content: &mut Content, path: &Path, limit: u64) -> Result<u64, Error> {
    let unwritable = |why: io::Error| {
        Error::invalid("file", format!("{} cannot be written: {why}", path.display()))
    };
    let mut pieces = content.at_most(limit)?;
    let part = Part::beside(path);
    let mut file = File::create(&part.0).await.map_err(unwritable)?;
    while let Some(piece) = pieces.next().await? {
        file.write_all(&piece).await.map_err(unwritable)?;
    }
    file.sync_all().await.map_err(unwritable)?;
    drop(file);
    tokio::fs::rename(&part.0, path).await.map_err(unwritable)?;
    Ok(pieces.taken)
}

/// The file in which the bytes are until they are complete. It is gone where they never are, even if the download is
/// dropped.
struct Part(PathBuf);

impl Part {
    fn beside(path: &Path) -> Self {
        let mut name = path.as_os_str().to_owned();
        // Two programs may save the same content.
        name.push(format!(".{}.part", random::uuid().simple()));
        Self(name.into())
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // It has another name by now, if it is complete.
        let _ = std::fs::remove_file(&self.0);
    }
}
