//! Words can be read: every pair of colours that the tokens put on each other has the contrast that WCAG's AA asks for.

use std::collections::BTreeMap;

use hikyaku_page::STYLES;

const PAIRS: [(&str, &str); 15] = [
    ("ink", "ground"),
    ("ink", "surface"),
    ("ink", "surface-2"),
    ("ink-2", "ground"),
    ("ink-2", "surface"),
    ("ink-2", "surface-2"),
    ("accent", "surface"),
    ("accent", "theirs"),
    ("on-accent", "accent"),
    ("warn", "warn-ground"),
    ("warn", "surface"),
    ("good", "good-ground"),
    ("chat-ink", "chat"),
    ("on-mine", "mine"),
    ("on-theirs", "theirs"),
];

/// The colours of a block of tokens.
fn colors(block: &str) -> BTreeMap<&str, [f64; 3]> {
    let declarations = block.split("--").filter_map(|declaration| {
        let (name, value) = declaration.split_once(": #")?;
        let number = u32::from_str_radix(value.get(..6)?, 16).ok()?;
        let channel = |shift: u32| {
            let value = f64::from((number >> shift) & 0xff) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        Some((name, [channel(16), channel(8), channel(0)]))
    });
    declarations.collect()
}

fn luminance([red, green, blue]: [f64; 3]) -> f64 {
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

#[test]
fn words_can_be_read_by_day_and_by_night() {
    let tokens = STYLES[0].as_str();
    let light = tokens.split("color-scheme: light;").next().unwrap();
    let dark = tokens.rsplit("[data-theme=\"dark\"] {").next().unwrap();
    let dark = dark.split("color-scheme: dark;").next().unwrap();
    for (theme, block) in [("light", light), ("dark", dark)] {
        let colors = colors(block);
        for (ink, ground) in PAIRS {
            let (ink_light, ground_light) = (luminance(colors[ink]), luminance(colors[ground]));
            let contrast =
                (ink_light.max(ground_light) + 0.05) / (ink_light.min(ground_light) + 0.05);
            assert!(contrast >= 4.5, "{theme}: {ink} on {ground} has {contrast:.2}");
        }
    }
}
