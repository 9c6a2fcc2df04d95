use std::{fs, path::Path};

use hikyaku_model::rich_menu::RichMenuImage;

use super::{InvalidSeed, Seed, SeedPicture};

impl Seed {
    /// Reads the pictures that it names. Their paths begin in this folder.
    ///
    /// # Errors
    /// One cannot be read, or LINE does not take it for a rich menu.
    pub(crate) fn read_pictures(&mut self, folder: &Path) -> Result<(), InvalidSeed> {
        for (index, menu) in self.rich_menu.iter_mut().enumerate() {
            let path = folder.join(&menu.image);
            let invalid = |why: String| {
                InvalidSeed::new(
                    format!("rich_menu[{index}].image"),
                    format!("{}: {why}", path.display()),
                )
            };
            let bytes = fs::read(&path).map_err(|why| invalid(why.to_string()))?;
            let image = RichMenuImage::check(&bytes).map_err(|why| invalid(why.to_string()))?;
            menu.picture = Some(SeedPicture {
                bytes: bytes.into(),
                media_type: image.format.content_type(),
                width: image.width,
                height: image.height,
            });
        }
        Ok(())
    }
}
