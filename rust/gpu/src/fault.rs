//! What kernels report about their data: an index out of bounds, a number that is no probability. The first report since the last read-back
//! stays in a few words of the device; the host raises it, in the CPU's words, with the next read-back or synchronize.

use pyrite_core::{Error, NO_PROBABILITY, Result};

/// Words of a report: whether there is one, its kind, the index (low and high word), the axis, the size.
pub const WORDS: usize = 6;
pub const BYTES: usize = 4 * WORDS;

/// Several index tensors at once: IndexError.
const INDEX: u32 = 1;
/// gather and scatter: RuntimeError.
const INDEX_ALONG: u32 = 2;
/// A class index of a loss: IndexError.
const TARGET: u32 = 3;
/// A number outside of [0, 1]: RuntimeError.
const PROBABILITY: u32 = 4;

/// The functions that kernels report with, and their text; the words are bound as `faults`.
pub fn functions() -> [(&'static str, String); 4] {
    let index = |name, kind| {
        let text = include_str!("shaders/report_index.wgsl").replace("report_index", name);
        (name, text.replace("KIND", &format!("{kind}u")))
    };
    let no_probability = format!(
        "fn report_no_probability() {{\n    if atomicOr(&faults[0], 1u) == 0u {{\n        \
         atomicStore(&faults[1], {PROBABILITY}u);\n    }}\n}}"
    );
    [
        index("report_index", INDEX),
        index("report_index_along", INDEX_ALONG),
        index("report_target", TARGET),
        ("report_no_probability", no_probability),
    ]
}

/// Raises a report, if the words hold one.
pub fn raise(words: &[u8]) -> Result<()> {
    let word = |i: usize| words[4 * i..].first_chunk().map_or(0, |&bytes| u32::from_ne_bytes(bytes));
    if word(0) == 0 {
        return Ok(());
    }
    let index = (u64::from(word(3)) << 32 | u64::from(word(2))) as i64;
    let text = format!("index {index} is out of bounds for dimension {} with size {}", word(4), word(5));
    Err(match word(1) {
        INDEX => Error::Index(text),
        INDEX_ALONG => Error::Invalid(text),
        TARGET => Error::Index(format!("Target {index} is out of bounds.")),
        _ => Error::Invalid(NO_PROBABILITY.into()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_raised_as_the_error_of_its_kind() {
        let words = |words: [i32; WORDS]| words.iter().flat_map(|word| word.to_ne_bytes()).collect::<Vec<u8>>();
        let text = || "index -7 is out of bounds for dimension 2 with size 5".to_owned();
        assert_eq!(raise(&words([0, 1, -7, -1, 2, 5])), Ok(()));
        assert_eq!(raise(&words([1, 1, -7, -1, 2, 5])), Err(Error::Index(text())));
        assert_eq!(raise(&words([1, 2, -7, -1, 2, 5])), Err(Error::Invalid(text())));
        assert_eq!(raise(&words([1, 3, -7, -1, 0, 5])), Err(Error::Index("Target -7 is out of bounds.".into())));
        assert_eq!(raise(&words([1, 4, 0, 0, 0, 0])), Err(Error::Invalid(NO_PROBABILITY.into())));
    }
}
