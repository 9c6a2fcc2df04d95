use hikyaku_model::{
    UserId,
    event::{
        ContentKind,
        message::{Mention, Mentionee, MentioneeType, TextMessageContent},
    },
};

use super::said::UserMessage;

/// Whom a mention means.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Whom<'a> {
    User(&'a UserId),
    /// The account that it is said to.
    Bot,
    All,
}

/// Mentions. Each takes the next word of the text that begins with `@`.
///
/// ```
/// use hikyaku_sim::UserMessage;
///
/// let asked = UserMessage::text("@bot when?").mentioning_bot();
/// # let _ = asked;
/// ```
impl UserMessage {
    /// Mentions a user.
    ///
    /// # Panics
    /// The text has no further word that begins with `@`.
    pub fn mentioning(self, user: &UserId) -> Self {
        self.mentioning_whom(Whom::User(user))
    }

    /// Mentions the channel's account.
    ///
    /// # Panics
    /// The text has no further word that begins with `@`.
    pub fn mentioning_bot(self) -> Self {
        self.mentioning_whom(Whom::Bot)
    }

    /// Mentions everybody in the chat.
    ///
    /// # Panics
    /// The text has no further word that begins with `@`.
    pub fn mentioning_all(self) -> Self {
        self.mentioning_whom(Whom::All)
    }

    fn mentioning_whom(mut self, whom: Whom<'_>) -> Self {
        assert!(self.mention(whom), "no further word of the text begins with @");
        self
    }

    /// Mentions somebody with the next word that begins with `@`. False if there is none.
    pub(crate) fn mention(&mut self, whom: Whom<'_>) -> bool {
        let ContentKind::Text(text) = &mut self.kind else { return false };
        let Some((index, length)) = next_name(text) else { return false };
        let (r#type, user_id, is_self) = match whom {
            Whom::User(user) => (MentioneeType::User, Some(user.clone()), None),
            // The id is filled in when it is said: only then it is known to whom.
            Whom::Bot => (MentioneeType::User, None, Some(true)),
            Whom::All => (MentioneeType::All, None, None),
        };
        let mut mentionee = Mentionee::new(r#type, index, length);
        (mentionee.user_id, mentionee.is_self) = (user_id, is_self);
        let none = || Mention::new([]);
        text.mention.get_or_insert_with(none).mentionees.push(mentionee);
        true
    }
}

/// Where the next word that begins with `@` is, in UTF-16 code units.
fn next_name(text: &TextMessageContent) -> Option<(u64, u64)> {
    let last = text.mention.as_ref().and_then(|mention| mention.mentionees.last());
    let taken = last.map_or(0, |mentionee| mentionee.index.saturating_add(mentionee.length));
    let mut place = 0;
    let mut name = None;
    for letter in text.text.chars() {
        match name {
            None if letter == '@' && place >= taken => name = Some(place),
            Some(begin) if letter.is_whitespace() => return Some((begin, place - begin)),
            _ => {}
        }
        place += letter.len_utf16() as u64;
    }
    name.map(|begin| (begin, place - begin))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mentions_are_counted_in_utf16_code_units_and_follow_one_another() {
        let message = UserMessage::text("😀 @bot, @\u{20bb7}野家 and @all")
            .mentioning_bot()
            .mentioning(&UserId::from("U1"))
            .mentioning_all();
        let ContentKind::Text(text) = &message.kind else { unreachable!() };
        let places = text.mention.iter().flat_map(|mention| &mention.mentionees);
        let places: Vec<_> = places.map(|at| (at.index, at.length)).collect();
        assert_eq!(places, [(3, 5), (9, 5), (19, 4)]);
    }

    #[test]
    #[should_panic(expected = "no further word of the text begins with @")]
    fn a_mention_needs_a_name_in_the_text() {
        let _ = UserMessage::text("@bot").mentioning_bot().mentioning_all();
    }
}
