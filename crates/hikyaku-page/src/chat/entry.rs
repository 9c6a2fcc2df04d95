use std::fmt;

use hikyaku_model::{Message, flex::Container, message::Sender};

use crate::html::Url;

/// A message of a conversation, or a notice in it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Entry<'a> {
    /// The speaker.
    pub speaker: Speaker<'a>,
    /// The content.
    pub said: Said<'a>,
    /// The JSON pointer of the message, the prefix of the pointers of its actions.
    pub pointer: &'a str,
    /// The time of the message.
    pub time: Option<Time>,
    /// Whether the other side has read it.
    pub is_read: bool,
    /// The quoted message.
    pub quote: Option<Quote<'a>>,
    /// The id by which a script finds it: `data-id` of its row and of its quick replies.
    pub id: Option<&'a str>,
    /// What a script that follows what is seen tells of it by: `data-to` of its row.
    pub target: Option<&'a str>,
    /// A problem with the message, shown below it.
    pub problem: Option<&'a str>,
    /// The action of a script when the problem is clicked, in `data-do`, and its target, in `data-to`.
    pub problem_act: Option<(&'a str, &'a str)>,
    /// Whether the message was edited.
    pub is_edited: bool,
    /// The mentions in a user's text: start and length of each, in UTF-16 code units.
    pub mentions: &'a [(u64, u64)],
    /// Buttons for a script: the action of each, in `data-do`, and its label.
    pub acts: &'a [(&'a str, &'a str)],
}

/// The speaker of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Speaker<'a> {
    /// The user whose phone it is: on the side where lines end, in green.
    Me,
    /// Somebody else, with a name.
    Other(&'a str),
}

/// The content of an entry.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Said<'a> {
    /// A message.
    Message(&'a Message),
    /// A Flex layout whose JSON is not part of a message yet.
    Flex(&'a Container),
    /// A file, which users can send and accounts cannot.
    File {
        /// The name.
        name: &'a str,
        /// The size.
        bytes: u64,
    },
    /// An image on the page's own server.
    Picture(&'a Url),
    /// A video on the page's own server.
    Film(&'a Url),
    /// A recording on the page's own server.
    Sound(&'a Url),
    /// A notice in the middle: a day, a user who joined, a message that was unsent.
    Notice(&'a str),
}

/// A time of day, on the reader's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Time {
    /// The hour, from 0 to 23.
    pub hour: u8,
    /// The minute, from 0 to 59.
    pub minute: u8,
}

/// A message that another one quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quote<'a> {
    /// The sender.
    pub who: &'a str,
    /// The text, or a substitute for it.
    pub text: &'a str,
}

impl<'a> Entry<'a> {
    fn new(said: Said<'a>, pointer: &'a str) -> Self {
        Self {
            speaker: Speaker::Other(""),
            said,
            pointer,
            time: None,
            is_read: false,
            quote: None,
            id: None,
            target: None,
            problem: None,
            problem_act: None,
            is_edited: false,
            mentions: &[],
            acts: &[],
        }
    }

    /// Creates an entry for a message and its JSON pointer.
    pub fn message(message: &'a Message, pointer: &'a str) -> Self {
        Self::new(Said::Message(message), pointer)
    }

    /// Creates an entry for a Flex layout and its JSON pointer.
    pub fn flex(container: &'a Container, pointer: &'a str) -> Self {
        Self::new(Said::Flex(container), pointer)
    }

    /// Creates an entry for a file that a user sends.
    pub fn file(name: &'a str, bytes: u64) -> Self {
        Self::new(Said::File { name, bytes }, "")
    }

    /// Creates an entry for an image on the page's own server.
    pub fn picture(url: &'a Url) -> Self {
        Self::new(Said::Picture(url), "")
    }

    /// Creates an entry for a video on the page's own server.
    pub fn film(url: &'a Url) -> Self {
        Self::new(Said::Film(url), "")
    }

    /// Creates an entry for a recording on the page's own server.
    pub fn sound(url: &'a Url) -> Self {
        Self::new(Said::Sound(url), "")
    }

    /// Creates a notice in the middle.
    pub fn notice(text: &'a str) -> Self {
        Self::new(Said::Notice(text), "")
    }

    /// Sets somebody else as the speaker.
    pub fn by(mut self, name: &'a str) -> Self {
        self.speaker = Speaker::Other(name);
        self
    }

    /// Sets the user whose phone it is as the speaker.
    pub fn mine(mut self) -> Self {
        self.speaker = Speaker::Me;
        self
    }

    /// Sets the time.
    pub fn at(mut self, time: Time) -> Self {
        self.time = Some(time);
        self
    }

    /// Marks the entry as read by the other side.
    pub fn read(mut self) -> Self {
        self.is_read = true;
        self
    }

    /// Sets the quoted message.
    pub fn quoting(mut self, who: &'a str, text: &'a str) -> Self {
        self.quote = Some(Quote { who, text });
        self
    }

    /// Sets the id by which a script finds it.
    pub fn id(mut self, id: &'a str) -> Self {
        self.id = Some(id);
        self
    }

    /// Sets what a script that follows what is seen tells of it by.
    pub fn target(mut self, target: &'a str) -> Self {
        self.target = Some(target);
        self
    }

    /// Sets the problem with the message.
    pub fn problem(mut self, problem: &'a str) -> Self {
        self.problem = Some(problem);
        self
    }

    /// Sets the action of a script when the problem is clicked, and its target.
    pub fn problem_act(mut self, does: &'a str, to: &'a str) -> Self {
        self.problem_act = Some((does, to));
        self
    }

    /// Marks the message as edited.
    pub fn edited(mut self) -> Self {
        self.is_edited = true;
        self
    }

    /// Sets the mentions in a user's text: start and length of each, in UTF-16 code units.
    pub fn mentioning(mut self, mentions: &'a [(u64, u64)]) -> Self {
        self.mentions = mentions;
        self
    }

    /// Sets the buttons for a script.
    pub fn acts(mut self, acts: &'a [(&'a str, &'a str)]) -> Self {
        self.acts = acts;
        self
    }

    /// Who the message itself says it is from.
    pub(super) fn sender(&self) -> Option<&'a Sender> {
        match self.said {
            Said::Message(message) => message.sender.as_ref(),
            _ => None,
        }
    }

    /// Whether it goes on with what an entry before it began.
    pub(super) fn follows(&self, before: &Entry<'_>) -> bool {
        !matches!(before.said, Said::Notice(_))
            && self.speaker == before.speaker
            && self.sender() == before.sender()
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.hour, self.minute)
    }
}
