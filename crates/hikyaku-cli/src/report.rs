use std::{
    fmt,
    io::{self, Write},
    process::ExitCode,
};

use anstyle::{AnsiColor, Effects, Style};
use clap::error::ErrorKind as UsageKind;
use hikyaku::ErrorKind;
use hikyaku_gateway::ErrorKind as GatewayErrorKind;
use hikyaku_sender::ErrorKind as StoreErrorKind;
use serde::Serialize;

use crate::{
    failure::{Aftermath, Failure, Hint, Stuck},
    output::{Output, visible},
    stop,
};

const ERROR: Style = AnsiColor::Red.on_default().effects(Effects::BOLD);
const ASIDE: Style = Style::new().effects(Effects::DIMMED);
const NOTHING_SENT: &str = "nothing was sent";

/// The client's names of settings, and the command line's.
const SETTINGS: [(&str, &str, &str); 4] = [
    ("api_base_url", "--api-url", "--api-url (HIKYAKU_API_URL)"),
    ("data_base_url", "--data-url", "--data-url (HIKYAKU_DATA_URL)"),
    ("manager_base_url", "--manager-url", "--manager-url (HIKYAKU_MANAGER_URL)"),
    ("root_certificates", "--ca-file", "--ca-file (HIKYAKU_CA_FILE)"),
];

/// Reports an error to the user, and returns its exit code.
pub(crate) fn failure(error: &anyhow::Error, output: Output) -> ExitCode {
    if let Some(Failure::Ended(code)) = error.downcast_ref() {
        return ExitCode::from(*code);
    }
    Report::of(error).print(output.is_json())
}

/// Returns an error as its JSON document.
pub(crate) fn document(error: &anyhow::Error) -> String {
    Report::of(error).json()
}

/// Reports an invalid command line; help and version also arrive here, and are not errors.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    let done = match error.kind() {
        UsageKind::DisplayHelp | UsageKind::DisplayVersion => ExitCode::SUCCESS,
        UsageKind::DisplayHelpOnMissingArgumentOrSubcommand => ExitCode::from(exit::USAGE),
        _ => {
            // The arguments could not be parsed, so whether JSON is requested has to be guessed from them.
            let mut words = std::env::args_os().take_while(|word| word != "--");
            let json = words.any(|word| word == "--json");
            return Report::new("usage", exit::USAGE, one_line(error)).print(json);
        }
    };
    match error.print() {
        Ok(()) => done,
        // A reader that stops early, such as `head`, has read enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => done,
        Err(why) => failure(&Failure::Output(why.to_string()).into(), Output::new(false)),
    }
}

/// The exit codes on which scripts rely; the manual lists them.
mod exit {
    pub(super) const OTHER: u8 = 1;
    pub(super) const USAGE: u8 = 2;
    pub(super) const FORBIDDEN: u8 = 3;
    pub(super) const REJECTED: u8 = 4;
    pub(super) const QUOTA_EXCEEDED: u8 = 5;
    pub(super) const RATE_LIMITED: u8 = 6;
    pub(super) const NETWORK: u8 = 7;
}

/// An error as it is printed.
#[derive(Serialize)]
struct Report {
    kind: &'static str,
    status: Option<u16>,
    message: String,
    details: Vec<Detail>,
    request_id: Option<String>,
    retryable: bool,
    #[serde(skip)]
    exit: u8,
    #[serde(skip)]
    hint: Option<String>,
    #[serde(skip)]
    aftermath: Option<String>,
}

#[derive(Serialize)]
struct Detail {
    property: Option<String>,
    message: Option<String>,
}

impl Report {
    fn new(kind: &'static str, exit: u8, message: String) -> Self {
        Self {
            kind,
            status: None,
            message,
            details: Vec::new(),
            request_id: None,
            retryable: false,
            exit,
            hint: None,
            aftermath: None,
        }
    }

