use std::io::Cursor;

use image::{
    DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits,
    codecs::{jpeg::JpegEncoder, png::PngEncoder},
    metadata::Orientation,
};

/// The most pixels of a picture that is taken: more than a phone's camera has.
const PIXELS: u64 = 40_000_000;

/// The most bytes that a picture may need while it is read.
const MEMORY: u64 = 192 << 20;

/// The longer side of what is kept, at most, in pixels: LINE Notify's own.
const SIDE: u32 = 2048;

/// The longer side of a preview, at most, in pixels, unless its caller wants another: LINE Notify's own.
pub(crate) const PREVIEW_SIDE: u32 = 240;

/// The most bytes of a picture.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#image-message>
const LARGEST: usize = 10_000_000;

const QUALITY: u8 = 85;

/// A picture as LINE takes it, without anything else that the file had said: where it was taken, by whom, with what.
#[derive(Debug)]
pub(crate) struct Drawn {
    pub(crate) original: Vec<u8>,
    pub(crate) preview: Vec<u8>,
    pub(crate) kind: Kind,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// The kinds of picture that LINE takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Jpeg,
    Png,
}

impl Kind {
    /// What the bytes say, whatever the sender calls them.
    pub(crate) fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Self::Png),
            _ => None,
        }
    }

    pub(crate) fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
        }
    }

    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }
}

/// Reads a picture, turns it as its camera was held, and draws it anew in both sizes, the smaller one with a longer side of at
/// most `side`. What is wrong is told for people.
pub(crate) fn draw(bytes: &[u8], side: u32) -> Result<Drawn, &'static str> {
    const DAMAGED: &str = "is damaged, or no picture that can be read";
    let kind = Kind::of(bytes).ok_or("must be a JPEG or PNG picture")?;
    let format = match kind {
        Kind::Jpeg => ImageFormat::Jpeg,
        Kind::Png => ImageFormat::Png,
    };
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|_| DAMAGED)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > PIXELS || decoder.total_bytes() > MEMORY {
        return Err("has too many pixels: this gateway takes 40 million");
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| DAMAGED)?;
    if width.max(height) > SIDE {
        picture = picture.thumbnail(SIDE, SIDE);
    }
    picture.apply_orientation(orientation);
    let (width, height) = (picture.width(), picture.height());
    let is_small = width.max(height) <= side;
    let preview = if is_small { picture.clone() } else { picture.thumbnail(side, side) };
    let (mut kind, mut original) = (kind, encode(&picture, kind)?);
    if original.len() > LARGEST {
        (kind, original) = (Kind::Jpeg, encode(&picture, Kind::Jpeg)?);
    }
    Ok(Drawn { original, preview: encode(&preview, kind)?, kind, width, height })
}

fn encode(picture: &DynamicImage, kind: Kind) -> Result<Vec<u8>, &'static str> {
    let mut bytes = Vec::new();
    let written = match kind {
        Kind::Jpeg => {
            let encoder = JpegEncoder::new_with_quality(&mut bytes, QUALITY);
            picture.to_rgb8().write_with_encoder(encoder)
        }
        Kind::Png if picture.color().has_alpha() => {
            picture.to_rgba8().write_with_encoder(PngEncoder::new(&mut bytes))
        }
        Kind::Png => picture.to_rgb8().write_with_encoder(PngEncoder::new(&mut bytes)),
    };
    written.map_err(|_| "cannot be drawn")?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use image::RgbImage;
    use proptest::prelude::*;

    use super::*;

    fn picture(kind: Kind) -> Vec<u8> {
        let pixels = RgbImage::from_fn(33, 21, |x, y| {
            image::Rgb([x, y, x ^ y].map(|it| u8::try_from(it * 7).unwrap_or_default()))
        });
        encode(&pixels.into(), kind).unwrap()
    }

    /// Whatever is drawn is a picture of its kind, within its sides.
    fn try_to_draw(bytes: &[u8]) -> Result<(), TestCaseError> {
        if let Ok(drawn) = draw(bytes, 16) {
            prop_assert!(drawn.width.max(drawn.height) <= SIDE);
            for bytes in [&drawn.original, &drawn.preview] {
                prop_assert_eq!(Kind::of(bytes), Some(drawn.kind));
                prop_assert!(draw(bytes, 16).is_ok());
            }
        }
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn no_bytes_panic(
            head in prop::sample::select(vec![&b"\xff\xd8\xff"[..], b"\x89PNG\r\n\x1a\n", b"GIF89a", b""]),
            rest in prop::collection::vec(any::<u8>(), 0..400),
        ) {
            try_to_draw(&[head, &rest].concat())?;
        }

        #[test]
        fn no_damage_panics(
            is_png in any::<bool>(),
            damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
            cut in prop::option::of(any::<prop::sample::Index>()),
        ) {
            let mut bytes = picture(if is_png { Kind::Png } else { Kind::Jpeg });
            if damage.is_empty() && cut.is_none() {
                let drawn = draw(&bytes, 16).unwrap();
                prop_assert_eq!((drawn.width, drawn.height), (33, 21));
            }
            for (at, byte) in damage {
                *at.get_mut(&mut bytes) = byte;
            }
            if let Some(cut) = cut {
                bytes.truncate(cut.index(bytes.len()));
            }
            try_to_draw(&bytes)?;
        }
    }
}
