use hikyaku_page::css::{Angle, Color, Length, Ratio};

#[test]
fn colors_are_two_forms_and_nothing_else() {
    for (text, css) in [
        ("#06C755", "#06c755"),
        ("#06c75580", "#06c75580"),
        ("#000000ff", "#000000"),
        ("#00000000", "#00000000"),
    ] {
        assert_eq!(Color::parse(text).map(|color| color.to_string()).as_deref(), Some(css));
    }
    for text in [
        "",
        "#",
        "red",
        "#fff",
        "#+12345",
        "#12345g",
        "#1234567",
        " #123456",
        "#１23456",
        "#123456;",
    ] {
        assert_eq!(Color::parse(text), None, "{text}");
    }
}

#[test]
fn lengths_are_numbers_with_a_unit() {
    for (text, css) in [
        ("12px", "12px"),
        ("0.5px", "0.5px"),
        ("50%", "50%"),
        ("0px", "0px"),
        ("999999999px", "10000px"),
        ("007px", "7px"),
    ] {
        assert_eq!(Length::parse(text).map(|length| length.to_string()).as_deref(), Some(css));
    }
    for text in [
        "",
        "px",
        "12",
        "-1px",
        "1e3px",
        "1.px",
        ".5px",
        "12 px",
        "12em",
        "inf%",
        "NaNpx",
        "+1px",
        "1px;color:red",
        "9999999999px",
    ] {
        assert_eq!(Length::parse(text), None, "{text}");
    }
    assert_eq!(
        Length::parse_signed("-4px").map(|length| length.to_string()).as_deref(),
        Some("-4px")
    );
    assert_eq!(Length::parse_signed("--4px"), None);
}

#[test]
fn angles_and_ratios_stay_in_their_range() {
    assert_eq!(Angle::parse("45.5deg").map(|angle| angle.to_string()).as_deref(), Some("45.5deg"));
    for text in ["", "deg", "360deg", "-1deg", "1turn", "1rad", "45"] {
        assert_eq!(Angle::parse(text), None, "{text}");
    }
    assert_eq!(Ratio::parse("20:13").map(|ratio| ratio.to_string()).as_deref(), Some("20/13"));
    // LINE draws nothing higher than three times its width.
    assert_eq!(Ratio::parse("1:9").map(|ratio| ratio.to_string()).as_deref(), Some("1/3"));
    for text in ["", ":", "1", "0:1", "1:0", "100001:1", "1:1:1", "a:b", "-1:1"] {
        assert_eq!(Ratio::parse(text), None, "{text}");
    }
}
