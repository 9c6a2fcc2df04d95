use super::{Asset, FormTarget, Html, Url};

/// A whole page, with its style sheets and scripts in it, that needs no other file.
#[derive(Clone, Debug)]
pub struct Document {
    lang: &'static str,
    title: String,
    is_dark: Option<bool>,
    pictures: bool,
    referrer: &'static str,
    forms: Forms,
    styles: Vec<Asset>,
    scripts: Vec<(Asset, &'static str)>,
    linked: Option<Linked>,
}

/// Where the forms of a page may lead.
#[derive(Clone, Debug)]
enum Forms {
    Any,
    Listed(Vec<FormTarget>),
}

/// The files of a page that a server has beside it.
#[derive(Clone, Debug)]
struct Linked {
    icon: Url,
    style: Url,
    scripts: Vec<Url>,
}

impl Document {
    /// A page in a language (`en`, `zh-Hant`), with the name that a browser's tab shows.
    pub fn new(lang: &'static str, title: impl Into<String>) -> Self {
        Self {
            lang,
            title: title.into(),
            is_dark: None,
            pictures: true,
            referrer: "no-referrer",
            forms: Forms::Listed(Vec::new()),
            styles: Vec::new(),
            scripts: Vec::new(),
            linked: None,
        }
    }

    /// Sets it light or dark; without it, it follows the reader's system.
    pub fn dark(mut self, is_dark: bool) -> Self {
        self.is_dark = Some(is_dark);
        self
    }

    /// Whether pictures may be loaded at all, even by a person who asks for them. They may be by default.
    pub fn pictures(mut self, allowed: bool) -> Self {
        self.pictures = allowed;
        self
    }

    /// Tells its own site, and no other, where its requests come from; without it, nobody is told. A browser that tells nobody
    /// sends forms with `Origin: null`, which a server cannot tell from another site's.
    pub fn same_origin_referrer(mut self) -> Self {
        self.referrer = "same-origin";
        self
    }

    /// Lets it have forms. Nothing holds where they lead, because an answer to one may send the reader on to any address.
    pub fn forms(mut self) -> Self {
        self.forms = Forms::Any;
        self
    }

    /// Lets it have forms that lead to this target and nowhere else, and neither do their answers. Several may be named.
    pub fn form(mut self, target: FormTarget) -> Self {
        match &mut self.forms {
            Forms::Any => {}
            Forms::Listed(targets) => targets.push(target),
        }
        self
    }

    /// Adds a style sheet.
    pub fn style(mut self, sheet: Asset) -> Self {
        self.styles.push(sheet);
        self
    }

    /// Adds a script, and the hash by which the page's policy knows it: `sha256-…` of the text, in base64.
    pub fn script(mut self, script: Asset, hash: &'static str) -> Self {
        self.scripts.push((script, hash));
        self
    }

    /// Takes an icon, a style sheet and scripts from the page's own server. The server then also has the content security
    /// policy to send: the page itself has none.
    pub fn linked(mut self, icon: Url, style: Url, scripts: impl Into<Vec<Url>>) -> Self {
        self.linked = Some(Linked { icon, style, scripts: scripts.into() });
        self
    }

    /// The page with what a function adds to its body.
    ///
    /// Its content security policy refuses everything but its own style and script, pictures over HTTPS, and forms where
    /// it has any; where its files are [`linked`](Self::linked), the policy is the server's.
    pub fn body(self, content: impl FnOnce(&mut Html)) -> Html {
        let mut html = Html::default();
        html.push("<!DOCTYPE html>\n<html lang=\"");
        html.text(self.lang);
        html.push("\"");
        if let Some(is_dark) = self.is_dark {
            html.push(if is_dark { " data-theme=\"dark\"" } else { " data-theme=\"light\"" });
        }
        html.push("><head><meta charset=\"utf-8\">");
        if self.linked.is_none() {
            html.push("<meta http-equiv=\"Content-Security-Policy\" content=\"");
            html.text(&self.policy());
            html.push("\">");
        }
        html.push("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">");
        html.push("<meta name=\"referrer\" content=\"");
        html.text(self.referrer);
        html.push("\"><title>");
        html.text(&self.title);
        html.push("</title>");
        for sheet in &self.styles {
            html.push("<style>");
            html.push(sheet.as_str());
            html.push("</style>");
        }
        if let Some(linked) = &self.linked {
            linked.write(&mut html);
        }
        html.push("</head><body>");
        content(&mut html);
        for (script, _) in &self.scripts {
            html.push("<script>");
            html.push(script.as_str());
            html.push("</script>");
        }
        html.push("</body></html>\n");
        html
    }

    fn policy(&self) -> String {
        let mut policy = "default-src 'none'; base-uri 'none'".to_owned();
        match &self.forms {
            Forms::Any => {}
            Forms::Listed(targets) if targets.is_empty() => {
                policy.push_str("; form-action 'none'");
            }
            Forms::Listed(targets) => {
                policy.push_str("; form-action");
                for target in targets {
                    policy.push(' ');
                    policy.push_str(target.source());
                }
            }
        }
        policy.push_str("; style-src 'unsafe-inline'");
        if self.pictures {
            policy.push_str("; img-src https:");
        }
        if !self.scripts.is_empty() {
            policy.push_str("; script-src");
            for (_, hash) in &self.scripts {
                policy.push_str(" '");
                policy.push_str(hash);
                policy.push('\'');
            }
        }
        policy
    }
}

impl Linked {
    fn write(&self, html: &mut Html) {
        html.push("<link rel=\"icon\" href=\"");
        html.text(self.icon.as_str());
        html.push("\"><link rel=\"stylesheet\" href=\"");
        html.text(self.style.as_str());
        html.push("\">");
        for script in &self.scripts {
            html.push("<script defer src=\"");
            html.text(script.as_str());
            html.push("\"></script>");
        }
    }
}
