use std::{
    future::IntoFuture,
    io::{self, Read},
};

use futures_core::future::BoxFuture;
use hikyaku_model::ChatId;
use tokio::sync::mpsc;

use super::{
    Campaign, Progress, lines, lines::Lines, new_campaign::check_rendered, template::Template,
};
use crate::{
    Error, ErrorKind,
    recipients::CHUNK,
    store::{
        Campaign as Stored, CampaignState, Cursor,
        step::{Append, Chunk, ShiftTo, TakeBack},
    },
};

/// How many recipients share a commit.
const BATCH: usize = 20 * CHUNK;

/// How many lines with messages of their own share a commit.
const PERSONAL_BATCH: usize = 1000;

/// A line of a list that nothing is sent for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// Its number, from 1.
    pub number: u64,
    /// What it says, cut after 200 characters.
    pub text: String,
    /// What is wrong with it.
    pub why: String,
}

/// What became of a list.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Fed {
    /// How far the campaign is now, its counts of recipients, bad lines and repetitions among it.
    pub progress: Progress,
}

/// A list on its way into a campaign. Made by [`Campaign::feed`]; await it to read the list.
#[must_use = "a list is not read until it is awaited"]
pub struct Feed {
    campaign: Campaign,
    list: Box<dyn Read + Send>,
    any_id: bool,
    on_bad_line: Box<dyn FnMut(&BadLine) + Send>,
    on_progress: Box<dyn FnMut(&Progress) + Send>,
}

impl Campaign {
    /// Starts to read a list: one id a line, blank lines and those that begin with `#` left out; or, for a campaign with
    /// variables, CSV with a line of names first.
    ///
    /// What was read is kept together with the place in the list, so that a program that is killed and feeds the same
    /// list again goes on without a gap or a repetition. Memory does not grow with the list.
    ///
    /// # Errors
    /// The list cannot be read to its end, is not the one that the campaign was begun with, or is refused: by a line of
    /// names that has not all the messages' names, or, where the campaign is strict, by a bad line. A refused list ends the
    /// campaign: it is cancelled, or, where nothing of its list was kept before, removed, so that its idempotency key is free
    /// again.
    pub fn feed(&self, list: impl Read + Send + 'static) -> Feed {
        Feed {
            campaign: self.clone(),
            list: Box::new(list),
            any_id: false,
            on_bad_line: Box::new(|_| {}),
            on_progress: Box::new(|_| {}),
        }
    }

    /// Starts to take ids from an iterator, which must give the same ids in the same order when it is fed again.
    pub fn feed_ids<I>(&self, ids: I) -> Feed
    where
        I: IntoIterator<Item = String>,
        I::IntoIter: Send + 'static,
    {
        self.feed(Ids { ids: ids.into_iter(), lines: io::Cursor::default() })
    }
}

impl Campaign {
    /// Lets go what was held until the list was found good; a kill may have come between.
    async fn fed(&self) -> Result<Fed, Error> {
        if self.stored().await?.spec.state == CampaignState::Running {
            self.shift(ShiftTo::Ready).await?;
        }
        Ok(Fed { progress: self.progress().await? })
    }

    /// Ends it, because its list must not be sent.
    async fn refuse(&self, why: &str) -> Result<Error, Error> {
        let end = if self.inner.store.run(TakeBack { campaign: self.id.0 }).await? {
            "not kept; mend that and start again"
        } else {
            self.cancel().await?;
            "cancelled; mend that and start again, under another key"
        };
        let what = format!("{why}, so nothing is sent and campaign {} is {end}", self.id);
        Ok(Error::new(ErrorKind::Recipients(what)))
    }
}

impl Feed {
    /// Takes ids that are not of the form LINE's user ids have now, `U` and 32 hexadecimal digits. LINE then judges, and
    /// each id that it refuses costs some twenty requests to find.
    pub fn any_id_form(mut self) -> Self {
        self.any_id = true;
        self
    }

    /// Is told of each bad line. After a kill, the last ones may be told again.
    pub fn on_bad_line(mut self, told: impl FnMut(&BadLine) + Send + 'static) -> Self {
        self.on_bad_line = Box::new(told);
        self
    }

