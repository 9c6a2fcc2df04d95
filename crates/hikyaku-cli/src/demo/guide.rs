use std::fmt;

use anstyle::{Effects, Style};
use hikyaku::model::UserId;
use hikyaku_sim::Sim;

const TITLE: Style = Style::new().effects(Effects::BOLD);
const ASIDE: Style = Style::new().effects(Effects::DIMMED);

/// What to type to go on with a simulator that has some friends.
pub(super) struct Guide {
    api_url: String,
    data_url: String,
    token: String,
    friends: [UserId; 2],
}

impl Guide {
    pub(super) fn new(sim: &Sim) -> Self {
        Self {
            api_url: sim.api_url(),
            data_url: sim.data_url(),
            token: sim.channel_token().expose().to_owned(),
            friends: [sim.add_friend(), sim.add_friend()],
        }
    }
}

impl fmt::Display for Guide {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { api_url, data_url, token, friends: [aki, ken] } = self;
        write!(
            f,
            r#"
{TITLE}The simulator stays up{TITLE:#} at {api_url} until Ctrl-C. In another terminal, for this program:

  export HIKYAKU_API_URL={api_url} HIKYAKU_DATA_URL={data_url}
  export LINE_CHANNEL_ACCESS_TOKEN={token}

  hikyaku push {aki} --text hello
  hikyaku multicast {aki} {ken} --sticker 446:1988
  hikyaku broadcast --text 'we are open'
  hikyaku loading {aki}
  hikyaku mark-as-read --user {aki}
  hikyaku bot-info
  hikyaku quota
  hikyaku quota-consumption

  {ASIDE}# somebody types something; the answer has the tokens for the two verbs below{ASIDE:#}
  curl {api_url}/_sim/v1/chats/{aki}/messages -d '{{"text":"where is my parcel?"}}'
  hikyaku reply "$REPLY_TOKEN" --text 'at your door'
  hikyaku mark-as-read --read-token "$READ_TOKEN"

{TITLE}With curl, or any other program{TITLE:#}

  curl {api_url}/v2/bot/message/push -H 'Authorization: Bearer {token}' \
      -H 'Content-Type: application/json' -d '{{"to":"{ken}","messages":[{{"type":"text","text":"hello"}}]}}'
  curl {api_url}/_sim/v1/outbox/latest        {ASIDE}# what arrived last{ASIDE:#}
  curl {api_url}/_sim/v1/faults -d '{{"do":{{"status":500}},"match":{{"count":2}}}}'   {ASIDE}# the next 2 calls fail{ASIDE:#}
"#
        )
    }
}
