use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::{Args, ValueEnum};
use hikyaku::model::{Check, Violations, warnings};
use hikyaku_page::{Lang, Look, Pictures, Preview as Page, Shown};
use serde::Serialize;

use crate::{
    browser::Browser,
    document::Document,
    failure::usage,
    output::{self, Output},
};

/// Draw messages or Flex as a phone shows them, as a page or a picture
#[derive(Debug, Args)]
#[command(after_help = "\
The page needs no other file and makes no request: pictures are placeholders until somebody loads them. Broken limits are
told after it is written. A picture (.png) needs Chromium or Chrome; HIKYAKU_BROWSER names another one.

Examples:
  hikyaku flex preview bubble.json -o bubble.html
  hikyaku flex preview bubble.json -o bubble.png --dark
  hikyaku message preview - < messages.json > messages.html")]
pub(crate) struct Preview {
    /// A bubble or carousel, a message, or a list of messages (- is stdin)
    file: String,

    /// Write to this file, a page (.html) or a picture (.png), instead of a page to stdout
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// The width of the phone in pixels
    #[arg(long, value_name = "PIXELS", default_value_t = Page::WIDTH, value_parser = clap::value_parser!(u32).range(200..=2000))]
    width: u32,

    /// Draw it dark; without --dark and --light it is as the reader's system
    #[arg(long)]
    dark: bool,

    /// Draw it light
    #[arg(long, conflicts_with = "dark")]
    light: bool,

    /// The language of the drawing's own words
    #[arg(long, value_name = "LANGUAGE", default_value = "en")]
    lang: Language,

    /// Load the pictures of messages from where they are
    #[arg(long)]
    load_pictures: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Language {
    En,
    Ja,
    #[value(name = "zh-TW")]
    ZhTw,
    Th,
}

/// What became of a page.
#[derive(Serialize)]
struct Saved<'a> {
    out: &'a Path,
    bytes: usize,
    content_type: &'static str,
}

/// What a page is written as.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Html,
    Png,
}

impl Preview {
    pub(crate) fn run(self, output: Output) -> anyhow::Result<()> {
        let form = self.form()?;
        if output.is_json() && self.out.is_none() {
            return Err(usage("a page is no JSON; with --json add --out FILE"));
        }
        let document = Document::read(&self.file)?;
        let broken = document.validate().err();
        let warnings = warnings(&document);
        for warning in &warnings {
            output.warn(warning);
        }
        let notes: Vec<String> = broken
            .iter()
            .flat_map(Violations::iter)
            .chain(&warnings)
            .map(ToString::to_string)
            .collect();
        let look = Look::new(self.lang.into()).pictures(if self.load_pictures {
            Pictures::Loaded
        } else {
            Pictures::OnDemand
        });
        let mut page = Page::new(self.title(), &look).width(self.width).notes(&notes);
        if self.dark || self.light {
            page = page.dark(self.dark);
        }
        let shown = match &document {
            Document::Flex(container) => Shown::Flex(container),
            Document::One(message) => Shown::One(message),
            Document::Many(messages) => Shown::Many(messages),
        };
        match (&self.out, form) {
            (None, _) => output::print(page.draw(shown))?,
            (Some(out), Form::Html) => {
                save(out, page.draw(shown).as_str().as_bytes(), form, output)?;
            }
            (Some(out), Form::Png) => {
                // An image cannot follow the reader's system.
                let page = page.dark(self.dark).bare().draw(shown);
                let browser = Browser::find()?;
                let picture = browser.picture(page.as_str(), self.width, self.load_pictures)?;
                save(out, &picture, form, output)?;
            }
        }
        match broken {
            Some(broken) => Err(hikyaku::Error::from(broken).into()),
            None => Ok(()),
        }
    }

    fn form(&self) -> anyhow::Result<Form> {
        let Some(out) = &self.out else { return Ok(Form::Html) };
        let extension = out.extension().and_then(|extension| extension.to_str());
        match extension.map(str::to_ascii_lowercase).as_deref() {
            Some("html" | "htm") => Ok(Form::Html),
            Some("png") => Ok(Form::Png),
            _ => Err(usage(format!(
                "--out {}: it is a page or a picture by its name; end it in .html or .png",
                out.display()
            ))),
        }
    }

    fn title(&self) -> &str {
        match self.file.as_str() {
            "-" => "stdin",
            path => Path::new(path).file_name().and_then(|name| name.to_str()).unwrap_or(path),
        }
    }
}

impl From<Language> for Lang {
    fn from(language: Language) -> Self {
        match language {
            Language::En => Self::English,
            Language::Ja => Self::Japanese,
            Language::ZhTw => Self::Chinese,
            Language::Th => Self::Thai,
        }
    }
}

fn save(out: &Path, bytes: &[u8], form: Form, output: Output) -> anyhow::Result<()> {
    fs::write(out, bytes).map_err(|error| {
        usage(format!("cannot write {}: {error}; choose another --out", out.display()))
    })?;
    let content_type = match form {
        Form::Html => "text/html",
        Form::Png => "image/png",
    };
    let saved = Saved { out, bytes: bytes.len(), content_type };
    output
        .print(&saved, format_args!("{} bytes ({content_type}) in {}", bytes.len(), out.display()))
}
