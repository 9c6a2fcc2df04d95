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

/// How long another program may take to issue a token and keep it.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// A file that keeps v2.1 tokens from one run of a program to the next, and for several programs of one machine.
///
/// LINE lists tokens by their key ids alone, and takes back only what is shown to it: a token that nobody kept counts
/// against the 30 until it ends. Only its owner may read the file. Given to [`TokenProvider::v2_1_kept`].
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

/// A v2.1 token as a [`TokenFile`] keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeptToken {
    /// The channel that it is for.
    pub channel_id: String,
    /// What LINE lists it by.
    pub key_id: String,
    /// The token.
    pub access_token: ChannelToken,
    /// When it ends.
    pub expires_at: SystemTime,
}

/// The one place where a token is written out.
#[derive(Serialize, Deserialize)]
struct Line {
    channel_id: String,
    key_id: String,
    access_token: String,
    /// Seconds since 1970.
    expires_at: u64,
}

impl TokenFile {
    /// The file at this path, which need not exist yet; its folder must.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// The tokens that have not ended, in the order in which they were issued.
    ///
    /// # Errors
    /// [`Invalid`](crate::ErrorKind::Invalid): the file cannot be read, or holds something else.
    pub async fn tokens(&self) -> Result<Vec<KeptToken>, Error> {
        self.blocking(read).await
    }

    /// The channel's token that ends last.
    pub(super) async fn newest(&self, channel_id: &str) -> Result<Option<KeptToken>, Error> {
        let tokens = self.tokens().await?.into_iter();
        Ok(tokens
            .filter(|token| token.channel_id == channel_id)
            .max_by_key(|token| token.expires_at))
    }

    pub(crate) async fn forget(&self, token: ChannelToken) -> Result<(), Error> {
        self.lock().await?.replace(Some(token), None).await
    }

    /// Waits until no other program changes the file.
    pub(super) async fn lock(&self) -> Result<Lock<'_>, Error> {
        // The lock has a file of its own: the other is replaced as a whole, so that a crash leaves one or the other.
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

/// The right to change the file, until it is dropped or the program ends.
pub(super) struct Lock<'a> {
    tokens: &'a TokenFile,
    _file: File,
}

impl Lock<'_> {
    /// Forgets a token and keeps another.
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
    /// What is worth keeping of a token that was issued at about this time.
    pub(super) fn new(channel_id: &str, issued: &IssuedToken, began: SystemTime) -> Option<Self> {
        Some(Self {
            channel_id: channel_id.to_owned(),
            key_id: issued.key_id.clone()?,
            access_token: issued.access_token.clone(),
            expires_at: began.checked_add(issued.lifetime())?,
        })
    }

    /// How long it still lives.
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
    // What serde would say of a wrong member could quote a token.
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

/// Opens a file that only its owner may read.
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
