//! Reading a list line by line, with a digest of all that was read.

use std::io::{BufRead, BufReader, Read};

use sha2::{Digest, Sha256};

use crate::{Error, ErrorKind, store::Cursor};

/// The longest line; what is longer is no line of a list.
const LONGEST: usize = 64 * 1024;

/// One line of a list.
#[derive(Debug, PartialEq)]
pub(super) struct Line {
    pub(super) number: i64,
    pub(super) text: Result<String, &'static str>,
}

pub(super) struct Lines<R> {
    reader: BufReader<R>,
    digest: Sha256,
    bytes: i64,
    number: i64,
    buffer: Vec<u8>,
}

impl<R: Read> Lines<R> {
    pub(super) fn new(reader: R) -> Self {
        Self {
            reader: BufReader::with_capacity(256 * 1024, reader),
            digest: Sha256::new(),
            bytes: 0,
            number: 0,
            buffer: Vec::new(),
        }
    }

    /// The next line without its end; `None` after the last.
    pub(super) fn next(&mut self) -> Result<Option<Line>, Error> {
        self.buffer.clear();
        let mut length = 0;
        loop {
            let available = match self.reader.fill_buf() {
                Ok(available) => available,
                Err(why) if why.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(why) => {
                    let line = self.number + 1;
                    let what = format!("the list cannot be read at line {line}: {why}");
                    return Err(Error::new(ErrorKind::Recipients(what)).because(why));
                }
            };
            let (taken, ended) = match available.iter().position(|byte| *byte == b'\n') {
                Some(end) => (available.get(..=end).unwrap_or(available), true),
                None => (available, available.is_empty()),
            };
            self.digest.update(taken);
            let room = LONGEST.saturating_sub(self.buffer.len()).min(taken.len());
            self.buffer.extend_from_slice(taken.get(..room).unwrap_or_default());
            let taken = taken.len();
            length += taken;
            self.reader.consume(taken);
            if ended {
                break;
            }
        }
        if length == 0 {
            return Ok(None);
        }
        self.bytes += i64::try_from(length).unwrap_or(i64::MAX);
        self.number += 1;
        let text = if length > LONGEST {
            Err("is longer than 64 KiB")
        } else {
            let text = std::str::from_utf8(&self.buffer).map_err(|_| "is not UTF-8");
            text.map(|text| text.trim_end_matches(['\n', '\r']).to_owned())
        };
        Ok(Some(Line { number: self.number, text }))
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

/// The values of one line of CSV: commas between, quotation marks around what holds commas, doubled within.
pub(super) fn csv(line: &str) -> Result<Vec<String>, &'static str> {
    let mut values = Vec::new();
    let mut rest = line;
    loop {
        let value;
        if let Some(quoted) = rest.strip_prefix('"') {
            let mut text = String::new();
            let mut left = quoted;
            loop {
                let (before, after) = left
                    .split_once('"')
                    .ok_or("has a quotation mark that is not closed on the same line")?;
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
        let mut lines = Lines::new(std::io::repeat(b'x').take(10_000_000));
        let line = lines.next().unwrap().unwrap();
        assert_eq!(line.text, Err("is longer than 64 KiB"));
        assert!(lines.buffer.capacity() < 1_000_000);
        assert_eq!(lines.next().unwrap(), None);
    }

    #[test]
    fn csv_has_quotes_and_doubled_quotes() {
        assert_eq!(csv(r#"a,"b,""c""",,d"#).unwrap(), ["a", "b,\"c\"", "", "d"]);
        assert!(csv(r#""a"#).is_err());
        assert!(csv(r#""a"b"#).is_err());
    }

    proptest! {
        #[test]
        fn csv_reads_what_was_quoted(values in prop::collection::vec("[^\n\r]*", 1..6)) {
            let line = values.iter().map(|it| format!("\"{}\"", it.replace('"', "\"\""))).collect::<Vec<_>>().join(",");
            prop_assert_eq!(csv(&line).unwrap(), values);
        }
    }
}
