use std::{
    cmp::Reverse,
    collections::BTreeMap,
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
        CampaignRow, CampaignState, Cursor,
        step::{Append, Chunk, TakeBack},
    },
};

/// How many recipients share a commit.
const BATCH: usize = 20 * CHUNK;

/// How many lines with messages of their own share a commit.
const PERSONAL_BATCH: usize = 1000;

/// How many different reasons are counted where no line is good, and how many of them are told.
const REASONS: usize = 100;
const REASONS_TOLD: usize = 5;

/// A line of a list to which nothing is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BadLine {
    /// The line number, from 1; for a CSV record with line breaks in quotation marks, that of its first line.
    pub number: u64,
    /// The text of the line, cut after 200 characters.
    pub text: String,
    /// The reason.
    pub why: String,
}

/// The result of feeding a list.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Fed {
    /// The campaign's progress, including its counts of recipients, bad lines and duplicates.
    pub progress: Progress,
}

/// The reading of a list into a campaign. Made by [`Campaign::feed`]; await it to read the list.
#[must_use = "a list is not read until it is awaited"]
pub struct Feed {
    campaign: Campaign,
    list: Box<dyn Read + Send>,
    any_id: bool,
    on_bad_line: Box<dyn FnMut(&BadLine) + Send>,
    on_progress: Box<dyn FnMut(&Progress) + Send>,
}

impl Campaign {
    /// Starts to read a list: one id per line, where blank lines and lines that begin with `#` are skipped; or, for a
    /// campaign with variables, CSV (RFC 4180) with a header line. The list is UTF-8, with or without a byte-order
    /// mark; no line or record is longer than 64 KiB.
    ///
    /// The position in the list is stored together with the recipients read, so that a program that is killed and feeds
    /// the same list again resumes without a gap or a repetition. Memory use does not grow with the list.
    ///
    /// # Errors
    /// The list cannot be read to its end, is not the list with which the campaign began, or is refused. A list is
    /// refused if it is UTF-16, if its header lacks a name that the messages use, if none of its lines is valid, or,
    /// for a strict campaign, if one of its lines is invalid. A refused list ends the campaign: the campaign is
    /// cancelled or, if nothing of its list was stored before, removed, which frees its idempotency key.
    pub fn feed(&self, list: impl Read + Send + 'static) -> Feed {
        Feed {
            campaign: self.clone(),
            list: Box::new(list),
            any_id: false,
            on_bad_line: Box::new(|_| {}),
            on_progress: Box::new(|_| {}),
        }
    }

    /// Starts to read ids from an iterator, which must return the same ids in the same order when it is fed again.
    pub fn feed_ids<I>(&self, ids: I) -> Feed
    where
        I: IntoIterator<Item = String>,
        I::IntoIter: Send + 'static,
    {
        self.feed(Ids { ids: ids.into_iter(), lines: io::Cursor::default() })
    }
}

impl Campaign {
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
    /// Accepts ids that do not have the form of LINE's current user ids, `U` and 32 hexadecimal digits. LINE then
    /// checks them; finding each id that it refuses costs some twenty requests.
    pub fn any_id_form(mut self) -> Self {
        self.any_id = true;
        self
    }

    /// Sets a callback for each bad line. After a kill, the last ones may be reported again.
    pub fn on_bad_line(mut self, told: impl FnMut(&BadLine) + Send + 'static) -> Self {
        self.on_bad_line = Box::new(told);
        self
    }

    /// Sets a callback for the campaign's progress at each commit.
    pub fn on_progress(mut self, told: impl FnMut(&Progress) + Send + 'static) -> Self {
        self.on_progress = Box::new(told);
        self
    }