    fn of(error: &anyhow::Error) -> Self {
        let mut report = if let Some(error) = error.downcast_ref::<hikyaku::Error>() {
            Self::of_call(error)
        } else if let Some(error) = error.downcast_ref::<hikyaku_sender::Error>() {
            Self::of_store(error)
        } else if let Some(error) = error.downcast_ref::<hikyaku_gateway::Error>() {
            Self::of_gateway(error)
        } else if let Some(error) = error.downcast_ref::<hikyaku_inbox::Error>() {
            Self::of_inbox(error)
        } else {
            match error.downcast_ref::<Failure>() {
                Some(Failure::Usage(message)) => Self::new("usage", exit::USAGE, message.clone()),
                Some(Failure::Invalid { property, message }) => Self {
                    details: vec![Detail {
                        property: Some((*property).to_owned()),
                        message: Some(message.clone()),
                    }],
                    ..Self::new("invalid", exit::USAGE, NOTHING_SENT.to_owned())
                },
                Some(Failure::Rejected { message, request_id }) => Self {
                    request_id: request_id.clone(),
                    ..Self::new("rejected", exit::REJECTED, message.clone())
                },
                Some(Failure::Network(message)) => {
                    Self { retryable: true, ..Self::new("network", exit::NETWORK, message.clone()) }
                }
                Some(failure @ Failure::NotFound(_)) => {
                    Self::new("not_found", exit::REJECTED, failure.to_string())
                }
                Some(failure @ Failure::Stuck(Stuck::Quota)) => {
                    Self::new("quota_exceeded", exit::QUOTA_EXCEEDED, failure.to_string())
                }
                Some(failure @ Failure::Stuck(Stuck::Unauthorized)) => {
                    Self::new("unauthorized", exit::FORBIDDEN, failure.to_string())
                }
                Some(failure @ (Failure::Ended(_) | Failure::Output(_))) => {
                    Self::new("other", exit::OTHER, failure.to_string())
                }
                Some(failure @ Failure::Interrupted(signal)) => {
                    let exit = stop::exit_code(*signal);
                    Self { retryable: true, ..Self::new("interrupted", exit, failure.to_string()) }
                }
                Some(failure @ Failure::Unserved(_)) => {
                    Self::new("unserved", exit::OTHER, failure.to_string())
                }
                None => Self::new("other", exit::OTHER, format!("{error:#}")),
            }
        };
        if let Some(Hint(hint)) = error.downcast_ref() {
            report.hint = Some(hint.clone());
        }
        if let Some(Aftermath(aftermath)) = error.downcast_ref() {
            report.aftermath = Some(aftermath.clone());
        }
        report
    }

    fn of_call(error: &hikyaku::Error) -> Self {
        let details = error.details().iter().map(|detail| Detail {
            property: detail.property.clone(),
            message: detail.message.clone(),
        });
        let details = details.map(|detail| match error.kind() {
            ErrorKind::Invalid => detail.of_settings(),
            _ => detail,
        });
        Self {
            status: error.status().map(|status| status.as_u16()),
            details: details.collect(),
            request_id: error.request_id().map(str::to_owned),
            retryable: error.is_retryable(),
            hint: hint(error.kind()).map(str::to_owned),
            ..Self::new(error.kind().as_str(), exit_code(error.kind()), error.message().to_owned())
        }
    }

    fn of_store(error: &hikyaku_sender::Error) -> Self {
        let message = error.to_string();
        let (kind, exit) = match error.kind() {
            // The client's own checks would have said the same.
            StoreErrorKind::Invalid(violations) => {
                return Self::of_call(&violations.clone().into());
            }
            StoreErrorKind::Recipients(_) | StoreErrorKind::Unsuitable(_) => ("usage", exit::USAGE),
            StoreErrorKind::Conflict { .. } => ("conflict", exit::REJECTED),
            StoreErrorKind::Refused(..) => ("refused", exit::REJECTED),
            StoreErrorKind::NoDelivery(_)
            | StoreErrorKind::NoCampaign(_)
            | StoreErrorKind::NoHold(_) => ("not_found", exit::REJECTED),
            StoreErrorKind::Locked { .. } | StoreErrorKind::CursorTaken { .. } => {
                ("locked", exit::OTHER)
            }
            StoreErrorKind::ReceiverGone(_) => ("gone", exit::REJECTED),
            _ => ("store", exit::OTHER),
        };
        Self { retryable: error.is_retryable(), ..Self::new(kind, exit, message) }
    }

    fn of_gateway(error: &hikyaku_gateway::Error) -> Self {
        if let Some(why) = error.store() {
            return Self::of_store(why);
        }
        let (kind, exit) = match error.kind() {
            GatewayErrorKind::Invalid => ("usage", exit::USAGE),
            GatewayErrorKind::Conflict => ("conflict", exit::REJECTED),
            _ => ("other", exit::OTHER),
        };
        Self::new(kind, exit, error.to_string())
    }

    fn of_inbox(error: &hikyaku_inbox::Error) -> Self {
        let (kind, exit) = match error {
            hikyaku_inbox::Error::Store(why) => return Self::of_store(why),
            hikyaku_inbox::Error::NoEvent(_) => ("not_found", exit::REJECTED),
            hikyaku_inbox::Error::Refused(..) => ("refused", exit::REJECTED),
            hikyaku_inbox::Error::NotEmpty => ("usage", exit::USAGE),
            _ => ("store", exit::OTHER),
        };
        Self::new(kind, exit, error.to_string())
    }

    fn json(mut self) -> String {
        #[derive(Serialize)]
        struct Document<'a> {
            error: &'a Report,
        }

