//! Charts as pixels, made of the SVG. The letters come with the program, so that the same chart is the same picture on
//! every machine.

use std::sync::{Arc, OnceLock};

use epaint_default_fonts::{HACK_REGULAR, UBUNTU_LIGHT};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::fontdb::Database;
use resvg::usvg::{FontResolver, Options, Tree};

/// Pixels for each of the SVG's, so that letters are sharp.
const SCALE: f32 = 2.0;

/// The font of labels; the other has some signs that it lacks.
const LETTERS: &str = "Ubuntu";

/// A picture in the PNG format, and what the user should know of it.
pub struct Png {
    pub bytes: Vec<u8>,
    pub note: Option<String>,
}

/// The picture of an SVG.
pub fn draw(svg: &str) -> Result<Png, String> {
    let mut fonts = Database::new();
    fonts.load_font_data(UBUNTU_LIGHT.to_vec());
    fonts.load_font_data(HACK_REGULAR.to_vec());
    fonts.set_sans_serif_family(LETTERS);
    let missing = Arc::<OnceLock<char>>::default();
    let options = Options {
        fontdb: Arc::new(fonts),
        font_family: LETTERS.to_owned(),
        font_resolver: noting(missing.clone()),
        ..Options::default()
    };
    let failed = |why: &dyn std::fmt::Display| format!("the chart cannot be drawn: {why}");
    let tree = Tree::from_str(svg, &options).map_err(|error| failed(&error))?;
    let size = tree.size().to_int_size().scale_by(SCALE).ok_or_else(|| failed(&"it has no size"))?;
    let mut pixels = Pixmap::new(size.width(), size.height()).ok_or_else(|| failed(&"it is too large"))?;
    resvg::render(&tree, Transform::from_scale(SCALE, SCALE), &mut pixels.as_mut());
    let bytes = pixels.encode_png().map_err(|error| failed(&error))?;
    let note = missing.get().map(|lacked| {
        format!("the letters of a .png lack some characters, such as {lacked}; .svg and .html show them")
    });
    Ok(Png { bytes, note })
}

/// What chooses fonts, and takes down the first character that none has.
fn noting(missing: Arc<OnceLock<char>>) -> FontResolver<'static> {
    let select = FontResolver::default_fallback_selector();
    FontResolver {
        select_font: FontResolver::default_font_selector(),
        select_fallback: Box::new(move |character, excluded, fonts| {
            let found = select(character, excluded, fonts);
            if found.is_none() {
                missing.get_or_init(|| character);
            }
            found
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_without_letters_are_named() {
        let svg =
            "<svg xmlns='http://www.w3.org/2000/svg' width='50' height='20'><text y='15'>aß王✓</text></svg>";
        let picture = draw(svg).unwrap();
        assert!(picture.bytes.starts_with(b"\x89PNG"));
        assert!(picture.note.unwrap().contains("lack some characters, such as 王"));
        assert_eq!(draw(svg).unwrap().bytes, picture.bytes);
    }
}
