//! The location of a store, from its URL.

use std::path::Path;

use crate::{Error, ErrorKind};

/// A kind of store, and where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place<'a> {
    Memory,
    Sqlite(&'a Path),
    Postgres,
}

impl<'a> Place<'a> {
    pub(crate) fn read(url: &'a str) -> Result<Self, Error> {
        let unsuitable = |what: String| Err(Error::new(ErrorKind::Unsuitable(what)));
        match url.split_once(':') {
            Some(("memory", _)) => Ok(Self::Memory),
            Some(("sqlite", path)) if !path.is_empty() => {
                let path = path.strip_prefix("//").unwrap_or(path);
                match path.split_once('?') {
                    None => Ok(Self::Sqlite(Path::new(path))),
                    Some((path, _)) => unsuitable(format!(
                        "a store in a file takes no parameters, and its path has no ?: write sqlite:{path}; the file is made \
                         if there is none"
                    )),
                }
            }
            Some(("postgres" | "postgresql", _)) => Ok(Self::Postgres),
            _ => unsuitable("the store must be sqlite:PATH or postgres://…".to_owned()),
        }
    }
}

/// A store's URL without its password.
pub(crate) fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let path = path.split('?').next().unwrap_or_default();
    match authority.rsplit_once('@') {
        Some((user, host)) => {
            let user = user.split(':').next().unwrap_or_default();
            format!("{scheme}://{user}@{host}{path}")
        }
        None => format!("{scheme}://{authority}{path}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_by_its_path_alone() {
        for url in ["sqlite:a.db", "sqlite://a.db"] {
            assert_eq!(Place::read(url).unwrap(), Place::Sqlite(Path::new("a.db")));
        }
        let told = Place::read("sqlite:a.db?mode=rwc").unwrap_err().to_string();
        assert!(told.contains("write sqlite:a.db;"), "{told}");
    }

    #[test]
    fn a_password_is_left_out() {
        let shown = super::without_password;
        assert_eq!(shown("postgres://me:se@cret@db:5432/x?password=y"), "postgres://me@db:5432/x");
        assert_eq!(shown("postgres://db/x"), "postgres://db/x");
        assert_eq!(shown("sqlite:hikyaku.db"), "sqlite:hikyaku.db");
    }
}
