use super::{Asset, FormTarget, Html, Url};

/// A self-contained page, including its style sheets and scripts.
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
    /// Creates a page in a language (`en`, `zh-Hant`), with the title shown in the browser's tab.
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

    /// Makes the page light or dark; by default it follows the reader's system.
    pub fn dark(mut self, is_dark: bool) -> Self {
        self.is_dark = Some(is_dark);
        self
    }

    /// Sets whether images may be loaded at all, even on request. They may by default.
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

    /// Allows forms with any target, because the response to a form may redirect the reader to any address.
    pub fn forms(mut self) -> Self {
        self.forms = Forms::Any;
        self
    }

    /// Allows forms with this target only, and with responses from it. It can be called several times.
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

    /// Adds a script, with its hash for the page's policy: `sha256-…` of the text, in base64.
    pub fn script(mut self, script: Asset, hash: &'static str) -> Self {
        self.scripts.push((script, hash));
        self
    }

    /// Takes an icon, a style sheet and scripts from the page's own server. The server must then also send the content
    /// security policy: the page itself has none.
    pub fn linked(mut self, icon: Url, style: Url, scripts: impl Into<Vec<Url>>) -> Self {
        self.linked = Some(Linked { icon, style, scripts: scripts.into() });
        self
    }

    /// Returns the page, with a body that the function fills.
    ///
    /// Its content security policy refuses everything except its own style and script, images over HTTPS, and forms if
    /// it has any. If its files are [`linked`](Self::linked), the policy is the server's.
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