    /// Is told how far the campaign is, with every commit.
    pub fn on_progress(mut self, told: impl FnMut(&Progress) + Send + 'static) -> Self {
        self.on_progress = Box::new(told);
        self
    }

    async fn run(self) -> Result<Fed, Error> {
        let Self { campaign, list, any_id, mut on_bad_line, mut on_progress } = self;
        let stored = campaign.stored().await?;
        let strict = stored.spec.state == CampaignState::Held;
        let mut from = stored.cursor.clone();
        let (batches, mut queue) = mpsc::channel(1);
        let reader = tokio::task::spawn_blocking(move || {
            let mut reader = Reader { stored, any_id, lines: Lines::new(list), batches };
            reader.read()
        });
        while let Some(Batch { chunks, to, bad }) = queue.recv().await {
            bad.iter().for_each(&mut on_bad_line);
            if strict && let Some(line) = bad.first() {
                return Err(campaign.refuse(&format!("line {} {}", line.number, line.why)).await?);
            }
            let bad_lines = i64::try_from(bad.len()).unwrap_or(i64::MAX);
            let append =
                Append { campaign: campaign.id.0, from, to: to.clone(), chunks, bad_lines };
            let stored = campaign.inner.store.run(append).await?;
            from = to;
            campaign.inner.store.news().tell();
            on_progress(&Progress::from(&stored));
        }
        let read = reader.await;
        match read.map_err(|why| Error::store("reading the list was broken off").because(why))? {
            Ok(()) => campaign.fed().await,
            Err(Stop::Refused(why)) => Err(campaign.refuse(&why).await?),
            Err(Stop::Failed(why)) => Err(why),
        }
    }
}

impl IntoFuture for Feed {
    type Output = Result<Fed, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl std::fmt::Debug for Feed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Feed").field("campaign", &self.campaign.id).finish_non_exhaustive()
    }
}

/// What was read between two places of a list.
struct Batch {
    chunks: Vec<Chunk>,
    to: Cursor,
    bad: Vec<BadLine>,
}

/// Why a list is not read to its end.
enum Stop {
    /// Nobody is to get what it would make of the messages.
    Refused(String),
    Failed(Error),
}

impl From<Error> for Stop {
    fn from(why: Error) -> Self {
        Self::Failed(why)
    }
}

struct Reader {
    stored: Stored,
    any_id: bool,
    lines: Lines<Box<dyn Read + Send>>,
    batches: mpsc::Sender<Batch>,
}

impl Reader {
    /// Reads the list to its end, or until nobody takes what was read.
    fn read(&mut self) -> Result<(), Stop> {
        let mut template = self.skip()?;
        if self.stored.cursor.done {
            return match self.lines.next()? {
                None => Ok(()),
                Some(_) => Err(self.another_list("goes on where that one ended").into()),
            };
        }
        let mut chunks_before = self.stored.cursor.chunks;
        let mut ids: Vec<String> = Vec::with_capacity(CHUNK);
        let mut chunks = Vec::new();
        let mut bad = Vec::new();
        let full = if self.stored.spec.personal { PERSONAL_BATCH } else { BATCH / CHUNK };
        loop {
            let line = self.lines.next()?;
            let ended = line.is_none();
            if let Some(line) = line {
                if self.stored.spec.personal && template.is_none() {
                    self.check_names(&line)?;
                }
                match self.recipient(&line, &mut template) {
                    Ok(None) => {}
                    Ok(Some((id, body @ Some(_)))) => chunks.push(Chunk { ids: vec![id], body }),
                    Ok(Some((id, None))) => ids.push(id),
                    Err(why) => bad.push(bad_line(&line, why)),
                }
            }
            // Bad lines must not pile up behind a chunk that no good ones fill.
            let full_of_bad = bad.len() >= BATCH;
            if ids.len() == CHUNK || ((ended || full_of_bad) && !ids.is_empty()) {
                chunks.push(Chunk { ids: std::mem::take(&mut ids), body: None });
            }
            // Only at the end of a chunk is a place from which the same chunks follow.
            if ended || (ids.is_empty() && (chunks.len() >= full || full_of_bad)) {
                chunks_before += i64::try_from(chunks.len()).unwrap_or(i64::MAX);
                let to = self.lines.cursor(chunks_before, ended);
                let batch = Batch {
                    chunks: std::mem::take(&mut chunks),
                    to,
                    bad: std::mem::take(&mut bad),
                };
                if self.batches.blocking_send(batch).is_err() || ended {
                    return Ok(());
                }
            }
        }
    }

