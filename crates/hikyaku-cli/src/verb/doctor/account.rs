//! The token, its account, and the remaining quota.

use hikyaku::{
    Answer, BotInfo, ChatMode, Error, ErrorKind,
    message::{Quota, QuotaConsumption, QuotaKind},
    token::VerifiedToken,
};
use http::{HeaderMap, header};
use jiff::{Timestamp, fmt::rfc2822};

use super::Finding;

const TOKEN: &str = "token";
const ISSUE: &str = "issue a token on the channel's tab \"Messaging API\" at https://developers.line.biz/console/ and put it into \
    LINE_CHANNEL_ACCESS_TOKEN";

/// An error of this many seconds makes signed assertions and short-lived codes fail.
const CLOCK_ERROR: u64 = 60;

/// The remaining validity below which a token is reported to expire soon.
const SOON: u64 = 3 * 24 * 60 * 60;

/// The finding if the request for the bot's information failed.
pub(super) fn no_answer(why: &Error) -> Finding {
    let next = match why.kind() {
        ErrorKind::Unauthorized => ISSUE,
        ErrorKind::Network | ErrorKind::Transient => {
            "check the network and the address that is called; LINE's is https://api.line.me"
        }
        ErrorKind::Foreign => {
            "look who answers at this address: a captive portal, a proxy, or a wrong --api-url (HIKYAKU_API_URL)"
        }
        ErrorKind::RateLimited => "wait a minute, and run `hikyaku doctor` again",
        _ => "see the channel at https://developers.line.biz/console/",
    };
    Finding::problem(TOKEN, why.to_string(), next)
}

pub(super) fn token(bot: &BotInfo, channel: Option<&VerifiedToken>) -> Finding {
    let account = format!("{} ({})", bot.display_name, bot.basic_id);
    let Some(channel) = channel else { return Finding::ok(TOKEN, account) };
    let message = format!("{account}, channel {}", channel.client_id);
    if channel.expires_in >= SOON {
        return Finding::ok(TOKEN, message);
    }
    let hours = channel.expires_in / 3600;
    let next = "let Hikyaku issue tokens by itself: give it LINE_CHANNEL_ID and LINE_CHANNEL_SECRET instead of a token";
    Finding::warning(TOKEN, format!("{message}; the token lapses in {hours} hours"), next)
}

pub(super) fn clock(headers: &HeaderMap) -> Finding {
    const CLOCK: &str = "clock";
    let date = headers.get(header::DATE).and_then(|date| date.to_str().ok());
    let Some(theirs) = date.and_then(|date| rfc2822::parse(date).ok()) else {
        return Finding::unknown(
            CLOCK,
            "the answer has no date",
            "compare this machine's clock with another one",
        );
    };
    let ahead = Timestamp::now().as_second() - theirs.timestamp().as_second();
    if ahead.unsigned_abs() < CLOCK_ERROR {
        return Finding::ok(CLOCK, "as LINE's");
    }
    let word = if ahead > 0 { "ahead" } else { "behind" };
    Finding::warning(
        CLOCK,
        format!("this machine's is {} s {word}", ahead.unsigned_abs()),
        "set it, and let NTP keep it: retry keys, issued tokens and the times of deliveries depend on it",
    )
}

const SECRET: &str = "secret";

/// The finding whether the secret can issue a token for the channel.
pub(super) fn secret(channel_id: &str, issued: Result<(), Error>) -> Finding {
    match issued {
        Ok(()) => {
            Finding::ok(SECRET, format!("belongs to channel {channel_id}, as the token does"))
        }
        Err(why) if why.kind() == ErrorKind::Rejected => Finding::problem(
            SECRET,
            format!(
                "does not belong to channel {channel_id}, whose token this is: no webhook can be verified"
            ),
            "copy the secret from the channel's tab \"Basic settings\" at https://developers.line.biz/console/ into \
             LINE_CHANNEL_SECRET",
        ),
        Err(why) => Finding::not_told(SECRET, &why),
    }
}

/// `is_given`: there is a secret, and LINE does not report the token's channel.
pub(super) fn no_secret(is_given: bool) -> Finding {
    if is_given {
        return Finding::unknown(
            SECRET,
            "LINE does not tell which channel the token is for",
            "compare it with the channel's tab \"Basic settings\" at https://developers.line.biz/console/",
        );
    }
    Finding::unknown(SECRET, "none is given", "set LINE_CHANNEL_SECRET where webhooks are received")
}

pub(super) fn quota(
    quota: Result<Answer<Quota>, Error>,
    used: Result<Answer<QuotaConsumption>, Error>,
) -> Finding {
    const QUOTA: &str = "quota";
    const PLAN: &str = "see the plan at https://manager.line.biz/; replies cost nothing, and the count begins anew each month";
    let (limit, used) = match (quota, used) {
        (Ok(limit), Ok(used)) => (limit, used.total_usage),
        (Err(why), _) | (_, Err(why)) => return Finding::not_told(QUOTA, &why),
    };
    let limit = match (&limit.kind, limit.value) {
        (QuotaKind::None, _) | (_, None) => {
            return Finding::ok(QUOTA, format!("{used} messages sent this month, no limit"));
        }
        (_, Some(limit)) => limit,
    };
    let message = format!("{used} of {limit} messages sent this month");
    if used >= limit {
        return Finding::problem(QUOTA, message, PLAN);
    }
    if used.saturating_mul(10) >= limit.saturating_mul(9) {
        return Finding::warning(QUOTA, message, PLAN);
    }
    Finding::ok(QUOTA, message)
}

/// LINE's own answers to people. Its API does not tell whether they are on, and people forget.
pub(super) fn auto_reply(bot: &BotInfo) -> Finding {
    const AUTO_REPLY: &str = "replies";
    let chat = match bot.chat_mode {
        ChatMode::Chat => "people may answer in its chats beside the bot, and ",
        _ => "",
    };
    Finding::warning(
        AUTO_REPLY,
        format!(
            "{chat}LINE does not tell whether auto-response messages are on: they would answer beside the bot"
        ),
        "turn them off: Settings, Response settings at https://manager.line.biz/",
    )
}

/// Whether the bot may be invited.
pub(super) fn groups() -> Finding {
    Finding::unknown(
        "groups",
        "LINE does not tell whether the bot may join groups; it may not unless that was turned on",
        "for groups, turn on \"Allow bot to join group chats\" on the channel's tab \"Messaging API\" at \
         https://developers.line.biz/console/",
    )
}
