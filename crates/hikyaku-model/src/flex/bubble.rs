use serde::{Deserialize, Serialize};

use super::{
    Box, BubbleSize, Component, Direction,
    bytes::{BUBBLE_BYTES, check_bytes},
    check_action,
};
use crate::{
    Action, Check, Checker, Extra,
    limits::{Problem, Segment},
    setters::setters,
    union::{extra, optional, tagged},
};

/// A bubble: one card of a Flex Message.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#bubble>
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "bubble", rename_all = "camelCase")]
#[non_exhaustive]
pub struct Bubble {
    /// The width; `mega` by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<BubbleSize>,
    /// The text direction; left to right by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// The block at the top.
    #[serde(default, deserialize_with = "optional", skip_serializing_if = "Option::is_none")]
    pub header: Option<Box>,
    /// The block below the header: a box, an image or a video.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hero: Option<Component>,
    /// The main block.
    #[serde(default, deserialize_with = "optional", skip_serializing_if = "Option::is_none")]
    pub body: Option<Box>,
    /// The block at the bottom.
    #[serde(default, deserialize_with = "optional", skip_serializing_if = "Option::is_none")]
    pub footer: Option<Box>,
    /// The styles of its blocks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub styles: Option<BubbleStyles>,
    /// The action on a tap.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<Action>,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, Bubble>")]
    pub extra: Extra,
}

/// The styles of a bubble's blocks.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#bubble-style>
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct BubbleStyles {
    /// The style of the header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<BlockStyle>,
    /// The style of the hero.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hero: Option<BlockStyle>,
    /// The style of the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<BlockStyle>,
    /// The style of the footer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub footer: Option<BlockStyle>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The style of a block.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#block-style>
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct BlockStyle {
    /// The background colour, `#RRGGBB` or `#RRGGBBAA`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub background_color: Option<String>,
    /// Whether a separator line is drawn above the block; never above the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub separator: Option<bool>,
    /// The separator's colour, `#RRGGBB` or `#RRGGBBAA`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub separator_color: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

tagged!(Bubble = "bubble");

impl Bubble {
    /// Creates a bubble without any block.
    pub fn new() -> Self {
        Self::default()
    }

    pub(super) fn animated_images(&self) -> usize {
        let blocks = [&self.header, &self.body, &self.footer].into_iter().flatten();
        let in_blocks: usize =
            blocks.flat_map(|block| &block.contents).map(Component::animated_images).sum();
        in_blocks + self.hero.as_ref().map_or(0, Component::animated_images)
    }

    /// Checks everything except the size in bytes.
    pub(super) fn check_parts(&self, in_carousel: bool, checker: &mut Checker) {
        checker.word("size", self.size.as_ref());
        checker.word("direction", self.direction.as_ref());
        check_block("header", self.header.as_ref(), checker);
        if let Some(hero) = &self.hero {
            checker.at(Segment::Field("hero"), |checker| {
                if let Some(why) = self.refuses_hero(hero, in_carousel) {
                    checker.report_field("type", Problem::Forbidden(why));
                }
                hero.check(checker);
            });
        }
        check_block("body", self.body.as_ref(), checker);
        check_block("footer", self.footer.as_ref(), checker);
        checker.optional("styles", self.styles.as_ref());
        check_action(self.action.as_ref(), checker);
    }

    fn refuses_hero(&self, hero: &Component, in_carousel: bool) -> Option<&'static str> {
        match hero {
            Component::Box(_) | Component::Image(_) | Component::Unknown(_) => None,
            Component::Video(_) if in_carousel => Some("a carousel takes no videos"),
            Component::Video(_) => match self.size {
                Some(
                    BubbleSize::Nano | BubbleSize::Micro | BubbleSize::Deca | BubbleSize::Hecto,
                ) => Some("a video needs a bubble of size kilo, mega or giga"),
                _ => None,
            },
            _ => Some("a hero is a box, an image or a video"),
        }
    }
}

setters!(Bubble {
    into {
        size: BubbleSize,
        direction: Direction,
        header: Box,
        hero: Component,
        body: Box,
        footer: Box,
        styles: BubbleStyles,
        action: Action,
    }
});
setters!(BubbleStyles {
    plain { header: BlockStyle, hero: BlockStyle, body: BlockStyle, footer: BlockStyle }
});
setters!(BlockStyle {
    into { background_color: String, separator_color: String }
    plain { separator: bool }
});

fn check_block(field: &'static str, block: Option<&Box>, checker: &mut Checker) {
    let Some(block) = block else { return };
    checker.at(Segment::Field(field), |checker| {
        block.check(checker);
        if block.contents.first().is_some_and(Component::is_absolute) {
            checker.at(Segment::Field("contents"), |checker| {
                checker.at(Segment::Index(0), |checker| {
                    // LINE's documentation forbids this, but LINE accepts it, and the samples of its SDKs use it.
                    let what = "should not be absolute on the first component of a block";
                    checker.warn_field("position", Problem::Rule(what));
                });
            });
        }
    });
}

impl Check for Bubble {
    fn check(&self, checker: &mut Checker) {
        check_bytes(self, BUBBLE_BYTES, checker);
        self.check_parts(false, checker);
    }
}

impl Check for BubbleStyles {
    fn check(&self, checker: &mut Checker) {
        checker.optional("header", self.header.as_ref());
        checker.optional("hero", self.hero.as_ref());
        checker.optional("body", self.body.as_ref());
        checker.optional("footer", self.footer.as_ref());
    }
}

impl Check for BlockStyle {
    fn check(&self, checker: &mut Checker) {
        checker.color_with_alpha("backgroundColor", self.background_color.as_deref());
        checker.color_with_alpha("separatorColor", self.separator_color.as_deref());
    }
}