    /// Passes what was read before, and makes sure that it is the same.
    fn skip(&mut self) -> Result<Option<Template>, Error> {
        let cursor = self.stored.cursor.clone();
        let mut template = None;
        for _ in 0..cursor.lines {
            let Some(line) = self.lines.next()? else { break };
            if self.stored.spec.personal && template.is_none() {
                // Whatever the line says, the digest tells whether it said so before.
                let _ = self.recipient(&line, &mut template);
            }
        }
        if self.lines.is_at(&cursor) {
            return Ok(template);
        }
        Err(self.another_list(&format!("differs in its first {} lines", cursor.lines)))
    }

    fn another_list(&self, how: &str) -> Error {
        Error::new(ErrorKind::Recipients(format!(
            "this is not the list that campaign {} was begun with: it {how}; feed the same list, or start another campaign",
            self.stored.id
        )))
    }

    /// Who is meant by a line, and the request that is theirs alone.
    fn recipient(
        &self,
        line: &lines::Line,
        template: &mut Option<Template>,
    ) -> Result<Option<(String, Option<String>)>, String> {
        let Some(text) = said(line)? else { return Ok(None) };
        if !self.stored.spec.personal {
            let id = text.trim();
            self.check_id(id)?;
            return Ok(Some((id.to_owned(), None)));
        }
        let values = lines::csv(text)?;
        let Some(template) = template else {
            *template = Some(Template::new(&self.stored.spec.body, &values));
            return Ok(None);
        };
        let id = values.first().map_or("", |id| id.trim()).to_owned();
        self.check_id(&id)?;
        let body = template.fill(&values)?;
        check_rendered(&body)?;
        Ok(Some((id, Some(body))))
    }

    /// Refuses a line of names that cannot be read, or that has not all that the messages ask for.
    fn check_names(&self, line: &lines::Line) -> Result<(), Stop> {
        let columns = match said(line) {
            Ok(None) => return Ok(()),
            Ok(Some(text)) => lines::csv(text).map_err(str::to_owned),
            Err(why) => Err(why),
        };
        let columns = columns.map_err(|why| {
            Stop::Refused(format!("line {} must name the columns and {why}", line.number))
        })?;
        match Template::unknown_name(&self.stored.spec.body, &columns) {
            None => Ok(()),
            Some(name) => Err(Stop::Refused(format!(
                "the messages have {{{name}}}, and the list has no such column, only {}",
                columns.join(", ")
            ))),
        }
    }

    fn check_id(&self, id: &str) -> Result<(), String> {
        ChatId::check(id).map_err(|why| why.to_string())?;
        let usual = id.strip_prefix('U').is_some_and(|digits| {
            digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
        });
        if usual || self.any_id {
            Ok(())
        } else {
            Err("is no user id: U and 32 hexadecimal digits".to_owned())
        }
    }
}

/// What a line says; nothing, where it is blank or a comment.
fn said(line: &lines::Line) -> Result<Option<&str>, String> {
    let text = line.text.as_deref().map_err(|why| (*why).to_owned())?;
    // A mark of UTF-8, as some editors write it.
    let text = if line.number == 1 { text.trim_start_matches('\u{feff}') } else { text };
    Ok(Some(text).filter(|text| !text.trim().is_empty() && !text.starts_with('#')))
}

fn bad_line(line: &lines::Line, why: String) -> BadLine {
    let text = line.text.as_deref().unwrap_or_default();
    BadLine {
        number: line.number.unsigned_abs(),
        text: text.chars().filter(|c| !c.is_control()).take(200).collect(),
        why,
    }
}

/// Ids as the lines of a list.
struct Ids<I> {
    ids: I,
    lines: io::Cursor<Vec<u8>>,
}

impl<I: Iterator<Item = String>> Read for Ids<I> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.lines.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            let mut lines = Vec::new();
            for id in self.ids.by_ref().take(1000) {
                lines.extend_from_slice(id.as_bytes());
                lines.push(b'\n');
            }
            if lines.is_empty() {
                return Ok(0);
            }
            self.lines = io::Cursor::new(lines);
        }
    }
}
