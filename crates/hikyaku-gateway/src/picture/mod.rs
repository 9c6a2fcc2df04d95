//! Pictures that scripts upload or name: drawn anew, kept on a local disk, and served to LINE and its apps.

mod draw;
mod fetch;
mod part;
mod serve;

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use bytes::Bytes;
use hikyaku::transport::ResponseBody;
use hikyaku_model::message::ImageMessage;
use http::{Method, StatusCode, request::Parts};
use http_body_util::{Either, Full};
use tokio::{sync::Semaphore, task::spawn_blocking};

use crate::{
    Error, State,
    answer::{Reply, told, whole_answer},
    rehost::Network,
    state::{Gone, PictureOwner},
    stream::Patient,
};
use draw::{Drawn, draw};
pub(crate) use draw::{Kind, PREVIEW_SIDE};
use fetch::Fetcher;
use part::FilePart;
use serve::serve;

/// How many pictures are fetched at a time.
const FETCHES: usize = 4;

/// The length of a picture's name.
const NAME: usize = 64;

const PREVIEW: &str = "-preview";

/// Where pictures are, and how many.
#[derive(Debug)]
pub(crate) struct Pictures {
    state: State,
    folder: PathBuf,
    /// Where people reach the gateway, without a `/` at its end.
    url: String,
    budget: u64,
    /// How long a picture is to be kept, and how many were not.
    keep: Duration,
    removed_early: AtomicU64,
    /// One is drawn at a time: each needs memory.
    turn: Semaphore,
    fetcher: Fetcher,
    /// A few are fetched at a time: each is in memory then.
    fetches: Semaphore,
}

/// A picture that is kept.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) name: String,
    pub(crate) message: ImageMessage,
    pub(crate) kind: Kind,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// Whose picture it is, and how large a preview it has. Another's URL for the same picture is another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    pub(crate) owner: PictureOwner,
    /// The longer side of the preview, in pixels.
    pub(crate) preview: u32,
}

impl Wanted {
    /// By a token of LINE Notify's API.
    pub(crate) fn by_token(token: i64) -> Self {
        Self { owner: PictureOwner::Token(token), preview: PREVIEW_SIDE }
    }
}

impl Pictures {
    /// Makes the folder if there is none.
    pub(crate) fn open(
        state: State,
        folder: PathBuf,
        url: &str,
        budget: u64,
        keep: Duration,
        rehost_from: Vec<Network>,
    ) -> Result<Self, Error> {
        let cannot = |why| Error::because(format!("cannot make {}", folder.display()), why);
        fs::create_dir_all(&folder).map_err(cannot)?;
        let url = url.trim_end_matches('/').to_owned();
        Ok(Self {
            state,
            folder,
            url,
            budget,
            keep,
            removed_early: AtomicU64::new(0),
            turn: Semaphore::new(1),
            fetcher: Fetcher::new(rehost_from)?,
            fetches: Semaphore::new(FETCHES),
        })
    }

    /// Keeps a picture that is at an address. What is wrong with it is told for people, without the field's name.
    pub(crate) async fn keep_from(
        &self,
        wanted: Wanted,
        url: &str,
    ) -> Result<Result<Kept, String>, Error> {
        // The semaphore is never closed.
        let _place = self.fetches.acquire().await.ok();
        match self.fetcher.fetch(url).await {
            Ok(file) => Ok(self.keep(wanted, file).await?.map_err(str::to_owned)),
            Err(wrong) => Ok(Err(wrong)),
        }
    }

