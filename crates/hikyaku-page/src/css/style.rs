use std::fmt::{self, Write};

use super::{Angle, Color, Length, Ratio};

/// The declarations of an element's `style`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Style(String);

macro_rules! properties {
    ($($variant:ident = $name:literal),* $(,)?) => {
        /// The CSS properties that a drawing sets on an element; all others are in the style sheet.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Property {
            $(#[doc = concat!("`", $name, "`")] $variant,)*
        }

        impl Property {
            /// Returns the property's name in CSS.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// All values.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
        }
    };
}

properties! {
    AspectRatio = "aspect-ratio",
    Background = "background",
    BorderColor = "border-color",
    BorderRadius = "border-radius",
    BorderTop = "border-top",
    BorderWidth = "border-width",
    Bottom = "bottom",
    Color = "color",
    Flex = "flex",
    FontSize = "font-size",
    Height = "height",
    Hue = "--hue",
    InsetInlineEnd = "inset-inline-end",
    InsetInlineStart = "inset-inline-start",
    Left = "left",
    Lines = "--lines",
    LineSpacing = "--line-spacing",
    MarginInlineStart = "margin-inline-start",
    MarginTop = "margin-top",
    MaxHeight = "max-height",
    MaxWidth = "max-width",
    Padding = "padding",
    PaddingBottom = "padding-bottom",
    PaddingInlineEnd = "padding-inline-end",
    PaddingInlineStart = "padding-inline-start",
    PaddingTop = "padding-top",
    Top = "top",
    Width = "width",
}

/// A value of a property.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// A length.
    Length(Length),
    /// A length that scales with the user's text size, like LINE's `scaling`.
    Scaled(Length),
    /// A colour.
    Color(Color),
    /// A hairline of a colour.
    Line(Color),
    /// A ratio of width to height.
    Ratio(Ratio),
    /// A whole number.
    Number(u32),
    /// The share of the free space, and the base length.
    Flex(u32, Basis),
    /// A gradient.
    Gradient(Gradient),
}

/// The base length of a flexible child.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Basis {
    /// Zero, so that children share the whole space.
    Zero,
    /// The content's length, so that children share the rest.
    Auto,
    /// A given length.
    Length(Length),
}

/// A linear gradient.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gradient {
    /// The direction.
    pub angle: Angle,
    /// The colour at 0 %.
    pub start: Color,
    /// A colour in between, with its position.
    pub center: Option<(Color, Length)>,
    /// The colour at 100 %.
    pub end: Color,
}

impl Style {
    /// Sets a property.
    pub fn set(&mut self, property: Property, value: impl Into<Value>) {
        // Writing to a string cannot fail.
        let _ = write!(self.0, "{}:{};", property.as_str(), value.into());
    }

    /// Sets a property, if there is a value.
    pub fn set_some(&mut self, property: Property, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.set(property, value);
        }
    }

    /// Returns the declarations as CSS.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length(length) => length.fmt(f),
            Self::Scaled(length) => write!(f, "calc({length}*var(--scale))"),
            Self::Color(color) => color.fmt(f),
            Self::Line(color) => write!(f, "1px solid {color}"),
            Self::Ratio(ratio) => ratio.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Flex(grow, Basis::Zero) => write!(f, "{grow} 0 0"),
            Self::Flex(grow, Basis::Auto) => write!(f, "{grow} 0 auto"),
            Self::Flex(grow, Basis::Length(basis)) => write!(f, "{grow} 0 {basis}"),
            Self::Gradient(Gradient { angle, start, center, end }) => {
                write!(f, "linear-gradient({angle},{start} 0%")?;
                if let Some((color, at)) = center {
                    write!(f, ",{color} {at}")?;
                }
                write!(f, ",{end} 100%)")
            }
        }
    }
}

impl From<Length> for Value {
    fn from(length: Length) -> Self {
        Self::Length(length)
    }
}

impl From<Color> for Value {
    fn from(color: Color) -> Self {
        Self::Color(color)
    }
}

impl From<Ratio> for Value {
    fn from(ratio: Ratio) -> Self {
        Self::Ratio(ratio)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Number(number)
    }
}

impl From<Gradient> for Value {
    fn from(gradient: Gradient) -> Self {
        Self::Gradient(gradient)
    }
}