    async fn run(self) -> Result<Fed, Error> {
        let Self { campaign, list, any_id, mut on_bad_line, mut on_progress } = self;
        let stored = campaign.stored().await?;
        let strict = stored.spec.state == CampaignState::Held;
        let mut from = stored.cursor.clone();
        let mut tally = Tally::default();
        let mut bad_lines = 0;
        let (batches, mut queue) = mpsc::channel(1);
        let reader = tokio::task::spawn_blocking(move || {
            let lines = if stored.spec.personal { Lines::of_csv(list) } else { Lines::new(list) };
            Reader { stored, any_id, lines, template: None, batches }.read()
        });
        while let Some(Batch { chunks, to, bad }) = queue.recv().await {
            bad.iter().for_each(&mut on_bad_line);
            if strict && let Some(line) = bad.first() {
                return Err(campaign.refuse(&format!("line {} {}", line.number, line.why)).await?);
            }
            bad_lines += i64::try_from(bad.len()).unwrap_or(i64::MAX);
            for line in bad {
                tally.count(line.why);
            }
            // A list without a good line is refused, so nothing of it is kept until there is one.
            if from == Cursor::default() && chunks.is_empty() && (bad_lines > 0 || to.done) {
                if to.done {
                    return Err(campaign.refuse(&tally.told()).await?);
                }
                continue;
            }
            let append =
                Append { campaign: campaign.id.0, from, to: to.clone(), chunks, bad_lines };
            let stored = campaign.inner.store.run(append).await?;
            bad_lines = 0;
            from = to;
            campaign.inner.store.news().tell();
            on_progress(&Progress::from(&stored));
        }
        let read = reader.await;
        match read.map_err(|why| Error::store("reading the list was broken off").because(why))? {
            Ok(()) => Ok(Fed { progress: campaign.progress().await? }),
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

/// How many lines are bad, by their reasons.
#[derive(Default)]
struct Tally {
    counts: BTreeMap<String, u64>,
    /// Lines whose reasons are too many to be kept.
    others: u64,
}

impl Tally {
    fn count(&mut self, why: String) {
        if self.counts.len() < REASONS || self.counts.contains_key(&why) {
            *self.counts.entry(why).or_default() += 1;
        } else {
            self.others += 1;
        }
    }

    /// The reasons, the most frequent first.
    fn told(&self) -> String {
        let mut counts: Vec<_> = self.counts.iter().collect();
        counts.sort_by_key(|(_, count)| Reverse(**count));
        if counts.is_empty() {
            return "the list is empty".to_owned();
        }
        let told = |(why, count): &(&String, &u64)| match count {
            1 => format!("once: {why}"),
            count => format!("{count} times: {why}"),
        };
        let shown = counts.iter().take(REASONS_TOLD).map(told);
        let mut told: Vec<_> = shown.collect();
        let rest =
            counts.iter().skip(REASONS_TOLD).map(|(_, count)| **count).sum::<u64>() + self.others;
        if rest > 0 {
            told.push(format!("{rest} times: other reasons"));
        }
        format!("no line of the list is valid ({})", told.join("; "))
    }
}

struct Reader {
    stored: CampaignRow,
    any_id: bool,
    lines: Lines<Box<dyn Read + Send>>,
    /// Where the messages have variables, and the line of names was read.
    template: Option<Template>,
    batches: mpsc::Sender<Batch>,
}

impl Reader {
    /// Reads the list to its end, or until nobody takes what was read.
    fn read(&mut self) -> Result<(), Stop> {
        self.skip()?;
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
                if self.stored.spec.personal && self.template.is_none() {
                    self.template = self.names(&line).map_err(Stop::Refused)?;
                } else {
                    match self.recipient(&line) {
                        Ok(None) => {}
                        Ok(Some((id, body @ Some(_)))) => {
                            chunks.push(Chunk { ids: vec![id], body });
                        }
                        Ok(Some((id, None))) => ids.push(id),
                        Err(why) => bad.push(bad_line(&line, why)),
                    }
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
    fn skip(&mut self) -> Result<(), Stop> {
        let cursor = self.stored.cursor.clone();
        let utf_16 = self.lines.begin()?;
        let mut names = Ok(None);
        while !self.lines.is_past(&cursor) {
            let Some(line) = self.lines.next()? else { break };
            if self.stored.spec.personal && matches!(names, Ok(None)) {
                names = self.names(&line);
            }
        }
        if !self.lines.is_at(&cursor) {
            let how = format!("differs in its first {} lines", cursor.lines);
            return Err(self.another_list(&how).into());
        }
        if utf_16 {
            return Err(Stop::Refused("the list is UTF-16 and must be UTF-8".to_owned()));
        }
        // It said so before, and it is not for this list to end what was begun with it.
        self.template = names.map_err(|why| Error::new(ErrorKind::Recipients(why)))?;
        Ok(())
    }

    fn another_list(&self, how: &str) -> Error {
        Error::new(ErrorKind::Recipients(format!(
            "this is not the list that campaign {} was begun with: it {how}; feed the same list, or start another campaign",
            self.stored.id
        )))
    }

    /// Who is meant by a line, and the request that is theirs alone.
    fn recipient(&self, line: &lines::Line) -> Result<Option<(String, Option<String>)>, String> {
        let Some(text) = said(line)? else { return Ok(None) };
        let Some(template) = &self.template else {
            let id = text.trim();
            self.check_id(id)?;
            return Ok(Some((id.to_owned(), None)));
        };
        let values = lines::csv(text)?;
        let id = values.first().map_or("", |id| id.trim()).to_owned();
        self.check_id(&id)?;
        let body = template.fill(&values)?;
        check_rendered(&body)?;
        Ok(Some((id, Some(body))))
    }

    /// The messages with the columns that a line of names has; nothing, where the line is blank or a comment. Fails where
    /// it cannot be read, or has not all that the messages ask for.
    fn names(&self, line: &lines::Line) -> Result<Option<Template>, String> {
        let unreadable = |why| format!("line {} must name the columns and {why}", line.number);
        let Some(text) = said(line).map_err(unreadable)? else { return Ok(None) };
        let columns = lines::csv(text).map_err(|why| unreadable(why.to_owned()))?;
        Template::new(&self.stored.spec.body, &columns).map(Some)
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
