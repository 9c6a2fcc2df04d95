//! Reads a list line by line, or record by record if it is CSV, with a digest of everything read.

use std::io::Read;

use sha2::{Digest, Sha256};

use crate::{Error, ErrorKind, store::Cursor};

/// The longest line or record; a longer one is refused.
const LONGEST: usize = 64 * 1024;

/// How much is read at once.
const READ: usize = 256 * 1024;

const LONG: &str = "is longer than 64 KiB";

/// The byte-order mark of UTF-8, which is no part of a list.
const MARK: &[u8] = "\u{feff}".as_bytes();

/// One line of a list, or one record of CSV, which may have line breaks within quotation marks.
#[derive(Debug, PartialEq)]
pub(super) struct Line {
    /// The number of its first line.
    pub(super) number: i64,
    pub(super) text: Result<String, &'static str>,
}

pub(super) struct Lines<R> {
    reader: R,
    csv: bool,
    digest: Sha256,
    bytes: i64,
    number: i64,
    /// What was read and not yet taken.
    window: Vec<u8>,
    start: usize,
    ended: bool,
}

impl<R: Read> Lines<R> {
    pub(super) fn new(reader: R) -> Self {
        Self {
            reader,
            csv: false,
            digest: Sha256::new(),
            bytes: 0,
            number: 0,
            window: Vec::new(),
            start: 0,
            ended: false,
        }
    }

    /// The same for a list of CSV.
    pub(super) fn of_csv(reader: R) -> Self {
        Self { csv: true, ..Self::new(reader) }
    }

