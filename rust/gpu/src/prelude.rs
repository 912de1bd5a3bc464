//! The helpers of `shaders/*.wgsl` that kernels share, by name: a kernel contains those that it needs and no more.

use std::collections::{BTreeSet, HashMap};
use std::sync::OnceLock;

const TEXTS: [&str; 8] = [
    include_str!("shaders/elements.wgsl"),
    include_str!("shaders/prelude.wgsl"),
    include_str!("shaders/integer.wgsl"),
    include_str!("shaders/float64.wgsl"),
    include_str!("shaders/exponential.wgsl"),
    include_str!("shaders/trigonometry.wgsl"),
    include_str!("shaders/special.wgsl"),
    include_str!("shaders/orthogonal.wgsl"),
];

/// The declarations of the prelude; an empty line stands between two.
fn declarations() -> &'static HashMap<&'static str, &'static str> {
    static BY_NAME: OnceLock<HashMap<&str, &str>> = OnceLock::new();
    BY_NAME.get_or_init(|| {
        let named = |text: &'static str| {
            let code = text.lines().find_map(|line| ["fn ", "const ", "struct "].iter().find_map(|kind| line.strip_prefix(kind)))?;
            Some((words(code).next()?, text))
        };
        TEXTS.iter().flat_map(|text| text.split("\n\n")).filter_map(named).collect()
    })
}

/// The names and numbers of a piece of WGSL.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

/// Whether the prelude declares this helper.
pub fn has(name: &str) -> bool {
    declarations().contains_key(name)
}

/// Every declaration that `source` needs, directly or through others, of the prelude and of `own`.
pub fn needed(source: &str, own: &HashMap<String, String>) -> String {
    let declaration = |word: &str| {
        let text = own.get_key_value(word).map(|(name, text)| (name.as_str(), text.as_str()));
        text.or_else(|| declarations().get_key_value(word).map(|(&name, &text)| (name, text)))
    };
    let mut found: BTreeSet<&str> = BTreeSet::new();
    let mut texts: Vec<String> = Vec::new();
    let mut unread = vec![source];
    while let Some(text) = unread.pop() {
        for word in words(text) {
            if let Some((name, text)) = declaration(word)
                && found.insert(name)
            {
                unread.push(text);
                texts.push(format!("{}\n\n", text.trim_end()));
            }
        }
    }
    texts.sort();
    texts.concat()
}
