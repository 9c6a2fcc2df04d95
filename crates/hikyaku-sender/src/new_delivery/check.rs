//! What is refused before a store sees it.

use hikyaku_model::{
    ChatId, Check, Checker, SendKind,
    limits::{MULTICAST_USERS, Problem},
    send::{PhoneHash, check_aggregation_units, check_multicast_users},
};

use super::{Contents, NewDelivery, Options};
use crate::{Error, Lane, Time, fairness};

/// How large a reference may be, as JSON.
const REFERENCE_BYTES: usize = 2000;

impl Options {
    /// Refuses what a request that was written elsewhere says by itself.
    fn check_unset(&self, checker: &mut Checker) {
        for (field, is_set) in [
            ("recipient", self.targeting.recipient.is_some()),
            ("filter", self.targeting.filter.is_some()),
            ("limit", self.targeting.limit.is_some()),
            ("notificationDisabled", self.notification_disabled.is_some()),
            ("customAggregationUnits", !self.custom_aggregation_units.is_empty()),
        ] {
            if is_set {
                let why = "a request that was written elsewhere says it by itself";
                checker.report_field(field, Problem::Forbidden(why));
            }
        }
    }
}

impl Check for Options {
    fn check(&self, checker: &mut Checker) {
        if self.unknown_narrowing {
            checker.allow_unknown_narrowing();
        }
        self.targeting.check(checker);
        check_aggregation_units(&self.custom_aggregation_units, checker);
    }
}

impl NewDelivery {
    pub(super) fn check(&self) -> Result<(), Error> {
        let mut checker = Checker::default();
        check_name("channel", &self.channel, &mut checker);
        let needs_name = matches!(self.kind, SendKind::Broadcast | SendKind::Narrowcast);
        match &self.idempotency_key {
            Some(key) => check_name("idempotency_key", key, &mut checker),
            None if needs_name => {
                let rule = "must be set, so that what goes to many is never sent twice by mistake";
                checker.report_field("idempotency_key", Problem::Rule(rule));
            }
            None => {}
        }
        if self.retry_key.is_some() && !Lane::of(self.kind).has_retry_key() {
            let why = "LINE takes no retry key for a reply or a send to a phone number";
            checker.report_field("retry_key", Problem::Forbidden(why));
        }
        if let Some(reference) = &self.reference {
            check_reference(reference, &mut checker);
        }
        if !self.fairness_key.is_empty() {
            check_name("fairness_key", &self.fairness_key, &mut checker);
        }
        if fairness::is_of_a_campaign(&self.fairness_key) {
            let rule = "must not begin with campaign: because the keys of campaigns do";
            checker.report_field("fairness_key", Problem::Rule(rule));
        }
        if let Some(key) = &self.order_key {
            check_name("order_key", key, &mut checker);
        }
        check_times(self.at, self.expires_at, &mut checker);
        self.check_request(&mut checker);
        checker.finish().map_err(Error::invalid)
    }

    fn check_request(&self, checker: &mut Checker) {
        match &self.contents {
            Contents::Messages(messages) => {
                if let Err(violations) = messages.check(self.kind) {
                    checker.include(violations);
                }
            }
            Contents::Broken(violations) => checker.include(violations),
            Contents::Written(_) => self.options.check_unset(checker),
        }
        let to = self.to.first().map_or("", String::as_str);
        let chat = |field, checker: &mut Checker| {
            if let Err(why) = ChatId::check(to) {
                checker.report_field(field, Problem::Id(why));
            }
        };
        if let Some(chat) = &self.push_to {
            if self.kind != SendKind::Reply {
                checker.report_field("or_push", Problem::Forbidden("only a reply takes it"));
            } else if let Err(why) = ChatId::check(chat) {
                checker.report_field("or_push", Problem::Id(why));
            }
        }
        match self.kind {
            SendKind::Push => chat("to", checker),
            SendKind::Reply => chat("replyToken", checker),
            SendKind::Multicast if self.to.len() > MULTICAST_USERS.max => {
                let rule = "must have at most 500 users; start a campaign for more";
                checker.report_field("to", Problem::Rule(rule));
            }
            SendKind::Multicast => check_multicast_users(&self.to, checker),
            SendKind::PhoneNumber => checker.field("to", &PhoneHash::from(to)),
            SendKind::Broadcast | SendKind::Narrowcast => {}
        }
        checker.optional("X-Line-Delivery-Tag", self.delivery_tag.as_ref());
        self.options.check(checker);
        self.check_fit(checker);
    }

    /// Checks that each option is one of its kind of send.
    fn check_fit(&self, checker: &mut Checker) {
        let Options { targeting, custom_aggregation_units, .. } = &self.options;
        let narrow = self.kind == SendKind::Narrowcast;
        let counted = matches!(self.kind, SendKind::Push | SendKind::Multicast);
        let tagged = self.kind == SendKind::PhoneNumber;
        for (field, is_given, fits, why) in [
            ("recipient", targeting.recipient.is_some(), narrow, "only a narrowcast takes it"),
            ("filter", targeting.filter.is_some(), narrow, "only a narrowcast takes it"),
            ("limit", targeting.limit.is_some(), narrow, "only a narrowcast takes it"),
            (
                "customAggregationUnits",
                !custom_aggregation_units.is_empty(),
                counted,
                "only a push or a multicast takes it",
            ),
            (
                "X-Line-Delivery-Tag",
                self.delivery_tag.is_some(),
                tagged,
                "only a send to a phone number takes it",
            ),
        ] {
            if is_given && !fits {
                checker.report_field(field, Problem::Forbidden(why));
            }
        }
    }
}

/// Refuses what a store should not hold, and what nothing could read again.
fn check_reference(reference: &serde_json::Value, checker: &mut Checker) {
    let json = reference.to_string();
    if json.len() > REFERENCE_BYTES || serde_json::from_str::<serde_json::Value>(&json).is_err() {
        let rule = "must have at most 2000 bytes and 127 levels as JSON";
        checker.report_field("reference", Problem::Rule(rule));
    }
}

/// Refuses times at which nothing would ever be sent, and those that no calendar has.
pub(crate) fn check_times(at: Option<Time>, expires_at: Option<Time>, checker: &mut Checker) {
    for (field, time) in [("at", at), ("expires_at", expires_at)] {
        if time.is_some_and(|time| !time.has_date()) {
            checker.report_field(
                field,
                Problem::Rule("must have a date, which ends with the year 9999"),
            );
        }
    }
    if let (Some(at), Some(expires)) = (at, expires_at)
        && expires <= at
    {
        let rule = "must be later than the time to send it at, or it is never sent";
        checker.report_field("expires_at", Problem::Rule(rule));
    }
}

/// Refuses names that no index or log should hold.
pub(crate) fn check_name(field: &'static str, name: &str, checker: &mut Checker) {
    if name.is_empty() || name.len() > 200 || name.chars().any(char::is_control) {
        let rule = "must have 1 to 200 bytes and no control characters";
        checker.report_field(field, Problem::Rule(rule));
    }
}
