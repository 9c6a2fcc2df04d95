macro_rules! names {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum $name {
            $(#[doc = concat!("`", $word, "`")] $variant,)*
        }

        impl $name {
            /// All values.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Returns the name in HTML.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }
    };
}

names! {
    /// The elements of a page.
    ///
    /// `script` and `style` are missing on purpose: only a [`Document`](super::Document) has them, for an
    /// [`Asset`](super::Asset).
    Tag {
        A = "a",
        Aside = "aside",
        Audio = "audio",
        Button = "button",
        Code = "code",
        Dd = "dd",
        Details = "details",
        Dialog = "dialog",
        Div = "div",
        Dl = "dl",
        Dt = "dt",
        Footer = "footer",
        Form = "form",
        H1 = "h1",
        H2 = "h2",
        H3 = "h3",
        Header = "header",
        Img = "img",
        Input = "input",
        Kbd = "kbd",
        Label = "label",
        Li = "li",
        Main = "main",
        Meter = "meter",
        Nav = "nav",
        Option = "option",
        Ol = "ol",
        P = "p",
        Pre = "pre",
        Section = "section",
        Select = "select",
        Span = "span",
        Strong = "strong",
        Summary = "summary",
        Table = "table",
        Tbody = "tbody",
        Td = "td",
        Textarea = "textarea",
        Th = "th",
        Thead = "thead",
        Time = "time",
        Tr = "tr",
        Ul = "ul",
        Video = "video",
    }
}

names! {
    /// The attributes that accept any text: none of them can load, run or style anything.
    Attribute {
        AriaActiveDescendant = "aria-activedescendant",
        AriaAutocomplete = "aria-autocomplete",
        AriaControls = "aria-controls",
        AriaCurrent = "aria-current",
        AriaExpanded = "aria-expanded",
        AriaHidden = "aria-hidden",
        AriaLabel = "aria-label",
        AriaLive = "aria-live",
        AriaPressed = "aria-pressed",
        AriaSelected = "aria-selected",
        Autocomplete = "autocomplete",
        DataAct = "data-act",
        DataAt = "data-at",
        DataCopy = "data-copy",
        DataDo = "data-do",
        DataFit = "data-fit",
        DataId = "data-id",
        DataPart = "data-part",
        DataPtr = "data-ptr",
        DataState = "data-state",
        DataTo = "data-to",
        DataWords = "data-words",
        DateTime = "datetime",
        Dir = "dir",
        Disabled = "disabled",
        Download = "download",
        Hidden = "hidden",
        Id = "id",
        InputMode = "inputmode",
        Lang = "lang",
        Max = "max",
        MaxLength = "maxlength",
        Name = "name",
        Open = "open",
        Placeholder = "placeholder",
        Required = "required",
        Role = "role",
        Rows = "rows",
        Scope = "scope",
        Selected = "selected",
        Spellcheck = "spellcheck",
        TabIndex = "tabindex",
        Title = "title",
        Value = "value",
    }
}

impl Tag {
    /// Whether it has no content and no end.
    pub(super) fn is_void(self) -> bool {
        matches!(self, Self::Img | Self::Input)
    }
}
