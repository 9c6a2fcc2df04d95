use unicode_segmentation::UnicodeSegmentation;

/// The allowed number of items in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// The minimum.
    pub min: usize,
    /// The maximum.
    pub max: usize,
}

impl Count {
    /// Returns whether this many items are allowed.
    pub const fn allows(self, items: usize) -> bool {
        self.min <= items && items <= self.max
    }
}

/// The allowed values of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Steps {
    /// The minimum.
    pub min: u32,
    /// The maximum.
    pub max: u32,
    /// The number of which the value must be a multiple.
    pub step: u32,
}

/// The unit in which LINE counts a text.
///
/// Source: <https://developers.line.biz/en/docs/messaging-api/text-character-count/>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// UTF-16 code units: an emoji outside the basic plane counts as two.
    Utf16,
    /// Grapheme clusters: a character as the reader sees it counts as one.
    Grapheme,
}

impl Unit {
    /// Returns the length of a text.
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

/// The allowed length of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Length {
    /// The minimum: 0, or 1 if an empty text is refused.
    pub min: usize,
    /// The maximum.
    pub max: usize,
    /// The unit of both.
    pub unit: Unit,
}

impl Length {
    /// Creates a limit of `max` UTF-16 code units that refuses an empty text.
    pub const fn utf16(max: usize) -> Self {
        Self { min: 1, max, unit: Unit::Utf16 }
    }

    /// Creates a limit of `max` grapheme clusters that refuses an empty text.
    pub const fn graphemes(max: usize) -> Self {
        Self { min: 1, max, unit: Unit::Grapheme }
    }

    /// Returns this limit with the empty text allowed.
    pub const fn or_empty(self) -> Self {
        Self { min: 0, ..self }
    }

    /// Returns the text's length if it breaks the limit.
    pub fn broken_by(self, text: &str) -> Option<usize> {
        // A text never has more units than bytes, so most texts need no count.
        if text.len() <= self.max && text.len() >= self.min && (self.min <= 1) {
            return None;
        }
        let length = self.unit.count(text);
        (length < self.min || length > self.max).then_some(length)
    }
}

/// The pattern of a placeholder's name.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#text-message-v2>
pub const SUBSTITUTION_KEY: &str = "^[a-zA-Z0-9_]{1,20}$";
