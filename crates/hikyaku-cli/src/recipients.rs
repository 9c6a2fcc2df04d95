use clap::Args;
use hikyaku::model::{UserId, limits::MULTICAST_USERS};

use crate::{
    failure::{invalid, usage},
    file,
};

// The users of a multicast.
#[derive(Debug, Args)]
pub(crate) struct RecipientArgs {
    /// Ids of users
    #[arg(value_name = "ID")]
    to: Vec<String>,

    /// A file with one id a line; blank lines and lines that begin with # are skipped (- is stdin)
    #[arg(long, value_name = "FILE")]
    to_file: Option<String>,
}

impl RecipientArgs {
    /// Reads the users from arguments and file, as many as one multicast takes.
    pub(crate) fn read(&self) -> anyhow::Result<Vec<UserId>> {
        let mut to: Vec<UserId> = self.to.iter().map(|id| id.as_str().into()).collect();
        if let Some(path) = &self.to_file {
            let text = file::read(path)?;
            let ids = text.lines().map(str::trim).filter(|line| !line.is_empty());
            to.extend(ids.filter(|line| !line.starts_with('#')).map(UserId::from));
        }
        if to.is_empty() {
            return Err(usage("no recipient; give ids of users or --to-file FILE"));
        }
        let most = MULTICAST_USERS.max;
        if to.len() > most {
            return Err(invalid(
                "to",
                format!(
                    "{} ids are more than the {most} of one multicast; send parts of the list, or the whole of it with \
                     `hikyaku campaign start`",
                    to.len()
                ),
            ));
        }
        Ok(to)
    }
}