        if let Some(aftermath) = &self.aftermath {
            self.message = format!("{}; {aftermath}", self.message);
        }
        serde_json::to_string(&Document { error: &self }).expect("a report has string keys")
    }

    fn print(self, json: bool) -> ExitCode {
        let exit = self.exit;
        let text = if json { self.json() } else { self.to_string() };
        // If stderr is closed, only the exit code remains.
        let _ = writeln!(anstream::stderr().lock(), "{text}");
        ExitCode::from(exit)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{ERROR}error{ERROR:#}: ")?;
        match (self.kind, self.details.as_slice()) {
            ("usage" | "other" | "conflict" | "refused" | "locked" | "store", _) => {
                write!(f, "{}", visible(&self.message))?;
            }
            // Everything on one line, for logs and for people in a hurry.
            ("invalid", [detail]) => {
                let hint = self.hint.as_deref().map(|hint| format!("; {hint}")).unwrap_or_default();
                return write!(f, "{detail} ({}){hint}", self.message);
            }
            ("invalid", details) => {
                write!(f, "{} values break a rule, {}", details.len(), self.message)?;
            }
            (kind, _) => {
                write!(f, "{}", kind.replace('_', " "))?;
                if let Some(status) = self.status {
                    write!(f, " ({status})")?;
                }
                write!(f, ": {}", visible(&self.message))?;
            }
        }
        for detail in &self.details {
            write!(f, "\n  {detail}")?;
        }
        if let Some(request_id) = &self.request_id {
            write!(f, "\n  {ASIDE}request id {}{ASIDE:#}", visible(request_id))?;
        }
        if let Some(hint) = self.aftermath.as_ref().or(self.hint.as_ref()) {
            write!(f, "\n  {ASIDE}{hint}{ASIDE:#}")?;
        }
        Ok(())
    }
}

impl Detail {
    /// Renames the client's settings to the command line's flags.
    fn of_settings(mut self) -> Self {
        let this = SETTINGS.iter().find(|(name, ..)| self.property.as_deref() == Some(name));
        if let Some((_, flag, _)) = this {
            self.property = Some((*flag).to_owned());
        }
        self.message = self.message.map(|mut message| {
            if let Some((_, _, flag)) = this {
                message = message.replace("set it too", &format!("set {flag} too"));
            }
            // The library has one setting for all hosts, the command line has none.
            let message = message.replace("all hosts by base_url", "all three hosts");
            SETTINGS.iter().fold(message, |message, (name, _, flag)| message.replace(name, flag))
        });
        self
    }
}

impl fmt::Display for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [property, message] = [&self.property, &self.message]
            .map(|text| visible(text.as_deref().unwrap_or_default()));
        let separator = if property.is_empty() || message.is_empty() { "" } else { ": " };
        write!(f, "{property}{separator}{message}")
    }
}

fn exit_code(kind: ErrorKind) -> u8 {
    match kind {
        ErrorKind::Invalid => exit::USAGE,
        ErrorKind::Unauthorized | ErrorKind::Forbidden => exit::FORBIDDEN,
        ErrorKind::Rejected | ErrorKind::NotFound | ErrorKind::Gone | ErrorKind::Decode => {
            exit::REJECTED
        }
        ErrorKind::QuotaExceeded => exit::QUOTA_EXCEEDED,
        ErrorKind::RateLimited => exit::RATE_LIMITED,
        ErrorKind::Network | ErrorKind::Transient | ErrorKind::Foreign => exit::NETWORK,
        _ => exit::OTHER,
    }
}

/// Returns the next step that the kind alone suggests.
fn hint(kind: ErrorKind) -> Option<&'static str> {
    match kind {
        ErrorKind::Unauthorized => Some("check the token: LINE_CHANNEL_ACCESS_TOKEN or --token"),
        ErrorKind::QuotaExceeded => Some(
            "compare `hikyaku quota` with `hikyaku quota-consumption`; waiting seconds does not help",
        ),
        ErrorKind::RateLimited => Some("wait, then repeat the same command"),
        ErrorKind::Network => Some("check the network, and the address that is called"),
        _ => None,
    }
}

/// What the standard library says of a value that it cannot parse, and what to expect instead.
const PARSERS: [(&str, &str); 4] = [
    ("invalid digit found in string", "expected a whole number"),
    ("cannot parse integer from empty string", "expected a whole number"),
    ("number too large to fit in target type", "the number is too large"),
    ("invalid socket address syntax", "expected an address and a port, such as 127.0.0.1:9464"),
];

/// Returns clap's message without its usage and its layout.
fn one_line(error: &clap::Error) -> String {
    let text = error.render().to_string();
    let mut line = String::new();
    for paragraph in text.split("\n\n") {
        let words = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some(message) = words.strip_prefix("error: ") {
            line.push_str(message);
        } else if let Some(tip) = words.strip_prefix("tip: ")
            // A misspelt flag is seldom meant as a value.
            && !tip.starts_with("to pass '")
        {
            line.push_str("; ");
            line.push_str(tip);
        }
    }
    let line = PARSERS.iter().fold(line, |line, (said, meant)| line.replace(said, meant));
    line + "; see --help"
}
