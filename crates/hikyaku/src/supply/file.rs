use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Write},
    path::{Path, PathBuf},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use hikyaku_model::ChannelToken;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep};

use super::issued::IssuedToken;
use crate::{Error, date::unix_seconds};

/// The time that another process may take to issue a token and store it.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// A file that keeps v2.1 tokens across restarts and shares them between the processes of one machine.
///
/// LINE lists tokens only by their key ids, and revokes only a token that it is given: a token that was not stored
/// counts against the 30 until it expires. Only the file's owner can read it. Pass it to [`TokenProvider::v2_1_kept`].
///
/// ```no_run
/// use hikyaku::{Client, token::TokenFile};
///
/// # async fn example(secret: hikyaku::model::ChannelSecret) -> Result<(), hikyaku::Error> {
/// let file = TokenFile::new("/var/lib/my-bot/line-tokens.json");
/// let client = Client::without_token().build()?;
/// for token in file.tokens().await? {
///     println!("{} of channel {}", token.key_id, token.channel_id);
///     file.revoke(&client, &token.channel_id, &secret, &token.key_id).await?;
/// }
/// # Ok(())
/// # }
/// ```
///
/// [`TokenProvider::v2_1_kept`]: super::provider::TokenProvider::v2_1_kept
#[derive(Clone, Debug)]
pub struct TokenFile(PathBuf);

/// A v2.1 token in a [`TokenFile`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeptToken {
    /// The id of its channel.
    pub channel_id: String,
    /// The key id, by which LINE lists it.
    pub key_id: String,
    /// The token.
    pub access_token: ChannelToken,
    /// The expiry.
    pub expires_at: SystemTime,
}

/// The only place where a token is serialised.
#[derive(Serialize, Deserialize)]
struct Line {
    channel_id: String,
    key_id: String,
    access_token: String,
    /// Seconds since 1970.
    expires_at: u64,
}

impl TokenFile {
    /// Names the file at this path. The file need not exist yet; its folder must.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// Returns the tokens that have not expired, in the order in which they were issued.
    ///
    /// # Errors
    /// [`Invalid`](crate::ErrorKind::Invalid): the file cannot be read, or has other content.
    pub async fn tokens(&self) -> Result<Vec<KeptToken>, Error> {
        self.blocking(read).await
    }

    /// Returns the channel's token with the latest expiry.
    pub(super) async fn newest(&self, channel_id: &str) -> Result<Option<KeptToken>, Error> {
        let tokens = self.tokens().await?.into_iter();
        Ok(tokens
            .filter(|token| token.channel_id == channel_id)
            .max_by_key(|token| token.expires_at))
    }

    pub(crate) async fn forget(&self, token: ChannelToken) -> Result<(), Error> {
        self.lock().await?.replace(Some(token), None).await
    }

    /// Waits until no other process changes the file.
    pub(super) async fn lock(&self) -> Result<Lock<'_>, Error> {
        // The lock is a separate file: the token file is replaced as a whole, so that a crash leaves the old or the new
        // one.
        let cannot = |path: &Path, why: &str| invalid(path, &format!("cannot be locked: {why}"));
        let open = move |path: &Path| {
            private(&beside(path, "lock")).map_err(|why| cannot(path, &why.to_string()))
        };
        let file = self.blocking(open).await?;
        let end = Instant::now() + LONGEST_WAIT;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Lock { tokens: self, _file: file }),
                Err(TryLockError::WouldBlock) if Instant::now() < end => sleep(LOOK_AGAIN).await,
                Err(why) => return Err(cannot(&self.0, &why.to_string())),
            }
        }
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Path) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let path = self.0.clone();
        match tokio::task::spawn_blocking(move || work(&path)).await {
            Ok(result) => result,
            Err(why) => Err(invalid(&self.0, &why.to_string())),
        }
    }
}

/// The exclusive right to change the file, until it is dropped or the process ends.
pub(super) struct Lock<'a> {
    tokens: &'a TokenFile,
    _file: File,
}

impl Lock<'_> {
    /// Removes a token and adds another.
    pub(super) async fn replace(
        &self,
        old: Option<ChannelToken>,
        new: Option<KeptToken>,
    ) -> Result<(), Error> {
        let change = move |path: &Path| {
            let mut tokens = read(path)?;
            tokens.retain(|kept| Some(&kept.access_token) != old.as_ref());
            tokens.extend(new);
            write(path, &tokens).map_err(|why| invalid(path, &format!("cannot be written: {why}")))
        };
        self.tokens.blocking(change).await
    }
}

impl From<KeptToken> for IssuedToken {
    fn from(kept: KeptToken) -> Self {
        Self {
            key_id: Some(kept.key_id.clone()),
            ..Self::new(kept.access_token.clone(), kept.left())
        }
    }
}

impl KeptToken {
    /// Builds the entry of a token that was issued at about this time.
    pub(super) fn new(channel_id: &str, issued: &IssuedToken, began: SystemTime) -> Option<Self> {
        Some(Self {
            channel_id: channel_id.to_owned(),
            key_id: issued.key_id.clone()?,
            access_token: issued.access_token.clone(),
            expires_at: began.checked_add(issued.lifetime())?,
        })
    }

    /// Returns the remaining lifetime.
    pub(super) fn left(&self) -> Duration {
        self.expires_at.duration_since(SystemTime::now()).unwrap_or_default()
    }
}

fn read(path: &Path) -> Result<Vec<KeptToken>, Error> {
    let json = match fs::read(path) {
        Ok(json) => json,
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(why) => return Err(invalid(path, &format!("cannot be read: {why}"))),
    };
    // serde's message about a wrong member could quote a token.
    let lines: Vec<Line> = serde_json::from_slice(&json)
        .map_err(|_| invalid(path, "holds something else than kept tokens; move it away"))?;
    let tokens = lines.into_iter().filter_map(|line| {
        Some(KeptToken {
            channel_id: line.channel_id,
            key_id: line.key_id,
            access_token: ChannelToken::new(line.access_token).ok()?,
            expires_at: UNIX_EPOCH.checked_add(Duration::from_secs(line.expires_at))?,
        })
    });
    Ok(tokens.filter(|token| !token.left().is_zero()).collect())
}

fn write(path: &Path, tokens: &[KeptToken]) -> io::Result<()> {
    let lines: Vec<Line> = tokens
        .iter()
        .map(|token| Line {
            channel_id: token.channel_id.clone(),
            key_id: token.key_id.clone(),
            access_token: token.access_token.expose().to_owned(),
            expires_at: unix_seconds(token.expires_at),
        })
        .collect();
    let new = beside(path, "new");
    let mut file = private(&new)?;
    file.set_len(0)?;
    file.write_all(&serde_json::to_vec_pretty(&lines)?)?;
    file.sync_all()?;
    fs::rename(new, path)
}

/// Opens a file that only its owner can read.
fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn beside(path: &Path, extension: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    name.into()
}

fn invalid(path: &Path, why: &str) -> Error {
    Error::invalid(&path.display().to_string(), why)
}
