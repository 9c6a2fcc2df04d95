use std::{
    env, fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use serde::Deserialize;
use toml::Table;

use crate::{
    failure::usage,
    secret,
    table::{self, known, nearest, one_line},
};

const FILE: &str = "hikyaku.toml";

/// The keys of a profile. The channel's id and secret are for the calls that authenticate as the channel.
const KEYS: [&str; 10] = [
    "token",
    "token_file",
    "api_url",
    "data_url",
    "manager_url",
    "channel_id",
    "channel_secret",
    "retries",
    "timeout",
    "ca_file",
];

/// The settings of one channel: a table `[profile.NAME]` of `hikyaku.toml`.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Profile {
    token: Option<Token>,
    token_file: Option<PathBuf>,
    pub(crate) api_url: Option<String>,
    pub(crate) data_url: Option<String>,
    pub(crate) manager_url: Option<String>,
    pub(crate) channel_id: Option<String>,
    channel_secret: Option<Token>,
    pub(crate) retries: Option<u32>,
    timeout: Option<f64>,
    pub(crate) ca_file: Option<PathBuf>,
}

/// A token or secret that no debug output shows.
#[derive(Deserialize)]
struct Token(String);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(redacted)")
    }
}

impl Profile {
    /// The profile of this name, or one that sets nothing where there is no name.
    pub(crate) fn named(name: Option<&str>) -> anyhow::Result<Self> {
        match name {
            Some(name) if !name.is_empty() => Self::load(name),
            _ => Ok(Self::default()),
        }
    }

