use clap::Args;
use hikyaku::model::{
    Object,
    audience::{Limit, Targeting},
};
use serde::de::DeserializeOwned;

use crate::{failure::usage, file};

// The targeting of a narrowcast; without any of it, all friends.
#[derive(Debug, Args)]
#[command(next_help_heading = "Recipients")]
pub(crate) struct TargetingArgs {
    /// Audiences and earlier narrowcasts: LINE's recipient object
    #[arg(long, value_name = "JSON|@FILE")]
    recipient: Option<String>,

    /// Attributes: LINE's whole filter object
    #[arg(long, value_name = "JSON|@FILE")]
    filter: Option<String>,

    /// Maximum number of recipients, chosen at random
    #[arg(long, value_name = "N")]
    limit_max: Option<u32>,

    /// Send to no more than the month's quota allows
    #[arg(long)]
    up_to_remaining_quota: bool,
}

impl TargetingArgs {
    pub(crate) fn read(&self) -> anyhow::Result<Targeting> {
        let mut limit = Limit::new();
        if let Some(max) = self.limit_max {
            limit = limit.max(max);
        }
        if self.up_to_remaining_quota {
            limit = limit.up_to_remaining_quota(true);
        }
        let mut targeting = Targeting::new();
        targeting.recipient = read("--recipient", self.recipient.as_deref())?;
        targeting.filter = read("--filter", self.filter.as_deref())?;
        targeting.limit = (limit != Limit::new()).then_some(limit);
        Ok(targeting)
    }

    /// Returns whether any of it is given.
    pub(crate) fn is_given(&self) -> bool {
        self.recipient.is_some()
            || self.filter.is_some()
            || self.limit_max.is_some()
            || self.up_to_remaining_quota
    }
}

fn read<T: DeserializeOwned>(flag: &str, argument: Option<&str>) -> anyhow::Result<Option<T>> {
    let Some(argument) = argument else { return Ok(None) };
    let (object, name) = file::read_json::<Object>(flag, argument)?;
    match T::deserialize(object) {
        Ok(value) => Ok(Some(value)),
        Err(why) => Err(usage(format!("{name} is not what {flag} takes: {why}"))),
    }
}