    /// Keeps a picture. What is wrong with it is told for people, without the field's name.
    pub(crate) async fn keep(
        &self,
        Wanted { owner, preview: side }: Wanted,
        file: Bytes,
    ) -> Result<Result<Kept, &'static str>, Error> {
        // The semaphore is never closed.
        let turn = self.turn.acquire().await.ok();
        let name = self.state.picture_name(owner, side, &file);
        let drawn = blocking(move || draw(&file, side)).await?;
        let Drawn { original, preview, kind, width, height } = match drawn {
            Ok(drawn) => drawn,
            Err(wrong) => return Ok(Err(wrong)),
        };
        // A note without a picture does no harm, a picture without a note would stay for ever.
        self.state.note_picture(&name, original.len() + preview.len()).await?;
        let (full_url, preview_url) =
            (self.url_of(&name, "", kind), self.url_of(&name, PREVIEW, kind));
        let places =
            [(self.place(&name, "", kind), original), (self.place(&name, PREVIEW, kind), preview)];
        let written = blocking(move || places.iter().try_for_each(|(to, bytes)| write(to, bytes)));
        written.await?.map_err(|why| Error::because("a picture could not be written", why))?;
        drop(turn);
        for Gone { name: gone, age } in self.state.make_room(self.budget).await? {
            if age < self.keep {
                self.removed_early.fetch_add(1, Ordering::Relaxed);
                let hours = age.as_secs() / 3600;
                tracing::warn!(
                    hours,
                    "a picture was removed early; give pictures.disk_mb more room"
                );
            }
            let mut places = Vec::new();
            for kind in [Kind::Jpeg, Kind::Png] {
                places.extend(["", PREVIEW].map(|part| self.place(&gone, part, kind)));
            }
            // One of two kinds is not there, and what cannot be removed is looked at again by nobody.
            blocking(move || places.iter().for_each(|place| drop(fs::remove_file(place)))).await?;
        }
        let message = ImageMessage::new(full_url).preview(preview_url);
        Ok(Ok(Kept { name, message, kind, width, height }))
    }

    /// How many pictures were removed that were to be kept longer, since the gateway began.
    pub(crate) fn removed_early(&self) -> u64 {
        self.removed_early.load(Ordering::Relaxed)
    }

    /// The names of the pictures whose addresses are in a text.
    pub(crate) fn shown_in<'a>(&self, text: &'a str) -> impl Iterator<Item = &'a str> {
        let root = format!("{}/pictures/", self.url);
        let places: Vec<usize> = text.match_indices(&root).map(|(at, _)| at + root.len()).collect();
        let name = |at: usize| {
            let file = text.get(at..)?.split(['"', '\\', '?', '#']).next()?;
            kind_of(file).and(file.get(..NAME))
        };
        places.into_iter().filter_map(name)
    }

    /// Answers a request whose path begins with `/pictures/`.
    pub(crate) async fn answer(&self, parts: &Parts) -> Result<Reply, Error> {
        if !matches!(parts.method, Method::GET | Method::HEAD) {
            let told = told(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed");
            return Ok(whole_answer(told));
        }
        let name = parts.uri.path().strip_prefix("/pictures/").unwrap_or_default();
        let not_found = || Ok(whole_answer(told(StatusCode::NOT_FOUND, "Not found")));
        let Some(kind) = kind_of(name) else { return not_found() };
        let place = self.folder.join(name);
        let (file, length) = match blocking(move || part::open(&place)).await? {
            Ok(opened) => opened,
            Err(why) if why.kind() == io::ErrorKind::NotFound => return not_found(),
            Err(why) => return Err(cannot_read(why)),
        };
        let (head, part) = serve(&parts.headers, name, kind, length);
        if part.is_empty() {
            return Ok(head.map(|()| Either::Left(Full::default())));
        }
        let part = FilePart::new(file, &part).map_err(cannot_read)?;
        Ok(head.map(|()| Either::Right(Patient::new(ResponseBody::new(part)))))
    }

    fn place(&self, name: &str, part: &str, kind: Kind) -> PathBuf {
        self.folder.join(format!("{name}{part}.{}", kind.extension()))
    }

    fn url_of(&self, name: &str, part: &str, kind: Kind) -> String {
        format!("{}/pictures/{name}{part}.{}", self.url, kind.extension())
    }
}

/// The kind of a picture by the name of its file; nothing for what no picture is called, above all a path.
fn kind_of(file: &str) -> Option<Kind> {
    let (name, extension) = file.split_once('.')?;
    let name = name.strip_suffix(PREVIEW).unwrap_or(name);
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if name.len() != NAME || !name.bytes().all(is_hex) {
        return None;
    }
    [Kind::Jpeg, Kind::Png].into_iter().find(|kind| kind.extension() == extension)
}

fn cannot_read(why: io::Error) -> Error {
    Error::because("a picture cannot be read", why)
}

/// Writes a file whole or not at all.
fn write(to: &Path, bytes: &[u8]) -> io::Result<()> {
    let unfinished = to.with_extension("unfinished");
    fs::write(&unfinished, bytes)?;
    fs::File::open(&unfinished)?.sync_all()?;
    fs::rename(&unfinished, to)
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    spawn_blocking(work).await.map_err(|why| Error::because("the work was broken off", why))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_pictures_are_looked_for() {
        let name = "0123456789abcdef".repeat(4);
        assert_eq!(kind_of(&format!("{name}.jpg")), Some(Kind::Jpeg));
        assert_eq!(kind_of(&format!("{name}-preview.png")), Some(Kind::Png));
        for none in [
            String::new(),
            "..".to_owned(),
            format!("../{name}.jpg"),
            format!("{name}.jpg/.."),
            format!("{name}.gif"),
            format!("{name}.jpg.png"),
            format!("{}.jpg", name.to_uppercase()),
            format!("{}%2e.jpg", &name[3..]),
        ] {
            assert_eq!(kind_of(&none), None, "{none}");
        }
    }
}
