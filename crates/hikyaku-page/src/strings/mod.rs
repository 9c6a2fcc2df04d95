//! The texts of drawings and pages, in every language.

/// A language of the pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Lang {
    /// English.
    #[default]
    English,
    /// Japanese.
    Japanese,
    /// Traditional Chinese, as in Taiwan.
    Chinese,
    /// Thai.
    Thai,
}

impl Lang {
    /// All languages, in the order of the table.
    pub const ALL: [Self; 4] = [Self::English, Self::Japanese, Self::Chinese, Self::Thai];

    /// Returns the BCP 47 tag, which selects fonts and line breaks.
    pub fn tag(self) -> &'static str {
        self.pick(["en", "ja", "zh-Hant", "th"])
    }

    /// Reads a tag: `en`, `ja`, `zh-Hant` or `zh-TW`, `th`; case does not matter.
    pub fn from_tag(tag: &str) -> Option<Self> {
        match tag.to_ascii_lowercase().as_str() {
            "en" => Some(Self::English),
            "ja" => Some(Self::Japanese),
            "zh-hant" | "zh-tw" => Some(Self::Chinese),
            "th" => Some(Self::Thai),
            _ => None,
        }
    }

    /// Returns the first available language of a reader, from an `Accept-Language` header or a list of tags with spaces
    /// between them. An unknown region is ignored: `ja-JP` is Japanese, and any Chinese is Traditional Chinese.
    ///
    /// ```
    /// use hikyaku_page::Lang;
    ///
    /// assert_eq!(Lang::preferred("fr, th-TH;q=0.9, en;q=0.8"), Some(Lang::Thai));
    /// assert_eq!(Lang::preferred("fr de"), None);
    /// ```
    pub fn preferred(accepted: &str) -> Option<Self> {
        let tags = accepted.split([',', ' ']).filter_map(|part| part.split(';').next());
        tags.map(str::trim).find_map(|tag| {
            let first = tag.split('-').next().unwrap_or(tag);
            let chinese = first.eq_ignore_ascii_case("zh").then_some(Self::Chinese);
            Self::from_tag(tag).or_else(|| Self::from_tag(first)).or(chinese)
        })
    }

    /// Returns the text in this language, given the texts in the order of [`ALL`](Self::ALL).
    pub fn pick(self, [english, japanese, chinese, thai]: [&'static str; 4]) -> &'static str {
        match self {
            Self::English => english,
            Self::Japanese => japanese,
            Self::Chinese => chinese,
            Self::Thai => thai,
        }
    }
}

/// A method for each string. A row that lacks a language is an array that is too short, which does not compile.
macro_rules! strings {
    ($($(#[$doc:meta])* $name:ident: $texts:expr;)*) => {
        impl Lang {
            $($(#[$doc])* pub fn $name(self) -> &'static str {
                self.pick($texts)
            })*
        }
    };
}

mod drawing;
mod login;
mod simulator;
mod simulator_acts;
mod simulator_controls;
mod simulator_keys;