    /// Passes a byte-order mark. Tells whether the list looks like UTF-16, of which no line can be read.
    pub(super) fn begin(&mut self) -> Result<bool, Error> {
        while !self.ended && self.left().len() < MARK.len() {
            self.fill()?;
        }
        if self.left().starts_with(MARK) {
            self.take(MARK.len());
        }
        Ok(matches!(
            self.left(),
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, 1..=255, ..] | [1..=255, 0, ..]
        ))
    }

    /// The next line without its end; `None` after the last.
    pub(super) fn next(&mut self) -> Result<Option<Line>, Error> {
        let end = loop {
            let left = self.left();
            if left.is_empty() && self.ended {
                return Ok(None);
            }
            if let Some(end) = self.end() {
                break end;
            }
            if left.len() > LONGEST {
                return self.pass_long_line().map(Some);
            }
            self.fill()?;
        };
        let left = self.left();
        let taken = left.get(..end).unwrap_or(left);
        let text = if taken.len() > LONGEST {
            Err(LONG)
        } else {
            let text = std::str::from_utf8(taken).map_err(|_| "is not UTF-8");
            text.map(|text| text.trim_end_matches(['\n', '\r']).to_owned())
        };
        let number = self.number + 1;
        self.number += lines_of(taken);
        self.take(end);
        Ok(Some(Line { number, text }))
    }

    /// Where the next line ends, its line break included, as far as can be told from what was read.
    fn end(&self) -> Option<usize> {
        let left = self.left();
        // A comment may have any quotation marks.
        if self.csv && !left.starts_with(b"#") {
            match record_end(left, self.ended) {
                End::At(end) if end <= LONGEST => return Some(end),
                End::More if left.len() <= LONGEST => return None,
                // One mark too many must not cost more than its own line.
                _ => {}
            }
        }
        match left.iter().position(|byte| *byte == b'\n') {
            Some(end) => Some(end + 1),
            None => self.ended.then_some(left.len()),
        }
    }

    /// Passes a line that is too long to be kept.
    fn pass_long_line(&mut self) -> Result<Line, Error> {
        loop {
            let left = self.left();
            let end = left.iter().position(|byte| *byte == b'\n').map(|end| end + 1);
            self.take(end.unwrap_or(left.len()));
            if end.is_some() || self.ended {
                self.number += 1;
                return Ok(Line { number: self.number, text: Err(LONG) });
            }
            self.fill()?;
        }
    }

    fn left(&self) -> &[u8] {
        self.window.get(self.start..).unwrap_or_default()
    }

    fn take(&mut self, length: usize) {
        let taken = self.window.get(self.start..self.start + length).unwrap_or_default();
        self.digest.update(taken);
        self.bytes += i64::try_from(taken.len()).unwrap_or(i64::MAX);
        self.start += taken.len();
    }

    fn fill(&mut self) -> Result<(), Error> {
        self.window.drain(..self.start);
        self.start = 0;
        let before = self.window.len();
        self.window.resize(before + READ, 0);
        let read = loop {
            match self.reader.read(self.window.get_mut(before..).unwrap_or_default()) {
                Err(why) if why.kind() == std::io::ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        self.window.truncate(before + *read.as_ref().unwrap_or(&0));
        match read {
            Ok(read) => {
                self.ended = read == 0;
                Ok(())
            }
            Err(why) => {
                let line = self.number + 1;
                let what = format!("the list cannot be read at line {line}: {why}");
                Err(Error::new(ErrorKind::Recipients(what)).because(why))
            }
        }
    }

    /// Whether all was read that this cursor has behind it.
    pub(super) fn is_past(&self, cursor: &Cursor) -> bool {
        self.bytes >= cursor.bytes
    }

    /// Where it is now. `chunks` is how many were made of what lies before.
    pub(super) fn cursor(&self, chunks: i64, done: bool) -> Cursor {
        Cursor {
            bytes: self.bytes,
            lines: self.number,
            chunks,
            digest: self.digest.clone().finalize().to_vec(),
            done,
        }
    }

    /// Whether all before this cursor was the same.
    pub(super) fn is_at(&self, cursor: &Cursor) -> bool {
        let here = self.cursor(cursor.chunks, cursor.done);
        here == *cursor || (cursor.bytes == 0 && cursor.digest.is_empty())
    }
}

/// How many lines these bytes are.
fn lines_of(bytes: &[u8]) -> i64 {
    i64::try_from(bytes.split_inclusive(|byte| *byte == b'\n').count()).unwrap_or(i64::MAX)
}

/// Where a record of CSV ends.
enum End {
    /// After so many bytes.
    At(usize),
    /// Not in what is there so far.
    More,
    /// Nowhere: its quotation marks are wrong.
    Torn,
}

/// Finds the end of a record as RFC 4180 has it.
fn record_end(bytes: &[u8], ended: bool) -> End {
    let find = |from: usize, wanted: &[u8]| {
        let rest = bytes.get(from..).unwrap_or_default();
        rest.iter().position(|byte| wanted.contains(byte)).map(|at| from + at)
    };
    let mut at = 0;
    loop {
        if bytes.get(at) == Some(&b'"') {
            loop {
                let Some(mark) = find(at + 1, b"\"") else {
                    return if ended { End::Torn } else { End::More };
                };
                at = mark + 1;
                if bytes.get(at) != Some(&b'"') {
                    break;
                }
            }
            match bytes.get(at..).unwrap_or_default() {
                [b',', ..] => at += 1,
                [b'\n', ..] => return End::At(at + 1),
                [b'\r', b'\n', ..] => return End::At(at + 2),
                rest @ ([] | [b'\r']) if ended => return End::At(at + rest.len()),
                [] | [b'\r'] => return End::More,
                _ => return End::Torn,
            }
        } else {
            match find(at, b",\n") {
                Some(end) if bytes.get(end) == Some(&b'\n') => return End::At(end + 1),
                Some(comma) => at = comma + 1,
                None if ended => return End::At(bytes.len()),
                None => return End::More,
            }
        }
    }
}

/// The values of one record of CSV: commas between, quotation marks around what holds commas or line breaks, doubled
/// within.
pub(super) fn csv(line: &str) -> Result<Vec<String>, &'static str> {
    let mut values = Vec::new();
    let mut rest = line;
    loop {
        let value;
        if let Some(quoted) = rest.strip_prefix('"') {
            let mut text = String::new();
            let mut left = quoted;
            loop {
                let (before, after) =
                    left.split_once('"').ok_or("has a quotation mark that is not closed")?;
                text.push_str(before);
                if let Some(after) = after.strip_prefix('"') {
                    text.push('"');
                    left = after;
                } else {
                    left = after;
                    break;
                }
            }
            (value, rest) = (text, left);
        } else {
            let end = rest.find(',').unwrap_or(rest.len());
            let (text, left) = rest.split_at(end);
            (value, rest) = (text.to_owned(), left);
        }
        values.push(value);
        match rest.strip_prefix(',') {
            Some(after) => rest = after,
            None if rest.is_empty() => return Ok(values),
            None => return Err("has text after a closing quotation mark"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A reader that gives so many bytes at once.
    struct Slowly<'a>(&'a [u8], usize);

    impl Read for Slowly<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let most = self.1.min(buffer.len());
            self.0.read(&mut buffer[..most])
        }
    }

    fn all<R: Read>(mut lines: Lines<R>) -> Vec<(i64, Result<String, &'static str>)> {
        assert!(!lines.begin().unwrap());
        let mut all = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            all.push((line.number, line.text));
        }
        all
    }

    #[test]
    fn lines_are_numbered_and_their_ends_removed() {
        let mut lines = Lines::new("a\r\n\nb".as_bytes());
        let mut read = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            read.push((line.number, line.text.unwrap()));
        }
        assert_eq!(read, [(1, "a".into()), (2, String::new()), (3, "b".into())]);
        assert_eq!(lines.cursor(0, true).bytes, 5);
    }

    #[test]
    fn a_line_without_end_takes_no_memory() {
        for mut lines in [
            Lines::new(Box::new(std::io::repeat(b'x').take(10_000_000)) as Box<dyn Read>),
            Lines::of_csv(Box::new(std::io::repeat(b'"').take(10_000_001)) as Box<dyn Read>),
        ] {
            let line = lines.next().unwrap().unwrap();
            assert_eq!(line.text, Err("is longer than 64 KiB"));
            assert!(lines.window.capacity() < 1_000_000);
            assert_eq!(lines.next().unwrap(), None);
        }
    }

    #[test]
    fn a_record_may_have_line_breaks_within_quotation_marks() {
        let list = "id,text\r\nU1,\"a\nb\"\r\n# it's \"so\n\nU2,\"c\r\n\"\"d\"";
        for pace in [1, 2, 3, 1000] {
            let ok = |text: &str| Ok(text.to_owned());
            assert_eq!(
                all(Lines::of_csv(Slowly(list.as_bytes(), pace))),
                [
                    (1, ok("id,text")),
                    (2, ok("U1,\"a\nb\"")),
                    (4, ok("# it's \"so")),
                    (5, ok("")),
                    (6, ok("U2,\"c\r\n\"\"d\"")),
                ]
            );
        }
    }

    #[test]
    fn a_mark_too_many_costs_its_own_line_only() {
        let rest = "U2,Bob\n".repeat(20_000);
        let list = format!("U1,\"Ann\n{rest}");
        let read = all(Lines::of_csv(list.as_bytes()));
        assert_eq!(read.len(), 20_001);
        assert!(csv(read[0].1.as_ref().unwrap()).is_err());
        let read = all(Lines::of_csv(&b"U1,\"Ann\nU2,\"Bob\"\nU3,x"[..]));
        assert_eq!(read.iter().map(|line| line.0).collect::<Vec<_>>(), [1, 2, 3]);
    }

    #[test]
    fn a_byte_order_mark_is_passed_and_utf_16_is_told() {
        let read = all(Lines::of_csv("\u{feff}\"a\",b".as_bytes()));
        assert_eq!(read, [(1, Ok("\"a\",b".to_owned()))]);
        for list in [&b"\xff\xfeU\x00"[..], b"\xfe\xff\x00U", b"U\x001\x00", b"\x00U\x001"] {
            assert!(Lines::new(list).begin().unwrap(), "{list:?}");
        }
        for list in [&b""[..], b"U", b"U1", b"\xef\xbb\xbfU1"] {
            assert!(!Lines::new(list).begin().unwrap(), "{list:?}");
        }
    }

    #[test]
    fn csv_has_quotes_and_doubled_quotes() {
        assert_eq!(csv(r#"a,"b,""c""",,d"#).unwrap(), ["a", "b,\"c\"", "", "d"]);
        assert!(csv(r#""a"#).is_err());
        assert!(csv(r#""a"b"#).is_err());
    }

    proptest! {
        /// By the writer that others use.
        #[test]
        fn csv_reads_what_was_written(
            records in prop::collection::vec(prop::collection::vec("[a,\"\n\ré ]{0,6}", 2..4), 1..8),
            pace in 1_usize..9,
        ) {
            let mut writer = ::csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
            for record in &records {
                writer.write_record(record).unwrap();
            }
            let list = writer.into_inner().unwrap();
            let mut lines = Lines::of_csv(Slowly(&list, pace));
            let mut read = Vec::new();
            while let Some(line) = lines.next().unwrap() {
                read.push(super::csv(&line.text.unwrap()).unwrap());
            }
            prop_assert_eq!(read, records);
            prop_assert_eq!(lines.cursor(0, true).bytes, i64::try_from(list.len()).unwrap());
        }
    }
}
