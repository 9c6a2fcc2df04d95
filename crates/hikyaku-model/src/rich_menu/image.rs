use std::fmt;

use super::RichMenuSize;
use crate::Check;

/// The maximum size of a rich menu's image: 1 MB.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#upload-rich-menu-image-requirements-for-rich-menu-image>
pub const RICH_MENU_IMAGE_BYTES: usize = 1024 * 1024;

/// The two formats that LINE accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageFormat {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
}

impl ImageFormat {
    /// Returns the content type.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }
}

/// The format and size of an image, read from its first bytes.
///
/// ```
/// use hikyaku_model::rich_menu::{ImageFormat, RichMenuImage};
///
/// let png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x09\xc4\0\0\x03\x4b\x08\x06\0\0\0";
/// let image = RichMenuImage::sniff(png).unwrap();
/// assert_eq!((image.format, image.width, image.height), (ImageFormat::Png, 2500, 843));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RichMenuImage {
    /// The format.
    pub format: ImageFormat,
    /// The width, in pixels.
    pub width: u32,
    /// The height, in pixels.
    pub height: u32,
}

/// The reason why bytes are not a valid image for a rich menu.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum InvalidRichMenuImage {
    /// The image exceeds [`RICH_MENU_IMAGE_BYTES`].
    TooLarge {
        /// The number of bytes.
        bytes: usize,
    },
    /// The image is neither JPEG nor PNG, or ends before its size.
    Format,
    /// The width and height are not those of a rich menu.
    Size {
        /// The width, in pixels.
        width: u32,
        /// The height, in pixels.
        height: u32,
    },
}

impl RichMenuImage {
    /// Reads format and size from a JPEG or PNG.
    pub fn sniff(bytes: &[u8]) -> Option<Self> {
        sniff_png(bytes).or_else(|| sniff_jpeg(bytes))
    }

    /// Reads format and size, and refuses what LINE would refuse: more than 1 MB, other formats, other sizes.
    ///
    /// # Errors
    /// The first of these rules that the image breaks.
    pub fn check(bytes: &[u8]) -> Result<Self, InvalidRichMenuImage> {
        if bytes.len() > RICH_MENU_IMAGE_BYTES {
            return Err(InvalidRichMenuImage::TooLarge { bytes: bytes.len() });
        }
        let image = Self::sniff(bytes).ok_or(InvalidRichMenuImage::Format)?;
        let Self { width, height, .. } = image;
        match RichMenuSize::new(width, height).validate() {
            Ok(()) => Ok(image),
            Err(_) => Err(InvalidRichMenuImage::Size { width, height }),
        }
    }
}

impl fmt::Display for InvalidRichMenuImage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { bytes } => write!(
                f,
                "must be at most {RICH_MENU_IMAGE_BYTES} bytes (1 MB), has {bytes}; compress it more or save it as JPEG"
            ),
            Self::Format => f.write_str("must be a JPEG or PNG image"),
            Self::Size { width, height } => write!(
                f,
                "must be 800 to 2500 pixels wide, at least 250 high, and at least 1.45 times as wide as high; is \
                 {width}x{height}"
            ),
        }
    }
}

impl std::error::Error for InvalidRichMenuImage {}

/// Reads a PNG, which begins with its signature and the `IHDR` chunk.
fn sniff_png(bytes: &[u8]) -> Option<RichMenuImage> {
    let header = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
    let size = header.get(4..)?.strip_prefix(b"IHDR")?;
    let number = |at: usize| Some(u32::from_be_bytes(size.get(at..at + 4)?.try_into().ok()?));
    Some(RichMenuImage { format: ImageFormat::Png, width: number(0)?, height: number(4)? })
}

/// Reads a JPEG, a sequence of segments; one of the "start of frame" kinds has the size.
fn sniff_jpeg(bytes: &[u8]) -> Option<RichMenuImage> {
    let mut rest = bytes.strip_prefix(b"\xff\xd8")?;
    loop {
        rest = rest.strip_prefix(b"\xff")?;
        let (marker, after) = rest.split_first()?;
        // A marker may be preceded by fill bytes, all 0xff.
        if *marker == 0xff {
            continue;
        }
        rest = after;
        match marker {
            // Markers without a length.
            0x01 | 0xd0..=0xd7 => {}
            // Every kind of frame except the tables that share the range: DHT, JPG, DAC.
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                let [_, _, _, h0, h1, w0, w1, ..] = rest else { return None };
                let side = |high: &u8, low: &u8| u32::from(u16::from_be_bytes([*high, *low]));
                return Some(RichMenuImage {
                    format: ImageFormat::Jpeg,
                    width: side(w0, w1),
                    height: side(h0, h1),
                });
            }
            _ => {
                let [high, low, ..] = rest else { return None };
                rest = rest.get(usize::from(u16::from_be_bytes([*high, *low]))..)?;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn jpeg(width: u16, height: u16) -> Vec<u8> {
        let mut bytes = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0".to_vec();
        bytes.extend_from_slice(b"\xff\xff\xc2\0\x11\x08");
        bytes.extend_from_slice(&height.to_be_bytes());
        bytes.extend_from_slice(&width.to_be_bytes());
        bytes
    }

    #[test]
    fn a_jpeg_tells_its_size_after_other_segments_and_padding() {
        let image = RichMenuImage::check(&jpeg(2500, 1686)).unwrap();
        assert_eq!((image.format, image.width, image.height), (ImageFormat::Jpeg, 2500, 1686));
    }

    #[test]
    fn each_broken_rule_is_told() {
        let size = RichMenuImage::check(&jpeg(2500, 2000)).unwrap_err();
        assert_eq!(size, InvalidRichMenuImage::Size { width: 2500, height: 2000 });
        assert_eq!(RichMenuImage::check(b"GIF89a").unwrap_err(), InvalidRichMenuImage::Format);
        let large = RichMenuImage::check(&vec![0; RICH_MENU_IMAGE_BYTES + 1]).unwrap_err();
        assert!(large.to_string().contains("1048577"), "{large}");
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(mut bytes: Vec<u8>, png: bool) {
            let head: &[u8] = if png { b"\x89PNG\r\n\x1a\n" } else { b"\xff\xd8\xff" };
            bytes.splice(0..0, head.iter().copied());
            let _ = RichMenuImage::sniff(&bytes);
        }
    }
}