    /// The profile of this name, from the `hikyaku.toml` of this folder or else of the user's settings.
    ///
    /// No file is read unless a profile is named: a folder that one happens to stand in must not decide where a token
    /// from the environment is sent.
    fn load(name: &str) -> anyhow::Result<Self> {
        for path in paths() {
            match fs::read_to_string(&path) {
                Ok(text) => {
                    let folder = path.parent().unwrap_or(Path::new(""));
                    return parse(&text, name, folder)
                        .map_err(|why| usage(format!("{}: {why}", path.display())));
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => {
                    return Err(usage(format!("cannot read {}: {error}", path.display())));
                }
            }
        }
        let paths: Vec<_> = paths().map(|path| path.display().to_string()).collect();
        Err(usage(format!(
            "profile {name} is asked for, but there is no {}; write one with a table [profile.{name}]",
            paths.join(" nor ")
        )))
    }

    pub(crate) fn has_token(&self) -> bool {
        self.token.is_some() || self.token_file.is_some()
    }

    /// The token, from where the profile has it.
    pub(crate) fn token(&self) -> anyhow::Result<Option<String>> {
        match (&self.token, &self.token_file) {
            (Some(_), Some(_)) => {
                Err(usage("the profile has both token and token_file; leave one of them"))
            }
            (Some(token), None) => Ok(Some(token.0.clone())),
            (None, Some(file)) => secret::read_file(&file.display().to_string()).map(Some),
            (None, None) => Ok(None),
        }
    }

    /// The channel's secret.
    pub(crate) fn channel_secret(&self) -> Option<String> {
        self.channel_secret.as_ref().map(|secret| secret.0.clone())
    }

    /// The longest that one attempt may take.
    pub(crate) fn timeout(&self) -> anyhow::Result<Option<Duration>> {
        let Some(seconds) = self.timeout else { return Ok(None) };
        match Duration::try_from_secs_f64(seconds) {
            Ok(time) if !time.is_zero() => Ok(Some(time)),
            _ => Err(usage(format!("the profile's timeout is {seconds}; set seconds above 0"))),
        }
    }
}

/// Where profiles may be, the nearest first.
fn paths() -> impl Iterator<Item = PathBuf> {
    let settings = env::var_os("XDG_CONFIG_HOME")
        .filter(|path| !path.is_empty())
        .map(PathBuf::from)
        .or_else(|| env::home_dir().map(|home| home.join(".config")));
    let settings = settings.map(|folder| folder.join("hikyaku").join(FILE));
    std::iter::once(PathBuf::from(FILE)).chain(settings)
}

fn parse(text: &str, name: &str, folder: &Path) -> Result<Profile, String> {
    let document = table::parse(text)?;
    known(&document, &["profile"], "")?;
    let profiles = match document.get("profile") {
        Some(value) => value.as_table().ok_or("profile is no table; write [profile.NAME]")?,
        None => &Table::new(),
    };
    let Some(profile) = profiles.get(name) else {
        let names: Vec<&str> = profiles.keys().map(String::as_str).collect();
        return Err(match nearest(name, &names) {
            Some(nearest) => format!("no profile {name}; is {nearest} meant?"),
            None => format!("no profile {name}; add a table [profile.{name}]"),
        });
    };
    let table = profile.as_table().ok_or(format!("profile.{name} is no table"))?;
    known(table, &KEYS, &format!(" in [profile.{name}]"))?;
    let mut profile: Profile = profile.clone().try_into().map_err(|error: toml::de::Error| {
        format!("[profile.{name}]: {}", one_line(&error.to_string()))
    })?;
    // Files stand where the one that names them does.
    for path in [&mut profile.token_file, &mut profile.ca_file].into_iter().flatten() {
        *path = folder.join(&path);
    }
    Ok(profile)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_main(text: &str) -> Result<Profile, String> {
        parse(text, "main", Path::new("/settings"))
    }

    #[test]
    fn every_key_is_read() {
        let profile = parse_main(
            r#"
            [profile.main]
            token_file = "main.token"
            api_url = "http://localhost:1"
            data_url = "http://localhost:2"
            manager_url = "http://localhost:3"
            channel_id = "1234567890"
            channel_secret = "secret"
            retries = 5
            timeout = 2.5
            ca_file = "/etc/ca.pem"
            "#,
        )
        .unwrap();
        assert_eq!(profile.token_file.as_deref(), Some(Path::new("/settings/main.token")));
        assert_eq!(profile.ca_file.as_deref(), Some(Path::new("/etc/ca.pem")));
        assert_eq!(profile.api_url.as_deref(), Some("http://localhost:1"));
        assert_eq!(profile.channel_id.as_deref(), Some("1234567890"));
        assert_eq!(profile.channel_secret().as_deref(), Some("secret"));
        assert_eq!(profile.retries, Some(5));
        assert_eq!(profile.timeout().unwrap(), Some(Duration::from_millis(2500)));
    }

    #[test]
    fn a_misspelt_key_is_refused_with_the_nearest_one() {
        let why = |text| parse_main(text).unwrap_err();
        assert_eq!(
            why("[profile.main]\ntokenfile = 'x'"),
            "unknown key tokenfile in [profile.main]; is token_file meant?"
        );
        assert_eq!(why("[profiles.main]\ntoken = 'x'"), "unknown key profiles; is profile meant?");
        assert!(why("[profile.main]\nqqq = 1").contains("known are token, token_file"));
    }

    #[test]
    fn a_profile_that_is_not_there_is_an_error() {
        let why = parse_main("[profile.man]\ntoken = 'x'").unwrap_err();
        assert_eq!(why, "no profile main; is man meant?");
        assert_eq!(parse_main("").unwrap_err(), "no profile main; add a table [profile.main]");
    }

    #[test]
    fn no_error_shows_a_token() {
        for text in ["[profile.main]\ntoken = 's3cret' x", "[profile.main]\ntoken = ['s3cret']"] {
            let why = parse_main(text).unwrap_err();
            assert!(!why.contains("s3cret"), "{why}");
            assert!(!why.contains('\n'), "{why}");
        }
        let profile = parse_main("[profile.main]\ntoken = 's3cret'").unwrap();
        assert!(!format!("{profile:?}").contains("s3cret"));
    }
}
