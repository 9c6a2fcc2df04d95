use std::fmt;

use anstyle::{Effects, Style};
use hikyaku::model::UserId;
use hikyaku_sim::{Person, Sim};
use jiff::tz::{self, TimeZone};

use crate::invocation;

const TITLE: Style = Style::new().effects(Effects::BOLD);
const ASIDE: Style = Style::new().effects(Effects::DIMMED);

/// Ken's number, so that there is somebody to push to by phone.
const PHONE: &str = "+818000001234";

/// The commands with which to continue on a simulator that has some friends.
pub(super) struct Guide {
    page_url: String,
    api_url: String,
    data_url: String,
    token: String,
    friends: [UserId; 2],
    /// In the form of `sent-count`.
    today: String,
}

impl Guide {
    pub(super) fn new(sim: &Sim) -> Self {
        let ken = Person { phone: Some(PHONE.to_owned()), ..Person::default() };
        Self {
            page_url: sim.page_url(),
            api_url: sim.api_url(),
            data_url: sim.data_url(),
            token: sim.channel_token().expose().to_owned(),
            friends: [sim.add_friend(), sim.add_friend_as(ken)],
            today: sim
                .now()
                .to_zoned(TimeZone::fixed(tz::offset(9)))
                .strftime("%Y%m%d")
                .to_string(),
        }
    }
}

impl fmt::Display for Guide {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { page_url, api_url, data_url, token, friends: [aki, ken], today } = self;
        writeln!(
            f,
            "\n{TITLE}The simulator stays up{TITLE:#} until Ctrl-C: open {page_url} in a browser"
        )?;
        writeln!(f, "\n{TITLE}In another terminal, with this program{TITLE:#}\n")?;
        if let Some(alias) = invocation::alias() {
            writeln!(f, "  {alias}")?;
        }
        write!(
            f,
            r#"  export HIKYAKU_API_URL={api_url} HIKYAKU_DATA_URL={data_url} HIKYAKU_MANAGER_URL={api_url}
  export LINE_CHANNEL_ACCESS_TOKEN={token}

  hikyaku push {aki} --text hello
  hikyaku multicast {aki} {ken} --sticker 446:1988
  hikyaku broadcast --text 'we are open'
  hikyaku narrowcast --text 'who is there?' --wait --poll 0.5
  ID=$(hikyaku narrowcast --text 'and who now?' --json | sed 's/.*"request_id":"\([^"]*\)".*/\1/')
  hikyaku narrowcast-progress "$ID"
  HASH=$(printf %s {PHONE} | {{ sha256sum || shasum -a 256; }} | cut -d ' ' -f 1)
  hikyaku push-by-phone "$HASH" --text 'your parcel is here'
  hikyaku validate push --text 'would LINE take it?'
  hikyaku sent-count push {today}
  hikyaku loading {aki}
  hikyaku mark-as-read --user {aki}
  hikyaku bot-info
  hikyaku quota
  hikyaku quota-consumption

  {ASIDE}# a friend types something, which a webhook would bring with a reply token{ASIDE:#}
  curl -s {api_url}/_sim/v1/chats/{aki}/messages -d '{{"text":"where is it?"}}' | tee said.json
  hikyaku reply "$(sed 's/.*"replyToken":"\([^"]*\)".*/\1/' said.json)" --text 'at your door'

{TITLE}With curl, or any other program{TITLE:#}

  curl {api_url}/v2/bot/message/push -H 'Authorization: Bearer {token}' \
      -H 'Content-Type: application/json' \
      -d '{{"to":"{ken}","messages":[{{"type":"text","text":"hello"}}]}}'
  curl {api_url}/_sim/v1/outbox/latest
      {ASIDE}# what arrived last{ASIDE:#}
  curl {api_url}/_sim/v1/faults -d '{{"do":{{"status":500}},"match":{{"count":2}}}}'
      {ASIDE}# the next two calls fail{ASIDE:#}"#
        )
    }
}
