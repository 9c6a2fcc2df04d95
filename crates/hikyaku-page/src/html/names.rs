macro_rules! names {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum $name {
            $(#[doc = concat!("`", $word, "`")] $variant,)*
        }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name in HTML.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }
    };
}

names! {
    /// The elements that pages are made of.
    ///
    /// `script` and `style` are missing on purpose: only a [`Document`](super::Document) has them, for an
    /// [`Asset`](super::Asset).
    Tag {
        A = "a",
        Aside = "aside",
        Button = "button",
        Div = "div",
        Footer = "footer",
        Form = "form",
        H1 = "h1",
        H2 = "h2",
        Header = "header",
        Img = "img",
        Input = "input",
        Label = "label",
        Li = "li",
        Main = "main",
        P = "p",
        Section = "section",
        Span = "span",
        Time = "time",
        Ul = "ul",
    }
}

names! {
    /// The attributes that take any text: none of them can load, run or style anything.
    Attribute {
        AriaHidden = "aria-hidden",
        AriaLabel = "aria-label",
        AriaLive = "aria-live",
        DataAct = "data-act",
        DataFit = "data-fit",
        DataPtr = "data-ptr",
        Dir = "dir",
        Lang = "lang",
        Role = "role",
        TabIndex = "tabindex",
        Title = "title",
    }
}

impl Tag {
    /// Whether it has no content and no end.
    pub(super) fn is_void(self) -> bool {
        matches!(self, Self::Img | Self::Input)
    }
}
