use unicode_segmentation::UnicodeSegmentation;

/// How many items a list may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// The fewest items.
    pub min: usize,
    /// The most items.
    pub max: usize,
}

impl Count {
    /// Whether so many items are allowed.
    pub const fn allows(self, items: usize) -> bool {
        self.min <= items && items <= self.max
    }
}

/// What a number may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Steps {
    /// The smallest.
    pub min: u32,
    /// The largest.
    pub max: u32,
    /// What it must be a multiple of.
    pub step: u32,
}

/// What LINE counts a text in.
///
/// Source: <https://developers.line.biz/en/docs/messaging-api/text-character-count/>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// UTF-16 code units: an emoji outside the basic plane counts two.
    Utf16,
    /// Grapheme clusters: what a reader takes for one character counts one.
    Grapheme,
}

impl Unit {
    /// The length of a text.
    ///
    /// ```
    /// use hikyaku_model::limits::Unit;
    ///
    /// assert_eq!(Unit::Utf16.count("👨‍👩‍👧"), 8);
    /// assert_eq!(Unit::Grapheme.count("👨‍👩‍👧"), 1);
    /// ```
    pub fn count(self, text: &str) -> usize {
        match self {
            Self::Utf16 => text.encode_utf16().count(),
            Self::Grapheme => text.graphemes(true).count(),
        }
    }
}

/// How long a text may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Length {
    /// The shortest text: 0, or 1 where an empty one is refused.
    pub min: usize,
    /// The longest text.
    pub max: usize,
    /// What the two are counted in.
    pub unit: Unit,
}

impl Length {
    /// At most `max` UTF-16 code units, and not empty.
    pub const fn utf16(max: usize) -> Self {
        Self { min: 1, max, unit: Unit::Utf16 }
    }

    /// At most `max` grapheme clusters, and not empty.
    pub const fn graphemes(max: usize) -> Self {
        Self { min: 1, max, unit: Unit::Grapheme }
    }

    /// The same rule with the empty text allowed.
    pub const fn or_empty(self) -> Self {
        Self { min: 0, ..self }
    }

    /// The text's length where it is out of bounds.
    pub fn broken_by(self, text: &str) -> Option<usize> {
        // No text has more units than bytes, so most texts need no count.
        if text.len() <= self.max && text.len() >= self.min && (self.min <= 1) {
            return None;
        }
        let length = self.unit.count(text);
        (length < self.min || length > self.max).then_some(length)
    }
}

/// What the name of a placeholder looks like.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#text-message-v2>
pub const SUBSTITUTION_KEY: &str = "^[a-zA-Z0-9_]{1,20}$";
